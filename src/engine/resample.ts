/** An 8-bit picture, rows from the top, channels interleaved: `[H, W, C]`. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGBA. */
  readonly channels: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Fixed-point bits of a coefficient: 32 - 8 (pixel) - 2 (head room). */
const precisionBits = 22;

interface Taps {
  /** First input pixel of each output pixel. */
  readonly first: Int32Array;
  /** Fixed-point weights of each output pixel. */
  readonly weights: readonly Int32Array[];
}

/** Weights of a triangle filter that widens with the reduction, which makes it antialiased. */
function triangleTaps(inputSize: number, outputSize: number): Taps {
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1);
  const first = new Int32Array(outputSize);
  const weights = Array.from({ length: outputSize }, (_, x) => {
    const centre = (x + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - filterScale + 0.5));
    const end = Math.min(inputSize, Math.trunc(centre + filterScale + 0.5));
    first[x] = start;
    const raw = Array.from({ length: end - start }, (__, i) =>
      Math.max(0, 1 - Math.abs((i + start - centre + 0.5) / filterScale)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return Int32Array.from(raw, (value) => Math.trunc((value / sum) * 2 ** precisionBits + 0.5));
  });
  return { first, weights };
}

/** Filters along one axis: `outer` lines of `length` pixels, each pixel `inner` values apart. */
function filterAxis(
  data: ArrayLike<number>,
  { outer, length, inner }: { outer: number; length: number; inner: number },
  outputLength: number,
): Uint8Array {
  const { first, weights } = triangleTaps(length, outputLength);
  const out = new Uint8Array(outer * outputLength * inner);
  for (let line = 0; line < outer; line++)
    for (let x = 0; x < outputLength; x++) {
      const kernel = weights[x]!;
      for (let c = 0; c < inner; c++) {
        let sum = 1 << (precisionBits - 1);
        let from = (line * length + first[x]!) * inner + c;
        for (let i = 0; i < kernel.length; i++, from += inner) sum += kernel[i]! * data[from]!;
        out[(line * outputLength + x) * inner + c] = Math.max(
          0,
          Math.min(255, sum >> precisionBits),
        );
      }
    }
  return out;
}

/**
 * Bilinear resize with antialiasing, equal to the bit to Pillow's `Image.resize(size, BILINEAR)`,
 * which torchvision uses: rows first, then columns, 8 bits between the two.
 */
export function resize(picture: Bitmap, width: number, height: number): Bitmap {
  const { channels } = picture;
  let { data } = picture;
  if (picture.width !== width)
    data = filterAxis(
      data,
      { outer: picture.height, length: picture.width, inner: channels },
      width,
    );
  if (picture.height !== height)
    data = filterAxis(data, { outer: 1, length: picture.height, inner: width * channels }, height);
  return { width, height, channels, data };
}

/** The largest centred square of a picture. */
export function centreSquare(picture: Bitmap): Bitmap {
  const side = Math.min(picture.width, picture.height);
  const left = Math.floor((picture.width - side) / 2);
  const top = Math.floor((picture.height - side) / 2);
  return cutSquare(picture, { left, top, side });
}

/** A square of a picture's pixels. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** The pixels of a square that lies inside the picture. */
export function cutSquare(picture: Bitmap, { left, top, side }: Square): Bitmap {
  if (side === picture.width && side === picture.height) return picture;
  const { channels, data } = picture;
  const out = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * picture.width + left) * channels;
    out.set(data.subarray(from, from + side * channels), y * side * channels);
  }
  return { width: side, height: side, channels, data: out };
}
