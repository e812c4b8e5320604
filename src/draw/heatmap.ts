import { colormapLut, type Colormap } from './colormap.ts';
import { minMaxRange, toUnit, type ValueRange } from './normalize.ts';
import { blankRaster, type Raster } from './raster.ts';

export interface HeatmapOptions {
  /** viridis unless told otherwise. */
  colormap?: Colormap;
  /** Values at the two ends of the colour map; the map's own minimum and maximum unless told otherwise. */
  range?: ValueRange;
}

/**
 * One map (HW, any unit) in colours, one pixel a value; values beyond the range take the colour of its end, NaN is transparent.
 * A diverging map of a range without width is all middle.
 * Throws RangeError if `values` does not hold `width` times `height` numbers.
 */
export function heatmap(
  values: Float32Array,
  width: number,
  height: number,
  options: HeatmapOptions = {},
): Raster {
  const { colormap = 'viridis', range = minMaxRange(values) } = options;
  const raster = blankRaster(width, height);
  if (values.length !== width * height) {
    throw new RangeError(
      `invalid map: ${values.length} values; expected ${width}x${height} = ${width * height}`,
    );
  }
  const lut = colormapLut(colormap);
  const flat = colormap === 'diverging' && range[0] === range[1];
  toUnit(values, range).forEach((unit, i) => {
    if (Number.isNaN(unit)) return;
    const entry = 3 * (flat ? 128 : Math.min(255, Math.floor(unit * 256)));
    raster.rgba[4 * i] = lut[entry]!;
    raster.rgba[4 * i + 1] = lut[entry + 1]!;
    raster.rgba[4 * i + 2] = lut[entry + 2]!;
    raster.rgba[4 * i + 3] = 255;
  });
  return raster;
}
