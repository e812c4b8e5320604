import { radians } from './angle.ts';

/** Kernels that differentiate in one direction and smooth in the other. */
export type DerivativeKind = 'sobel' | 'scharr' | 'prewitt';

/** Convolution of two sequences, full length. */
function convolve(a: readonly number[], b: readonly number[]): number[] {
  const out = Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((p, i) => b.forEach((q, j) => (out[i + j]! += p * q)));
  return out;
}

/** A row of Pascal's triangle: 1 2 1, then 1 3 3 1, then 1 4 6 4 1. */
function binomial(length: number): number[] {
  let row = [1];
  while (row.length < length) row = convolve(row, [1, 1]);
  return row;
}

/** The smoothing and the differentiating half of a derivative kernel. */
function halves(kind: DerivativeKind, size: number): { smooth: number[]; slope: number[] } {
  if (kind === 'prewitt')
    return {
      smooth: Array<number>(size).fill(1),
      slope: Array.from({ length: size }, (_, i) => i - (size - 1) / 2),
    };
  const wider = binomial(size - 2);
  const smooth = kind === 'sobel' ? [1, 2, 1] : [3, 10, 3];
  return { smooth: convolve(smooth, wider), slope: convolve([-1, 0, 1], wider) };
}

/** A derivative kernel that gets lighter to the right, and one that gets lighter upwards. */
export interface DerivativePair {
  /** `[k, k]` */
  readonly right: Float64Array;
  /** `[k, k]` */
  readonly up: Float64Array;
}

/**
 * At side 3 the kernels are Sobel's, Scharr's and Prewitt's own. Wider ones of Sobel and Scharr are
 * these convolved with a binomial window, as in OpenCV; wider ones of Prewitt, with rows such as
 * -3 -2 -1 0 1 2 3, give the slope of the plane that fits the pixels best.
 */
export function derivativePair(kind: DerivativeKind, size: number): DerivativePair {
  const { smooth, slope } = halves(kind, size);
  const right = new Float64Array(size * size);
  const up = new Float64Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      right[y * size + x] = smooth[y]! * slope[x]!;
      up[y * size + x] = -slope[y]! * smooth[x]!;
    }
  return { right, up };
}

/** The pair mixed so that it gets lighter towards an angle in degrees, `[k, k]`. */
export function steered({ right, up }: DerivativePair, towards: number): Float64Array {
  const [cos, sin] = [Math.cos(radians(towards)), Math.sin(radians(towards))];
  return right.map((value, i) => cos * value + sin * up[i]!);
}

/** 0 1 0, 1 -4 1, 0 1 0; wider ones are this convolved with a binomial window, `[k, k]`. */
export function laplacian(size: number): Float64Array {
  const smooth = convolve([0, 1, 0], binomial(size - 2));
  const curve = convolve([1, -2, 1], binomial(size - 2));
  return Float64Array.from({ length: size * size }, (_, i) => {
    const [y, x] = [Math.floor(i / size), i % size];
    return smooth[y]! * curve[x]! + curve[y]! * smooth[x]!;
  });
}

/** A smaller kernel in the middle of a wider window, zeros around it. */
export function centred(kernel: Float64Array, size: number, window: number): Float64Array {
  const border = (window - size) / 2;
  const out = new Float64Array(window * window);
  for (let y = 0; y < size; y++)
    out.set(kernel.subarray(y * size, (y + 1) * size), (y + border) * window + border);
  return out;
}

/** Sides that a kernel in the middle of a window can have: 3, 5, 7 of 7. */
export function sidesIn(window: number): number[] {
  return Array.from({ length: Math.floor((window - 1) / 2) }, (_, i) => window - 2 * i).reverse();
}

/** Lengths in pixels, angles in degrees; x and y from the middle, y downwards. */
export interface GaborShape {
  readonly orientation: number;
  readonly wavelength: number;
  readonly sigma: number;
  /** sigma across the stripes / sigma along them. */
  readonly aspect: number;
  readonly x: number;
  readonly y: number;
}

/**
 * exp(-(u^2 + aspect^2 v^2) / 2 sigma^2) times cos and sin of 2 pi u / wavelength: u runs across the
 * stripes, to the right (downwards, if they are level), v along them. A Gabor of phase phi is cos(phi) * even - sin(phi) * odd.
 */
export function gaborPair(
  { orientation, wavelength, sigma, aspect, x: centreX, y: centreY }: GaborShape,
  size: number,
): { even: Float64Array; odd: Float64Array } {
  const across = radians(orientation - 90);
  const [cos, sin] = [Math.cos(across), Math.sin(across)];
  const even = new Float64Array(size * size);
  const odd = new Float64Array(size * size);
  const middle = (size - 1) / 2;
  const wave = (2 * Math.PI) / wavelength;
  const falloff = 1 / (2 * sigma * sigma);
  // cos(a - b) and sin(a - b) of a column's and a row's share of the turn.
  const columnCos = new Float64Array(size);
  const columnSin = new Float64Array(size);
  for (let column = 0; column < size; column++) {
    const turn = wave * (column - middle - centreX) * cos;
    columnCos[column] = Math.cos(turn);
    columnSin[column] = Math.sin(turn);
  }
  for (let row = 0; row < size; row++) {
    const y = row - middle - centreY;
    const rowCos = Math.cos(wave * y * sin);
    const rowSin = Math.sin(wave * y * sin);
    for (let column = 0; column < size; column++) {
      const x = column - middle - centreX;
      const u = x * cos - y * sin;
      const v = aspect * (x * sin + y * cos);
      const envelope = Math.exp(-(u * u + v * v) * falloff);
      const i = row * size + column;
      even[i] = envelope * (columnCos[column]! * rowCos + columnSin[column]! * rowSin);
      odd[i] = envelope * (columnSin[column]! * rowCos - columnCos[column]! * rowSin);
    }
  }
  return { even, odd };
}

/** `[k, k]`; see `gaborPair`. @param phase degrees */
export function gabor(shape: GaborShape & { phase: number }, size: number): Float64Array {
  const { even, odd } = gaborPair(shape, size);
  const [cos, sin] = [Math.cos(radians(shape.phase)), Math.sin(radians(shape.phase))];
  return even.map((value, i) => cos * value - sin * odd[i]!);
}

/** Spatial frequencies at half height, in octaves apart; null where the lower one is not positive. */
export function gaborBandwidth(wavelength: number, sigma: number): number | null {
  const cycles = (Math.PI * sigma) / wavelength;
  const half = Math.sqrt(Math.LN2 / 2);
  return cycles > half ? Math.log2((cycles + half) / (cycles - half)) : null;
}

/** exp(-r^2 / 2 sigma^2), `[k, k]`; 1 at its centre. */
export function gaussian(
  { x: centreX, y: centreY, sigma }: { x: number; y: number; sigma: number },
  size: number,
): Float64Array {
  const middle = (size - 1) / 2;
  const falloff = 1 / (2 * sigma * sigma);
  const columns = new Float64Array(size);
  const rows = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    columns[i] = Math.exp(-((i - middle - centreX) ** 2) * falloff);
    rows[i] = Math.exp(-((i - middle - centreY) ** 2) * falloff);
  }
  const out = new Float64Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) out[y * size + x] = rows[y]! * columns[x]!;
  return out;
}
