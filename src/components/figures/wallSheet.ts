import { sheetColumns, type MapSheet } from '../../draw/mapTiles.ts';
import { isStill, rasterFromRgb, type Raster, type StillRaster } from '../../draw/raster.ts';
import type { PatchWall } from './patchAtlas.ts';

const sheets = new Map<string, Promise<MapSheet>>();

/** The tiles of a wall that was drawn when the site was built, fetched once. */
export function wallSheet({ shape, image }: PatchWall): Promise<MapSheet> {
  if (!isStill(image)) return Promise.resolve(sheetOf(image, shape[0]!));
  const known = sheets.get(image.url);
  if (known) return known;
  const reading = pixels(image).then((raster) => sheetOf(raster, shape[0]!));
  sheets.set(image.url, reading);
  reading.catch(() => sheets.delete(image.url));
  return reading;
}

function sheetOf(raster: Raster, count: number): MapSheet {
  const columns = sheetColumns(count);
  const side = raster.width / columns;
  return { raster, columns, count, width: side, height: side };
}

async function pixels({ url, width, height }: StillRaster): Promise<Raster> {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  context.drawImage(picture, 0, 0, width, height);
  return rasterFromRgb(context.getImageData(0, 0, width, height).data, width, height);
}
