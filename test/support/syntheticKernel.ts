import type { TensorData } from '../../src/engine/layout.ts';
import {
  derivativePair,
  gabor,
  gaussian,
  laplacian,
  steered,
  type DerivativeKind,
} from '../../src/kernels/handDesigned.ts';
import type {
  PrototypeKind,
  PrototypeParameters,
} from '../../src/engine/lenses/filters/prototypeFit.ts';

/** A prototype to be drawn by its parameters; those left out have defaults. */
export interface KernelRequest extends Omit<PrototypeParameters, 'size' | 'bandwidth'> {
  readonly kind: PrototypeKind;
  /** Side in pixels, 3 to 11. */
  readonly size: number;
  /** Weights per channel; one channel of weight 1 unless given. */
  readonly colour?: readonly number[];
}

const derivatives: readonly PrototypeKind[] = ['sobel', 'scharr', 'prewitt'];

function plane({ kind, size, ...rest }: KernelRequest): Float64Array {
  const { towards = 0, orientation = 90, wavelength = size / 2, phase = 0, aspect = 1 } = rest;
  const { x = 0, y = 0, sigma = size / 5, surroundSigma = 1.6 * sigma } = rest;
  if (derivatives.includes(kind))
    return steered(derivativePair(kind as DerivativeKind, size), towards);
  if (kind === 'laplacian') return laplacian(size);
  if (kind === 'gabor') return gabor({ orientation, wavelength, phase, sigma, aspect, x, y }, size);
  const centre = gaussian({ x, y, sigma }, size);
  if (kind === 'blob') return centre;
  // Of equal volume on an unbounded plane, so that a flat picture gives nothing.
  const share = (sigma / surroundSigma) ** 2;
  const surround = gaussian({ x, y, sigma: surroundSigma }, size);
  return centre.map((value, i) => value - share * surround[i]!);
}

/**
 * A kernel of known parameters, `[C, k, k]`: Sobel, Scharr and Prewitt with their usual whole numbers,
 * turned by `towards`; a Gabor or a blob with 1 where its envelope is highest.
 */
export function kernelOf(request: KernelRequest): TensorData {
  const { size, colour = [1] } = request;
  const values = plane(request);
  const data = Float32Array.from(colour.flatMap((weight) => [...values].map((v) => weight * v)));
  return { shape: [colour.length, size, size], data };
}
