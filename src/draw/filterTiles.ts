import { heatmap } from './heatmap.ts';
import { signedRange, type ValueRange } from './normalize.ts';
import { rasterFromRgb, type Raster } from './raster.ts';

// #region normalizeFilter
/** One filter (channel, height, width) to [0, 1]: w' = (w - min) / (max - min + 1e-8). */
export function normalizeFilter(weightCHW: Float32Array): Float32Array {
  const min = Math.min(...weightCHW);
  const max = Math.max(...weightCHW);
  return weightCHW.map((w) => (w - min) / (max - min + 1e-8));
}
// #endregion

/**
 * One filter as a colour patch, min-max normalised over all its weights: 3 channels are red, green, blue; 1 channel is grey.
 * Throws RangeError for any other number of channels: such a filter has no colours of its own.
 */
export function filterTile(
  weightCHW: Float32Array,
  channels: number,
  height: number,
  width: number,
): Raster {
  checkShape(weightCHW, channels, height, width);
  return rasterFromRgb(
    normalizeFilter(weightCHW).map((w) => 255 * w),
    width,
    height,
    'chw',
  );
}

/**
 * One filter as a colour patch with its sign: a channel without weight is half bright, and the ends
 * of `range`, which is centred on 0, are dark and bright. Filters on one range can be compared.
 * Throws RangeError as `filterTile`.
 */
export function signedTile(
  weightCHW: Float32Array,
  channels: number,
  height: number,
  width: number,
  range: ValueRange = signedRange(weightCHW),
): Raster {
  checkShape(weightCHW, channels, height, width);
  const reach = range[1] || 1;
  return rasterFromRgb(
    weightCHW.map((w) => 127.5 * (1 + w / reach)),
    width,
    height,
    'chw',
  );
}

function checkShape(weights: Float32Array, channels: number, height: number, width: number): void {
  if ((channels === 1 || channels === 3) && weights.length === channels * height * width) return;
  throw new RangeError(
    `invalid filter: ${weights.length} weights as ${channels}x${height}x${width}; expected 1 or 3 channels that fill the shape`,
  );
}

/** One channel (HW) of a filter, or any signed kernel: blue below 0, white at 0, red above. Give `range` to compare channels on one scale. */
export function channelTile(
  weightHW: Float32Array,
  height: number,
  width: number,
  range: ValueRange = signedRange(weightHW),
): Raster {
  return heatmap(weightHW, width, height, { colormap: 'diverging', range });
}
