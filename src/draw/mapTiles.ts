import type { Colormap } from './colormap.ts';
import { heatmap } from './heatmap.ts';
import { minMaxRange, signedRange, type ValueRange } from './normalize.ts';
import type { Raster } from './raster.ts';
import { tileGrid, type TileGridOptions } from './tileGrid.ts';

export interface MapTilesOptions {
  /** viridis unless told otherwise. */
  colormap?: Colormap;
  /** `each` map over its own values, all over a `shared` range (the default), or a range given. With the diverging map ranges are centred on 0. */
  range?: 'each' | 'shared' | ValueRange;
  /** Channels to draw, in this order; all in their own order unless told otherwise. */
  order?: readonly number[];
}

/**
 * Feature maps (CHW, activation units) as one raster a channel.
 * Throws RangeError if `mapsCHW` does not fill the shape or `order` names a channel that is not there.
 */
export function mapTiles(
  mapsCHW: Float32Array,
  channels: number,
  height: number,
  width: number,
  options: MapTilesOptions = {},
): Raster[] {
  const { colormap = 'viridis', range = 'shared' } = options;
  const order = options.order ?? Array.from({ length: channels }, (_, channel) => channel);
  if (mapsCHW.length !== channels * height * width) {
    throw new RangeError(
      `invalid feature maps: ${mapsCHW.length} values; expected ${channels}x${height}x${width} = ${channels * height * width}`,
    );
  }
  const rangeOf = colormap === 'diverging' ? signedRange : minMaxRange;
  const common = range === 'shared' ? rangeOf(mapsCHW) : range;
  return order.map((channel) => {
    if (!Number.isInteger(channel) || channel < 0 || channel >= channels) {
      throw new RangeError(`unknown channel: ${channel}; expected 0 to ${channels - 1}`);
    }
    const map = mapsCHW.subarray(channel * height * width, (channel + 1) * height * width);
    return heatmap(map, width, height, {
      colormap,
      range: common === 'each' ? rangeOf(map) : common,
    });
  });
}

/** The same maps in one grid (an atlas): columns, padding and background as in `tileGrid`. */
export function mapAtlas(
  mapsCHW: Float32Array,
  channels: number,
  height: number,
  width: number,
  options: MapTilesOptions & TileGridOptions = {},
): Raster {
  return tileGrid(mapTiles(mapsCHW, channels, height, width, options), options);
}
