import type { Shape } from './filter.ts';
import type { PrototypeKind } from './prototypeFit.ts';

/** The order of the columns below. */
const kinds: readonly PrototypeKind[] = [
  'sobel',
  'scharr',
  'prewitt',
  'laplacian',
  'gabor',
  'differenceOfGaussians',
  'blob',
];

/** Floors of filters with one channel, by side. */
const grey: Readonly<Record<number, readonly number[]>> = {
  3: [0.79, 0.8, 0.78, 0.68, 0.98, 0.78, 0.68],
  4: [0.51, 0.52, 0.49, 0.49, 0.88, 0.78, 0.66],
  5: [0.38, 0.37, 0.38, 0.29, 0.71, 0.58, 0.49],
  6: [0.25, 0.25, 0.25, 0.22, 0.58, 0.44, 0.37],
  7: [0.23, 0.23, 0.23, 0.14, 0.45, 0.36, 0.3],
  8: [0.18, 0.18, 0.17, 0.12, 0.38, 0.27, 0.23],
  9: [0.12, 0.12, 0.15, 0.09, 0.32, 0.22, 0.17],
  10: [0.09, 0.1, 0.12, 0.1, 0.27, 0.18, 0.13],
  11: [0.08, 0.08, 0.1, 0.07, 0.22, 0.17, 0.13],
};

/** Floors of filters with three channels, by side. */
const colour: Readonly<Record<number, readonly number[]>> = {
  3: [0.54, 0.54, 0.55, 0.48, 0.72, 0.54, 0.51],
  4: [0.34, 0.34, 0.34, 0.27, 0.56, 0.48, 0.43],
  5: [0.23, 0.24, 0.24, 0.19, 0.4, 0.31, 0.29],
  6: [0.17, 0.18, 0.17, 0.15, 0.3, 0.25, 0.21],
  7: [0.14, 0.14, 0.14, 0.11, 0.23, 0.18, 0.17],
  8: [0.1, 0.1, 0.12, 0.09, 0.19, 0.14, 0.12],
  9: [0.09, 0.08, 0.09, 0.08, 0.15, 0.12, 0.1],
  10: [0.07, 0.07, 0.08, 0.06, 0.13, 0.1, 0.09],
  11: [0.06, 0.06, 0.06, 0.05, 0.11, 0.08, 0.07],
};

/**
 * Share of a filter's variation that a kind of prototype explains by luck. A fit has so many
 * parameters, and a small filter so few weights, that much of anything can be fitted: a Gabor gets
 * nearly all of nine grey weights. The floors are a quantile of what each kind explains of filters of
 * independent, normally distributed weights, the same quantile for all kinds of one shape, and so
 * high that 5 of 100 such filters reach the floor of any kind at all; `test/support/whiteNoise.ts`
 * measures them, on 1000 filters up to 7x7 and on 500 beyond, and a test holds the numbers here
 * against it.
 */
export function noiseFloor(kind: PrototypeKind, { size, channels }: Shape): number {
  return (channels === 1 ? grey : colour)[size]![kinds.indexOf(kind)]!;
}
