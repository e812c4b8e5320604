import { averageResize, rasterFromRgb, type Raster } from '../../draw/raster.ts';
import type { Bitmap } from '../../worker/protocol.ts';

/** Side in pixels at which figures show a picture and lay maps over it. */
export const photographSize = 320;

const drawn = new WeakMap<object, Raster>();

/** The reader's picture at display size; made once for each picture. */
export function photograph(bitmap: Bitmap): Raster {
  const known = drawn.get(bitmap.data);
  if (known) return known;
  const raster = rasterFromRgb(bitmap.data, bitmap.width, bitmap.height);
  const { width, height } = raster;
  const sized =
    width === photographSize && height === photographSize
      ? raster
      : averageResize(raster, photographSize, photographSize);
  drawn.set(bitmap.data, sized);
  return sized;
}
