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

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A function of the place, x to the right and y down from the middle. */
function sampled(size: number, at: (x: number, y: number) => number): Float64Array {
  const middle = (size - 1) / 2;
  return Float64Array.from({ length: size * size }, (_, cell) =>
    at((cell % size) - middle, Math.floor(cell / size) - middle),
  );
}

/** Convolution of two sequences, full length. */
function convolved(a: readonly number[], b: readonly number[]): number[] {
  const out = Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((p, i) => b.forEach((q, j) => (out[i + j]! += p * q)));
  return out;
}

/** A row of Pascal's triangle: 1, then 1 1, then 1 2 1. */
const binomial = (length: number): number[] =>
  length <= 1 ? [1] : convolved(binomial(length - 1), [1, 1]);

/** `across[x] * along[y]`, plus the same with rows and columns exchanged and weighted by `flipped`. */
function separable(
  across: readonly number[],
  along: readonly number[],
  straight: number,
  flipped: number,
): Float64Array {
  const size = across.length;
  return Float64Array.from({ length: size * size }, (_, cell) => {
    const [x, y] = [cell % size, Math.floor(cell / size)];
    return straight * across[x]! * along[y]! + flipped * across[y]! * along[x]!;
  });
}

/**
 * Differentiates across the orientation and smooths along it. Wider ones of Sobel and Scharr are
 * those of side 3 convolved with a binomial window, as in OpenCV; wider ones of Prewitt, with rows
 * such as -3 -2 -1 0 1 2 3, give the slope of the plane that fits the pixels best.
 */
function derivative(
  kind: 'sobel' | 'scharr' | 'prewitt',
  size: number,
  orientation: number,
): Float64Array {
  const window = binomial(size - 2);
  const ramp = Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
  const across = kind === 'prewitt' ? ramp : convolved([-1, 0, 1], window);
  const along =
    kind === 'prewitt'
      ? Array<number>(size).fill(1)
      : convolved(kind === 'sobel' ? [1, 2, 1] : [3, 10, 3], window);
  return separable(across, along, Math.sin(radians(orientation)), Math.cos(radians(orientation)));
}

/** 0 1 0, 1 -4 1, 0 1 0; wider ones are this convolved with a binomial window. */
function laplacian(size: number): Float64Array {
  const window = binomial(size - 2);
  return separable(convolved([1, -2, 1], window), convolved([0, 1, 0], window), 1, 1);
}

/** exp(-(u^2 + aspect^2 v^2) / 2 sigma^2) cos(2 pi u / wavelength + phase), u across the stripes. */
function gabor(
  size: number,
  { orientation, wavelength, phase, sigma, aspect }: KernelShape,
): Float64Array {
  const [cos, sin] = [Math.cos(radians(orientation)), Math.sin(radians(orientation))];
  return sampled(size, (x, y) => {
    const u = x * sin + y * cos;
    const v = aspect * (x * cos - y * sin);
    const envelope = Math.exp(-(u * u + v * v) / (2 * sigma * sigma));
    return envelope * Math.cos((2 * Math.PI * u) / wavelength + radians(phase));
  });
}

/** exp(-r^2 / 2 sigma^2). */
const gaussian = (size: number, sigma: number): Float64Array =>
  sampled(size, (x, y) => Math.exp(-(x * x + y * y) / (2 * sigma * sigma)));

const identity = (size: number): Float64Array =>
  sampled(size, (x, y) => Number(x === 0 && y === 0));

/** A Gaussian whose weights add up to 1. */
function blur(size: number, sigma: number): Float64Array {
  const plane = gaussian(size, sigma);
  const sum = plane.reduce((a, b) => a + b);
  return plane.map((weight) => weight / sum);
}

/** Standard deviation of the surround in a difference of Gaussians, in that of the centre. */
const surround = 1.6;

/** A Gaussian minus a wider one of the same volume. */
function differenceOfGaussians(size: number, sigma: number): Float64Array {
  const wider = gaussian(size, surround * sigma);
  return gaussian(size, sigma).map((weight, cell) => weight - wider[cell]! / surround ** 2);
}

/** A kernel of an odd side; Sobel, Scharr, Prewitt and the Laplacian with their whole numbers. */
export function kernelPlane(kind: KernelKind, size: number, shape: KernelShape): Float64Array {
  switch (kind) {
    case 'sobel':
    case 'scharr':
    case 'prewitt':
      return derivative(kind, size, shape.orientation);
    case 'laplacian':
      return laplacian(size);
    case 'gabor':
      return gabor(size, shape);
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
