import { EngineError } from '../../errors.ts';
import type { TensorData } from '../../layout.ts';
import { energyOf, luminanceOf, meanOf, type Filter } from './filter.ts';

export interface SimilarityOptions {
  /** Compares all channels, or their means only; a kernel of one channel is always compared so. */
  readonly colour?: 'all' | 'luminance';
  /** Counts the negative of a filter as alike too; the similarity keeps its sign. */
  readonly eitherSign?: boolean;
  /** Best over shifts of up to so many pixels in each direction; 0 unless told otherwise. */
  readonly shift?: number;
}

/** How alike a filter is to a kernel. */
export interface FilterMatch {
  readonly index: number;
  /** Cosine of the angle between the two, -1 to 1. */
  readonly similarity: number;
  /** Shift of the kernel at which it is reached, in pixels to the right and down. */
  readonly x: number;
  readonly y: number;
}

/** The cosine of the angle between two vectors; 0 if either is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  const norms = Math.sqrt(energyOf(a) * energyOf(b));
  return norms > 0 ? product / norms : 0;
}

/** Planes of one size, without the mean over all of them. */
interface Planes {
  readonly planes: readonly ArrayLike<number>[];
  readonly size: number;
}

/**
 * The filters by their similarity to a kernel, most alike first: the cosine between the two without
 * their mean weights. The smaller of the two is laid on the middle of the larger. A shifted kernel
 * loses what it moves over the border, and with it similarity.
 * @param kernel `[k, k]`, `[1, k, k]` or `[C, k, k]`
 * @throws {EngineError} `invalid-option` for a kernel of another shape
 */
export function rankBySimilarity(
  filters: readonly Filter[],
  kernel: TensorData,
  options: SimilarityOptions = {},
): FilterMatch[] {
  const painted = kernelPlanes(kernel);
  const { colour = 'all', eitherSign = false, shift = 0 } = options;
  const score = ({ similarity }: FilterMatch) => (eitherSign ? Math.abs(similarity) : similarity);
  return filters
    .map((filter, index) => {
      const grey = colour === 'luminance' || painted.planes.length === 1 || filter.channels === 1;
      const [a, b] = [
        grey ? mean(painted) : painted,
        grey ? greyPlanes(filter) : allPlanes(filter),
      ];
      return matches(a, b, shift, index).reduce((best, next) =>
        score(next) > score(best) ? next : best,
      );
    })
    .sort((a, b) => score(b) - score(a));
}

function kernelPlanes({ shape, data }: TensorData): Planes {
  const [channels, size, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length > 3 || (channels !== 1 && channels !== 3) || size !== width)
    throw new EngineError(
      'invalid-option',
      `the kernel has shape [${shape.join(', ')}], expected [k, k] or [1 or 3, k, k]`,
    );
  return planesOf(data, channels, size!);
}

function planesOf(data: Float32Array, channels: number, size: number): Planes {
  const plane = size * size;
  return {
    planes: Array.from({ length: channels }, (_, c) => data.subarray(c * plane, (c + 1) * plane)),
    size,
  };
}

const allPlanes = ({ weights, channels, size }: Filter) => planesOf(weights, channels, size);

const greyPlanes = (filter: Filter): Planes => ({
  planes: [luminanceOf(filter)],
  size: filter.size,
});

function mean({ planes, size }: Planes): Planes {
  const sum = Float64Array.from({ length: size * size }, (_, i) =>
    planes.reduce((total, plane) => total + plane[i]!, 0),
  );
  return { planes: [sum.map((value) => value / planes.length)], size };
}

/** Removes the mean over all planes and lays the result into a window, shifted. */
function laid({ planes, size }: Planes, window: number, dx = 0, dy = 0): Float64Array {
  const level = meanOf(planes.map((plane) => meanOf(plane)));
  const border = Math.floor((window - size) / 2);
  const out = new Float64Array(planes.length * window * window);
  planes.forEach((plane, channel) => {
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const [row, column] = [y + border + dy, x + border + dx];
        if (row < 0 || column < 0 || row >= window || column >= window) continue;
        out[(channel * window + row) * window + column] = plane[y * size + x]! - level;
      }
  });
  return out;
}

function matches(kernel: Planes, filter: Planes, shift: number, index: number): FilterMatch[] {
  const window = Math.max(kernel.size, filter.size);
  const fixed = laid(filter, window);
  const whole = laid(kernel, window);
  const found: FilterMatch[] = [];
  for (let y = -shift; y <= shift; y++)
    for (let x = -shift; x <= shift; x++) {
      const moved = laid(kernel, window, x, y);
      const kept = Math.sqrt(energyOf(moved) / (energyOf(whole) || 1));
      found.push({ index, similarity: kept * cosine(moved, fixed), x, y });
    }
  return found.sort((a, b) => Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y));
}
