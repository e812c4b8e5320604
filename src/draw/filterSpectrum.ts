import { channelSpectra, type SpectrumPeak } from '../kernels/fourier.ts';
import { heatmap } from './heatmap.ts';
import { minMaxRange, type ValueRange } from './normalize.ts';
import type { Raster } from './raster.ts';

/** Fourier magnitudes of all channels of a filter together. */
export interface SpectrumTile {
  readonly image: Raster;
  /** From 0, in sums of weights. */
  readonly range: ValueRange;
  readonly peak: SpectrumPeak;
}

/**
 * The root of the sum of the channels' squared Fourier magnitudes, frequency 0 in the middle.
 * @param weights `[C, k, k]` @param side k
 */
export function spectrumTile(weights: Float32Array, side: number): SpectrumTile {
  const { size, channels, peak } = channelSpectra(weights, side);
  const cells = size * size;
  const squares = new Float32Array(cells);
  channels.forEach((value, i) => (squares[i % cells]! += value * value));
  const magnitudes = squares.map(Math.sqrt);
  const range = [0, minMaxRange(magnitudes)[1]] as const;
  return { image: heatmap(magnitudes, size, size, { range }), range, peak };
}
