import { radians } from '../kernels/angle.ts';
import { derivativePair, gabor, gaussian, laplacian, steered } from '../kernels/handDesigned.ts';

/**
 * Kernels drawn by hand, as square planes `[k, k]`, row by row. Angles are in degrees,
 * counter-clockwise as seen on the screen; an orientation is that of an edge or a stripe itself, so
 * that a vertical edge has 90. Lengths are in pixels.
 */
export const kernelKinds = [
  'gabor',
  'sobel',
  'scharr',
  'prewitt',
  'laplacian',
  'difference',
  'sharpen',
  'blur',
  'box',
  'identity',
  'blank',
] as const;

export type KernelKind = (typeof kernelKinds)[number];

/** Kinds whose `orientation` counts. */
export const turnableKinds: readonly KernelKind[] = ['gabor', 'sobel', 'scharr', 'prewitt'];
/** Kinds whose `sigma` counts. */
export const gaussianKinds: readonly KernelKind[] = ['gabor', 'difference', 'sharpen', 'blur'];

export interface KernelShape {
  /** At 90 a derivative kernel gets lighter to the right, at 0 downwards. */
  readonly orientation: number;
  readonly wavelength: number;
  /** 0: a light stripe in the middle; 180: a dark one; -90: an edge, lighter on the right. */
  readonly phase: number;
  /** Standard deviation of the Gaussian, for a Gabor across its stripes. */
  readonly sigma: number;
  /** Standard deviation across the stripes / along them. */
  readonly aspect: number;
}

/** A function of the place, x to the right and y down from the middle. */
function sampled(size: number, at: (x: number, y: number) => number): Float64Array {
  const middle = (size - 1) / 2;
  return Float64Array.from({ length: size * size }, (_, cell) =>
    at((cell % size) - middle, Math.floor(cell / size) - middle),
  );
}

/** exp(-r^2 / 2 sigma^2) around the middle. */
const bell = (size: number, sigma: number): Float64Array => gaussian({ x: 0, y: 0, sigma }, size);

const identity = (size: number): Float64Array =>
  sampled(size, (x, y) => Number(x === 0 && y === 0));

/** A Gaussian whose weights add up to 1. */
function blur(size: number, sigma: number): Float64Array {
  const plane = bell(size, sigma);
  const sum = plane.reduce((a, b) => a + b);
  return plane.map((weight) => weight / sum);
}

/** Standard deviation of the surround in a difference of Gaussians, in that of the centre. */
const surround = 1.6;

/** A Gaussian minus a wider one of the same volume. */
function differenceOfGaussians(size: number, sigma: number): Float64Array {
  const wider = bell(size, surround * sigma);
  return bell(size, sigma).map((weight, cell) => weight - wider[cell]! / surround ** 2);
}

/** A kernel of an odd side; Sobel, Scharr, Prewitt and the Laplacian with their whole numbers. */
export function kernelPlane(kind: KernelKind, size: number, shape: KernelShape): Float64Array {
  switch (kind) {
    case 'sobel':
    case 'scharr':
    case 'prewitt':
      return steered(derivativePair(kind, size), shape.orientation - 90);
    case 'laplacian':
      return laplacian(size);
    case 'gabor':
      return gabor({ ...shape, x: 0, y: 0 }, size);
    case 'difference':
      return differenceOfGaussians(size, shape.sigma);
    case 'blur':
      return blur(size, shape.sigma);
    case 'box':
      return sampled(size, () => 1 / size ** 2);
    case 'identity':
      return identity(size);
    case 'blank':
      return new Float64Array(size * size);
    case 'sharpen': {
      // Twice the picture minus its blur.
      const blurred = blur(size, shape.sigma);
      return identity(size).map((weight, cell) => 2 * weight - blurred[cell]!);
    }
  }
}

/** A plane turned about its middle, counter-clockwise, bilinearly; what comes from outside is 0. */
export function turnedPlane(plane: ArrayLike<number>, size: number, angle: number): Float64Array {
  if (angle % 360 === 0) return Float64Array.from(plane);
  const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
  const middle = (size - 1) / 2;
  const at = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < size && y < size ? plane[y * size + x]! : 0;
  return sampled(size, (x, y) => {
    // Quarter turns land on whole cells but for rounding.
    const [fromX, fromY] = [middle + x * cos - y * sin, middle + x * sin + y * cos];
    const [left, top] = [Math.floor(fromX + 1e-9), Math.floor(fromY + 1e-9)];
    const [right, below] = [Math.max(0, fromX - left), Math.max(0, fromY - top)];
    const upper = (1 - right) * at(left, top) + right * at(left + 1, top);
    const lower = (1 - right) * at(left, top + 1) + right * at(left + 1, top + 1);
    return (1 - below) * upper + below * lower;
  });
}

/** Largest magnitude; 0 of nothing. */
export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
