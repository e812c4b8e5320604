import { EngineError } from './errors.ts';
import type { TensorData } from './layout.ts';
import type { Preprocessing } from './manifest.ts';
import { centreSquare, resize, type Bitmap } from './resample.ts';

/** ITU-R 601 luma in 16-bit fixed point, as Pillow's `convert('L')`. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

function toColour({ width, height, channels, data }: Bitmap, colour: 'rgb' | 'grey'): Bitmap {
  const wanted = colour === 'rgb' ? 3 : 1;
  if (channels === wanted) return { width, height, channels, data };
  const out = new Uint8Array(width * height * wanted);
  for (let i = 0; i < width * height; i++) {
    const red = data[i * channels]!;
    const green = channels < 3 ? red : data[i * channels + 1]!;
    const blue = channels < 3 ? red : data[i * channels + 2]!;
    if (wanted === 1) out[i] = luma(red, green, blue);
    else out.set([red, green, blue], i * 3);
  }
  return { width, height, channels: wanted, data: out };
}

/**
 * The square 8-bit picture that a network sees: cropped to the centre square, resized as Pillow does,
 * in the network's colours. Transparency must have been resolved before.
 */
export function networkView(picture: Bitmap, preprocessing: Preprocessing): Bitmap {
  if (picture.width < 1 || picture.height < 1)
    throw new EngineError(
      'invalid-picture',
      `the picture has ${picture.width}x${picture.height} pixels, expected at least 1x1`,
    );
  const square = toColour(centreSquare(picture), preprocessing.colour);
  return resize(square, preprocessing.width, preprocessing.height);
}

/** `(value / 255 - mean) / std` for each colour channel: `[1, C, H, W]`. */
export function normalize(view: Bitmap, { mean, std }: Preprocessing): TensorData {
  const { width, height, channels, data } = view;
  const plane = width * height;
  const out = new Float32Array(channels * plane);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++)
      out[c * plane + i] = (Math.fround(data[i * channels + c]! / 255) - mean[c]!) / std[c]!;
  return { shape: [1, channels, height, width], data: out };
}
