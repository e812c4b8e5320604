interface Tap {
  low: number;
  high: number;
  fraction: number;
}

/** Which input position, between two cells, an output position shows. */
type Alignment = (position: number, inSize: number, outSize: number) => number;

/** Cells are squares that fill the map: half-pixel centres, clamped at the border. */
const centres: Alignment = (position, inSize, outSize) =>
  Math.max(0, ((position + 0.5) * inSize) / outSize - 0.5);

/** Cells are points: the outermost lie on the outermost output positions. */
const corners: Alignment = (position, inSize, outSize) =>
  outSize > 1 ? (position * (inSize - 1)) / (outSize - 1) : 0;

/** Where each output position falls between two input positions. */
function taps(inSize: number, outSize: number, align: Alignment): Tap[] {
  return Array.from({ length: outSize }, (_, position) => {
    const source = align(position, inSize, outSize);
    const low = Math.min(Math.floor(source), inSize - 1);
    return { low, high: Math.min(low + 1, inSize - 1), fraction: source - low };
  });
}

function checkSizes(
  values: ArrayLike<number>,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): void {
  if (values.length !== width * height) {
    throw new RangeError(
      `invalid map: ${values.length} values; expected ${width}x${height} = ${width * height}`,
    );
  }
  if (
    !Number.isInteger(outWidth) ||
    !Number.isInteger(outHeight) ||
    outWidth < 1 ||
    outHeight < 1
  ) {
    throw new RangeError(
      `invalid size to resize to: ${outWidth}x${outHeight}; expected positive integers`,
    );
  }
}

function bilinearBetween(
  align: Alignment,
  values: Float32Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Float32Array<ArrayBuffer> {
  checkSizes(values, width, height, outWidth, outHeight);
  const out = new Float32Array(outWidth * outHeight);
  const columns = taps(width, outWidth, align);
  taps(height, outHeight, align).forEach((row, y) => {
    const top = row.low * width;
    const bottom = row.high * width;
    columns.forEach((column, x) => {
      const above =
        values[top + column.low]! * (1 - column.fraction) +
        values[top + column.high]! * column.fraction;
      const below =
        values[bottom + column.low]! * (1 - column.fraction) +
        values[bottom + column.high]! * column.fraction;
      out[y * outWidth + x] = above * (1 - row.fraction) + below * row.fraction;
    });
  });
  return out;
}

/** Enlarges or shrinks one map: `values` HW, `width` times `height` of them, in any unit. */
type Resize = (
  values: Float32Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
) => Float32Array<ArrayBuffer>;

/**
 * One map (HW) to another size, as PyTorch's `interpolate(mode='bilinear', align_corners=False)`, no antialiasing,
 * which for enlarging is `cv2.resize`. Values keep their unit. Throws RangeError if `values` does not hold `width` times
 * `height` numbers.
 */
export const bilinear: Resize = (...map) => bilinearBetween(centres, ...map);

/** As `bilinear` with `align_corners=True`: the map is stretched until its outermost centres lie on the border. */
export const bilinearCorners: Resize = (...map) => bilinearBetween(corners, ...map);

/** The steepness of PyTorch's cubic kernel; Catmull and Rom's is -0.5. */
const steepness = -0.75;

/** Weight of a value at a distance in input positions: Keys' cubic convolution kernel, 0 from 2 on. */
function cubicWeight(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((steepness + 2) * x - (steepness + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * steepness - 4 * steepness : 0;
}

interface CubicTap {
  /** Input positions, clamped at the border. */
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** The four input positions around each output position: half-pixel centres. */
function cubicTaps(inSize: number, outSize: number): CubicTap[] {
  const scale = inSize / outSize;
  return Array.from({ length: outSize }, (_, position) => {
    const source = (position + 0.5) * scale - 0.5;
    const first = Math.floor(source) - 1;
    const around = [first, first + 1, first + 2, first + 3];
    return {
      at: around.map((index) => Math.min(inSize - 1, Math.max(0, index))),
      weights: around.map((index) => cubicWeight(source - index)),
    };
  });
}

/**
 * As `bilinear` with `mode='bicubic'`: smoother, and the only one of these that makes values larger
 * than the largest and smaller than the smallest of the map.
 */
export function bicubic(
  values: Float32Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Float32Array<ArrayBuffer> {
  checkSizes(values, width, height, outWidth, outHeight);
  const columns = cubicTaps(width, outWidth);
  const wide = new Float32Array(outWidth * height);
  for (let y = 0; y < height; y++)
    columns.forEach(({ at, weights }, x) => {
      let sum = 0;
      for (let i = 0; i < 4; i++) sum += weights[i]! * values[y * width + at[i]!]!;
      wide[y * outWidth + x] = sum;
    });
  const out = new Float32Array(outWidth * outHeight);
  cubicTaps(height, outHeight).forEach(({ at, weights }, y) => {
    for (let i = 0; i < 4; i++)
      for (let x = 0; x < outWidth; x++)
        out[y * outWidth + x]! += weights[i]! * wide[at[i]! * outWidth + x]!;
  });
  return out;
}

/** One map (HW) to another size, as PyTorch's `interpolate(mode='nearest')`. Throws as `bilinear`. */
export function nearest(
  values: Float32Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Float32Array<ArrayBuffer> {
  checkSizes(values, width, height, outWidth, outHeight);
  const out = new Float32Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    const row = Math.floor((y * height) / outHeight) * width;
    for (let x = 0; x < outWidth; x++)
      out[y * outWidth + x] = values[row + Math.floor((x * width) / outWidth)]!;
  }
  return out;
}

/** How a map is enlarged to the size of a picture. */
export const upsampling = { nearest, bilinear, bicubic } as const;
export type Upsampling = keyof typeof upsampling;
