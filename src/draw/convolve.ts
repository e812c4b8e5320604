/** A picture as a convolution reads it: planes with a border of zeros all around. */
export interface PaddedPicture {
  /** Without the border. */
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly padding: number;
  /** `[C, height + 2 padding, width + 2 padding]`. */
  readonly data: Float32Array;
}

interface Interleaved {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** Per channel, on values in [0, 1]. */
interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** `(value / 255 - mean) / std` of an 8-bit picture, with `padding` zeros around it. */
export function paddedPicture(
  { width, height, channels, data }: Interleaved,
  { mean, std }: Normalization,
  padding: number,
): PaddedPicture {
  const across = width + 2 * padding;
  const plane = across * (height + 2 * padding);
  const out = new Float32Array(channels * plane);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++) {
      const to = channel * plane + (y + padding) * across + padding;
      const from = y * width * channels + channel;
      for (let x = 0; x < width; x++)
        out[to + x] = (data[from + x * channels]! / 255 - mean[channel]!) / std[channel]!;
    }
  return { width, height, channels, padding, data: out };
}

/** What a kernel takes of each channel if it is one plane in one colour; undefined if it is not. */
function singleColour(
  kernelCHW: ArrayLike<number>,
  channels: number,
): { plane: Float64Array; colour: number[] } | undefined {
  const cells = kernelCHW.length / channels;
  let peak = 0;
  for (let i = 0; i < kernelCHW.length; i++)
    if (Math.abs(kernelCHW[i]!) > Math.abs(kernelCHW[peak]!)) peak = i;
  const largest = kernelCHW[peak]!;
  if (largest === 0) return undefined;
  const [strongest, cell] = [Math.floor(peak / cells), peak % cells];
  const plane = Float64Array.from({ length: cells }, (_, i) => kernelCHW[strongest * cells + i]!);
  const colour = Array.from({ length: channels }, (_, c) => kernelCHW[c * cells + cell]! / largest);
  const tolerance = 1e-6 * Math.abs(largest);
  for (let i = 0; i < kernelCHW.length; i++) {
    const expected = colour[Math.floor(i / cells)]! * plane[i % cells]!;
    if (Math.abs(kernelCHW[i]! - expected) > tolerance) return undefined;
  }
  return { plane, colour };
}

/** The channels added up, each with its weight. */
function mixed({ channels, data, ...picture }: PaddedPicture, colour: number[]): PaddedPicture {
  const plane = data.length / channels;
  const out = new Float32Array(plane);
  for (let channel = 0; channel < channels; channel++) {
    const weight = colour[channel]!;
    const from = channel * plane;
    if (weight !== 0) for (let i = 0; i < plane; i++) out[i]! += weight * data[from + i]!;
  }
  return { ...picture, channels: 1, data: out };
}

/** Adds what one row of a kernel makes of one row of a picture. */
function addRow(
  out: Float32Array,
  to: number,
  width: number,
  data: Float32Array,
  from: number,
  row: readonly number[],
): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = row;
  if (row.length === 3)
    for (let x = 0; x < width; x++) {
      const at = from + x;
      out[to + x]! += a * data[at]! + b * data[at + 1]! + c * data[at + 2]!;
    }
  else
    for (let x = 0; x < width; x++) {
      const at = from + x;
      out[to + x]! +=
        a * data[at]! +
        b * data[at + 1]! +
        c * data[at + 2]! +
        d * data[at + 3]! +
        e * data[at + 4]! +
        f * data[at + 5]! +
        g * data[at + 6]!;
    }
}

/**
 * What a layer with this one kernel and stride 1 gives: at each pixel the dot product of the kernel
 * with the patch around it, `[H, W]`. A kernel in one colour is laid on the picture in that colour,
 * which takes a third of the products.
 *
 * @param kernelCHW `[C, k, k]` with k = 3 or 7
 * @throws RangeError unless the picture has a border of (k - 1) / 2
 */
export function convolve(
  picture: PaddedPicture,
  kernelCHW: ArrayLike<number>,
  size: 3 | 7,
): Float32Array {
  const { width, height, channels, padding, data } = picture;
  if (padding !== (size - 1) / 2 || kernelCHW.length !== channels * size * size)
    throw new RangeError(
      `invalid kernel: ${kernelCHW.length} weights of side ${size} over ${channels} channels with a border of ${padding}; ` +
        `expected ${channels * size * size} and a border of ${(size - 1) / 2}`,
    );
  const single = channels > 1 ? singleColour(kernelCHW, channels) : undefined;
  if (single) return convolve(mixed(picture, single.colour), single.plane, size);
  const out = new Float32Array(width * height);
  const across = width + 2 * padding;
  const rows = Array.from({ length: channels * size }, (_, i) =>
    Array.from({ length: size }, (__, x) => kernelCHW[i * size + x]!),
  );
  for (let y = 0; y < height; y++)
    for (const [i, row] of rows.entries()) {
      const line = Math.floor(i / size) * (height + 2 * padding) + y + (i % size);
      addRow(out, y * width, width, data, line * across, row);
    }
  return out;
}
