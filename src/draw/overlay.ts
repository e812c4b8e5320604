import { blankRaster, type Raster } from './raster.ts';

function blend(base: Raster, heat: Raster, alphaAt: (pixel: number) => number): Raster {
  if (base.width !== heat.width || base.height !== heat.height) {
    throw new RangeError(
      `invalid overlay: ${heat.width}x${heat.height} over ${base.width}x${base.height}; expected the same size`,
    );
  }
  const out = blankRaster(base.width, base.height);
  for (let pixel = 0; pixel < base.width * base.height; pixel++) {
    const at = 4 * pixel;
    const alpha = alphaAt(pixel) * (heat.rgba[at + 3]! / 255);
    for (let c = 0; c < 3; c++) {
      out.rgba[at + c] = (1 - alpha) * base.rgba[at + c]! + alpha * heat.rgba[at + c]!;
    }
    out.rgba[at + 3] = base.rgba[at + 3]! + alpha * (255 - base.rgba[at + 3]!);
  }
  return out;
}

/** (1 - alpha) base + alpha heat, as matplotlib's `imshow(..., alpha=alpha)`; both of one size. Throws RangeError if not. */
export function overlay(base: Raster, heat: Raster, alpha: number): Raster {
  return blend(base, heat, () => alpha);
}

/**
 * The heat shows where its value is high: alpha at a pixel is `maxAlpha` times its unit value (HW, 0 to 1; NaN counts as 0).
 * Throws RangeError unless both rasters and the values are of one size.
 */
export function overlayByValue(
  base: Raster,
  heat: Raster,
  unitHW: Float32Array,
  maxAlpha = 1,
): Raster {
  if (unitHW.length !== base.width * base.height) {
    throw new RangeError(
      `invalid overlay: ${unitHW.length} values; expected ${base.width}x${base.height} = ${base.width * base.height}`,
    );
  }
  return blend(base, heat, (pixel) => maxAlpha * (unitHW[pixel] || 0));
}
