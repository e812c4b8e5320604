import { blankRaster, type Raster } from './raster.ts';

/** Colours times opacity, so that what is transparent bleeds no colour: RGBA, 0 to 255, row-major. */
export interface Cutout {
  readonly width: number;
  readonly height: number;
  readonly premultiplied: Float32Array;
}

/** A cut-out with its top left corner on the picture; parts may lie outside. */
export interface Layer {
  readonly cutout: Cutout;
  readonly left: number;
  readonly top: number;
}

/** Weights of the input positions that make one output position, from `first` on. */
interface Kernel {
  readonly first: number;
  readonly weights: readonly number[];
}

/** A triangle as wide as the pixels that an output pixel covers, and no narrower than two: bilinear, without aliasing. */
function triangles(inSize: number, outSize: number): Kernel[] {
  const scale = inSize / outSize;
  const reach = Math.max(1, scale);
  return Array.from({ length: outSize }, (_, position) => {
    const centre = (position + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(inSize - 1, Math.floor(centre + reach));
    const heights = Array.from({ length: last - first + 1 }, (_, i) =>
      Math.max(0, 1 - Math.abs(first + i - centre) / reach),
    );
    const sum = heights.reduce((a, b) => a + b, 0);
    return { first, weights: heights.map((height) => height / sum) };
  });
}

/** Whole numbers, as browsers keep them: so a picture decoded there and elsewhere gives the same pixels. */
function premultiply({ width, height, rgba }: Raster): Float32Array {
  const out = new Float32Array(4 * width * height);
  for (let at = 0; at < out.length; at += 4) {
    const opacity = rgba[at + 3]!;
    for (let c = 0; c < 3; c++) out[at + c] = Math.round((rgba[at + c]! * opacity) / 255);
    out[at + 3] = opacity;
  }
  return out;
}

/** Rows of pixels (RGBA) to rows of another length; the rows become columns. */
function resizedAcross(values: Float32Array, width: number, outWidth: number): Float32Array {
  const rows = values.length / 4 / width;
  const out = new Float32Array(4 * rows * outWidth);
  triangles(width, outWidth).forEach(({ first, weights }, x) => {
    for (let y = 0; y < rows; y++)
      for (let i = 0; i < weights.length; i++)
        for (let c = 0; c < 4; c++)
          out[4 * (x * rows + y) + c]! += weights[i]! * values[4 * (y * width + first + i) + c]!;
  });
  return out;
}

function mirrored({ width, height, premultiplied }: Cutout): Cutout {
  const out = new Float32Array(premultiplied.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const column = pixel % width;
    const from = 4 * (pixel - column + width - 1 - column);
    out.set(premultiplied.subarray(from, from + 4), 4 * pixel);
  }
  return { width, height, premultiplied: out };
}

/** A cut-out `width` pixels wide in its own proportions, left and right exchanged on demand. */
export function scaledCutout(raster: Raster, width: number, mirror = false): Cutout {
  const height = Math.max(1, Math.round((raster.height * width) / raster.width));
  const columns = resizedAcross(premultiply(raster), raster.width, width);
  const premultiplied = resizedAcross(columns, raster.height, height);
  const cutout = { width, height, premultiplied };
  return mirror ? mirrored(cutout) : cutout;
}

/** Calls back for every pixel of a layer that lies on a picture of this size. */
function eachPixel(
  { cutout, left, top }: Layer,
  { width, height }: { width: number; height: number },
  visit: (pixel: number, from: number) => void,
): void {
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(cutout.height, height - top);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(cutout.width, width - left);
  for (let y = firstRow; y < lastRow; y++)
    for (let x = firstColumn; x < lastColumn; x++)
      visit((top + y) * width + left + x, 4 * (y * cutout.width + x));
}

/** The layers over an opaque background, the last on top. */
export function compose(background: Raster, layers: readonly Layer[]): Raster {
  const { width, height } = background;
  const out = blankRaster(width, height);
  out.rgba.set(background.rgba);
  for (const layer of layers) {
    const { premultiplied } = layer.cutout;
    eachPixel(layer, background, (pixel, from) => {
      const through = 1 - premultiplied[from + 3]! / 255;
      for (let c = 0; c < 3; c++)
        out.rgba[4 * pixel + c] = premultiplied[from + c]! + through * out.rgba[4 * pixel + c]!;
    });
  }
  return out;
}

/** How much of every pixel of a square picture shows each layer (HW, 0 to 1): its opacity, less what those above it hide. */
export function visibleShares(layers: readonly Layer[], size: number): Float32Array[] {
  const shares = layers.map(() => new Float32Array(size * size));
  layers.forEach((layer, index) => {
    eachPixel(layer, { width: size, height: size }, (pixel, from) => {
      const opacity = layer.cutout.premultiplied[from + 3]! / 255;
      for (let below = 0; below < index; below++) shares[below]![pixel]! *= 1 - opacity;
      shares[index]![pixel] = opacity;
    });
  });
  return shares;
}

/** Opacity (0 to 1) of a layer at a point of the picture. */
export function opacityAt({ cutout, left, top }: Layer, x: number, y: number): number {
  const [column, row] = [Math.floor(x) - left, Math.floor(y) - top];
  const inside = column >= 0 && row >= 0 && column < cutout.width && row < cutout.height;
  return inside ? cutout.premultiplied[4 * (row * cutout.width + column) + 3]! / 255 : 0;
}
