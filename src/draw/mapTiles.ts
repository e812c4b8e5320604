import { colormapLut, type Colormap } from './colormap.ts';
import type { ValueRange } from './normalize.ts';
import { blankRaster, nearestResize, type Raster } from './raster.ts';
import { tileGrid, tileOrigin } from './tileGrid.ts';

/** Maps of one size side by side without a gap, in rows of `columns`. */
export interface MapSheet {
  readonly raster: Raster;
  readonly columns: number;
  readonly count: number;
  /** Size of one map in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Columns that make the sheet about square: 8, 12, 16, 23 for 64, 128, 256, 512 maps. */
export const sheetColumns = (count: number) => Math.ceil(Math.sqrt(count));

/**
 * Feature maps (CHW, any unit) in colours, one pixel a value, each over its own range; values beyond
 * it take the colour of its end, a range without width gives that of its low end, NaN is transparent.
 * Throws RangeError if `mapsCHW` does not fill the shape or there is not one range for each map.
 */
export function mapSheet(
  mapsCHW: Float32Array,
  [count, height, width]: readonly [channels: number, height: number, width: number],
  ranges: readonly ValueRange[],
  colormap: Colormap = 'viridis',
): MapSheet {
  if (mapsCHW.length !== count * height * width || ranges.length !== count)
    throw new RangeError(
      `invalid feature maps: ${mapsCHW.length} values and ${ranges.length} ranges; expected ${count}x${height}x${width} = ${count * height * width} and ${count}`,
    );
  const columns = sheetColumns(count);
  const raster = blankRaster(columns * width, Math.ceil(count / columns) * height);
  const pixels = new Uint32Array(raster.rgba.buffer);
  const colours = packedLut(colormap);
  for (let map = 0; map < count; map++) {
    const [low, high] = ranges[map]!;
    const scale = high > low ? 256 / (high - low) : 0;
    const { x, y } = tileOrigin(map, width, height, columns, 0);
    for (let row = 0; row < height; row++) {
      const from = (map * height + row) * width;
      const to = (y + row) * raster.width + x;
      for (let column = 0; column < width; column++) {
        const value = mapsCHW[from + column]!;
        if (Number.isNaN(value)) continue;
        const entry = scale === 0 ? 0 : Math.min(255, Math.max(0, (value - low) * scale));
        pixels[to + column] = colours[entry | 0]!;
      }
    }
  }
  return { raster, columns, count, width, height };
}

/** The 256 colours as the four bytes of an opaque pixel each. */
function packedLut(colormap: Colormap): Uint32Array {
  const lut = colormapLut(colormap);
  const bytes = new Uint8Array(4 * 256);
  for (let entry = 0; entry < 256; entry++)
    bytes.set([lut[3 * entry]!, lut[3 * entry + 1]!, lut[3 * entry + 2]!, 255], 4 * entry);
  return new Uint32Array(bytes.buffer);
}

/** One map of a sheet. */
export function sheetTile({ raster, columns, width, height }: MapSheet, index: number): Raster {
  const tile = blankRaster(width, height);
  const { x, y } = tileOrigin(index, width, height, columns, 0);
  for (let row = 0; row < height; row++) {
    const start = 4 * ((y + row) * raster.width + x);
    tile.rgba.set(raster.rgba.subarray(start, start + 4 * width), 4 * row * width);
  }
  return tile;
}

/**
 * The maps of a sheet in the order given, with gaps as in `tileGrid`; of several sheets of one layer
 * the maps of each index stand side by side. Small maps are enlarged, so that the gaps stay thin.
 */
export function mapAtlas(sheets: readonly MapSheet[], order: readonly number[]): Raster {
  const { width } = sheets[0]!;
  const factor = Math.max(1, Math.ceil(16 / width));
  const tiles = order.map((index) => {
    const parts = sheets.map((sheet) => sheetTile(sheet, index));
    const joined = parts.length > 1 ? tileGrid(parts, { columns: 2, padding: 0 }) : parts[0]!;
    return nearestResize(joined, factor * joined.width, factor * joined.height);
  });
  const columns = Math.ceil(Math.sqrt(order.length / sheets.length));
  return tileGrid(tiles, { columns, padding: Math.max(1, Math.round((factor * width) / 20)) });
}
