import type { Bitmap, KeyedPicture } from '../worker/protocol.ts';

/** A picture that could not be used, with a sentence for the reader. */
export class PictureError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PictureError';
  }
}

/** A picture of the site, as the page lists it. */
export interface ShippedPicture {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Relative to the site's base. */
  readonly url: string;
  readonly thumbUrl: string;
}

const maxPixels = 40_000_000;
/** A reader's picture is kept at this many pixels square: more than any network here looks at. */
const maxSide = 512;
/** Keys of the reader's own pictures begin so. */
export const ownPrefix = 'own:';

const own = new Map<string, KeyedPicture & { readonly name: string }>();
const shipped = new Map<string, Promise<KeyedPicture>>();
let count = 0;

/** Pixels of a shipped picture or of one that the reader opened before. */
export function loadPicture(
  key: string,
  catalogue: readonly ShippedPicture[],
): Promise<KeyedPicture> {
  const mine = own.get(key);
  if (mine) return Promise.resolve(mine);
  const entry = catalogue.find((picture) => picture.id === key) ?? catalogue[0]!;
  const known = shipped.get(entry.id);
  if (known) return known;
  const loading = fetchPicture(entry);
  shipped.set(entry.id, loading);
  loading.catch(() => shipped.delete(entry.id));
  return loading;
}

async function fetchPicture({ id, title, url }: ShippedPicture): Promise<KeyedPicture> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
    return { key: id, bitmap: await decode(await response.blob()) };
  } catch {
    throw new PictureError(`The picture “${title}” could not be loaded.`);
  }
}

/**
 * Takes a reader's file: cropped to the centre square, transparency on white, upright by its EXIF data.
 * @returns its key
 * @throws {PictureError} for an SVG, anything that cannot be read or decoded, and more than 40 megapixels
 */
export async function addOwnPicture(file: Blob): Promise<string> {
  const name = file instanceof File && file.name ? file.name : 'The pasted picture';
  await checkFile(file, name);
  const bitmap = await decode(file).catch(() => {
    throw new PictureError(`${name} is not a picture that this browser can decode.`);
  });
  const key = `${ownPrefix}${++count}`;
  own.set(key, { key, bitmap, name });
  return key;
}

async function checkFile(file: Blob, name: string): Promise<void> {
  const { imageSize } = await import('image-size');
  const buffer = await file.arrayBuffer().catch(() => {
    throw new PictureError(`${name} could not be read; please choose a picture file.`);
  });
  const bytes = new Uint8Array(buffer);
  let size: { width: number; height: number; type?: string };
  try {
    size = imageSize(bytes);
  } catch {
    if (/svg/i.test(file.type)) size = { width: 0, height: 0, type: 'svg' };
    else throw new PictureError(`${name} is not a picture that this browser can decode.`);
  }
  if (size.type === 'svg')
    throw new PictureError(
      `${name} is an SVG drawing; please choose a bitmap such as PNG, JPEG or WebP.`,
    );
  const pixels = size.width * size.height;
  if (pixels > maxPixels)
    throw new PictureError(
      `${name} has ${Math.round(pixels / 1e6)} megapixels; please choose one of at most ${maxPixels / 1e6}.`,
    );
}

/** RGBA of the centre square, at most 512x512. */
async function decode(blob: Blob): Promise<Bitmap> {
  const image = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
  const side = Math.min(image.width, image.height);
  const out = Math.min(side, maxSide);
  const canvas = document.createElement('canvas');
  canvas.width = out;
  canvas.height = out;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, out, out);
  context.imageSmoothingQuality = 'high';
  const left = (image.width - side) / 2;
  const top = (image.height - side) / 2;
  context.drawImage(image, left, top, side, side, 0, 0, out, out);
  image.close();
  return { width: out, height: out, channels: 4, data: context.getImageData(0, 0, out, out).data };
}

/** The reader's pictures of this visit. */
export function ownPictures(): ReadonlyArray<KeyedPicture & { readonly name: string }> {
  return [...own.values()];
}
