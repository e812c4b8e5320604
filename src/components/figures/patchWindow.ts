import { averageResize, bilinearResize, blankRaster, type Raster } from '../../draw/raster.ts';
import type { ReceptiveField } from '../../worker/protocol.ts';

/** In pixels of a picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What one unit sees of a picture. */
export interface PatchWindow {
  /** The unit's receptive field, cut off where the crop ends. */
  readonly window: Rectangle;
  /** The largest square of it around its unit. */
  readonly tile: Rectangle;
  /** Middle of the field. */
  readonly centre: { readonly x: number; readonly y: number };
}

/**
 * Where the field of a cell lies on the picture.
 *
 * @param field in pixels of the network's input, which shows the crop
 * @param crop square of the picture, in its pixels
 */
export function patchWindow(
  field: ReceptiveField,
  cell: { readonly row: number; readonly column: number },
  inputSize: number,
  crop: { readonly left: number; readonly top: number; readonly side: number },
): PatchWindow {
  const scale = crop.side / inputSize;
  const inside = (value: number) => Math.min(inputSize, Math.max(0, value));
  const along = (index: number, origin: number) => {
    const start = field.start + index * field.stride;
    return {
      from: origin + scale * inside(start),
      to: origin + scale * inside(start + field.size),
      middle: origin + scale * inside(start + field.size / 2),
    };
  };
  const [x, y] = [along(cell.column, crop.left), along(cell.row, crop.top)];
  const window = { x: x.from, y: y.from, width: x.to - x.from, height: y.to - y.from };
  const side = Math.min(window.width, window.height);
  const slide = ({ from, to, middle }: typeof x) =>
    Math.min(to - side, Math.max(from, middle - side / 2));
  return {
    window,
    tile: { x: slide(x), y: slide(y), width: side, height: side },
    centre: { x: x.middle, y: y.middle },
  };
}

/** The pixels under a square of a picture, smooth, at another size. */
export function cutTile(picture: Raster, { x, y, width }: Rectangle, size: number): Raster {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const side = Math.max(
    1,
    Math.min(Math.ceil(x + width) - left, picture.width - left, picture.height - top),
  );
  const cut = blankRaster(side, side);
  for (let row = 0; row < side; row++) {
    const start = 4 * ((top + row) * picture.width + left);
    cut.rgba.set(picture.rgba.subarray(start, start + 4 * side), 4 * row * side);
  }
  return side >= size ? averageResize(cut, size, size) : bilinearResize(cut, size, size);
}
