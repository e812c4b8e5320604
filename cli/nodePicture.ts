import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Raster } from '../src/draw/raster.ts';
import { EngineError } from '../src/engine/errors.ts';
import type { Bitmap } from '../src/engine/resample.ts';

/**
 * Decodes a bitmap file: upright by its EXIF data, transparency on white, RGB.
 * @throws {EngineError} `invalid-picture`
 */
export async function readPicture(path: string): Promise<Bitmap> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new EngineError('invalid-picture', `could not read ${path}`, { cause });
  });
  try {
    const image = sharp(bytes, { limitInputPixels: 40_000_000 });
    if ((await image.metadata()).format === 'svg') throw new Error('an SVG drawing');
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'invalid-picture',
      `${path} is not a bitmap of at most 40 megapixels that can be decoded: ${why}`,
      { cause },
    );
  }
}

/** Decodes one of the site's own pictures with its transparency. */
export async function readCutout(path: string): Promise<Raster> {
  const { data, info } = await sharp(path)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: new Uint8ClampedArray(data) };
}
