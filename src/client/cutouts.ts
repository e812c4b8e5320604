import type { Bitmap } from '../worker/protocol.ts';
import { PictureError } from './pictures.ts';

const bitmaps = new Map<string, Promise<Bitmap>>();

/**
 * RGBA of one of the site's pictures with their transparency, fetched once.
 *
 * @throws {PictureError}
 */
export function loadCutout(url: string, title: string): Promise<Bitmap> {
  const known = bitmaps.get(url);
  if (known) return known;
  const loading = fetchCutout(url).catch(() => {
    throw new PictureError(`The picture “${title}” could not be loaded.`);
  });
  bitmaps.set(url, loading);
  loading.catch(() => bitmaps.delete(url));
  return loading;
}

async function fetchCutout(url: string): Promise<Bitmap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
  const image = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: 'none',
    // Decoders that multiply by the opacity themselves round downwards; the canvas rounds as composition.ts does.
    premultiplyAlpha: 'none',
  });
  const { width, height } = image;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(image, 0, 0);
  image.close();
  return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
}
