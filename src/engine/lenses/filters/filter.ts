import { EngineError } from '../../errors.ts';
import type { TensorData } from '../../layout.ts';

/** A filter's side in pixels and its input channels: 1 for grey, 3 for red, green, blue. */
export interface Shape {
  readonly channels: 1 | 3;
  readonly size: number;
}

/** One filter of a first layer. */
export interface Filter extends Shape {
  /** `[C, k, k]`. */
  readonly weights: Float32Array;
}

const smallest = 3;
const largest = 11;

/**
 * The filters of a first layer.
 * @param weights `[filters, C, k, k]` with 1 or 3 channels and k from 3 to 11
 * @throws {EngineError} `invalid-weights` for any other shape
 */
export function filtersOf({ shape, data }: TensorData): Filter[] {
  const [count, channels, size, width] = shape;
  const fits = (channels === 1 || channels === 3) && size === width;
  if (shape.length !== 4 || !fits || size! < smallest || size! > largest)
    throw new EngineError(
      'invalid-weights',
      `the filters have shape [${shape.join(', ')}], expected [filters, 1 or 3, k, k] with k from ${smallest} to ${largest}`,
    );
  const length = channels * size! * size!;
  return Array.from({ length: count! }, (_, index) => ({
    channels,
    size: size!,
    weights: data.slice(index * length, (index + 1) * length),
  }));
}

/** Weights of one channel, `[k, k]`, not copied. */
export function channelOf({ size, weights }: Filter, channel: number): Float32Array {
  return weights.subarray(channel * size * size, (channel + 1) * size * size);
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Sum of squares. */
export function energyOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum;
}

export const normOf = (values: ArrayLike<number>): number => Math.sqrt(energyOf(values));

/** Mean over the channels, `[k, k]`: the filter's effect on grey pictures, divided by the channels. */
export function luminanceOf(filter: Filter): Float64Array {
  const luminance = new Float64Array(filter.size ** 2);
  for (let channel = 0; channel < filter.channels; channel++) {
    const plane = channelOf(filter, channel);
    for (let i = 0; i < plane.length; i++) luminance[i]! += plane[i]! / filter.channels;
  }
  return luminance;
}
