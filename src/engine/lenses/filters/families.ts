import { blobFit, differenceOfGaussiansFit } from './blobFit.ts';
import { derivativeFit, laplacianFit } from './derivativeFit.ts';
import { gaborFit } from './gaborFit.ts';
import type { FoundPattern, PrototypeKind } from './prototypeFit.ts';
import type { Target } from './separable.ts';

/** Finds the pattern of a kind that explains most of a filter. */
export type FilterFamily = (target: Target) => FoundPattern;

/** Every kind of prototype. */
export const families: Readonly<Record<PrototypeKind, FilterFamily>> = {
  sobel: (target) => derivativeFit(target, 'sobel'),
  scharr: (target) => derivativeFit(target, 'scharr'),
  prewitt: (target) => derivativeFit(target, 'prewitt'),
  laplacian: laplacianFit,
  gabor: gaborFit,
  differenceOfGaussians: differenceOfGaussiansFit,
  blob: blobFit,
};
