interface Tap {
  low: number;
  high: number;
  fraction: number;
}

/** Where each output position falls between two input positions: half-pixel centres, clamped at the border. */
function taps(inSize: number, outSize: number): Tap[] {
  const scale = inSize / outSize;
  return Array.from({ length: outSize }, (_, position) => {
    const source = Math.max(0, (position + 0.5) * scale - 0.5);
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

/**
 * One map (HW) to another size, as PyTorch's `interpolate(mode='bilinear', align_corners=False)`, no antialiasing.
 * Values keep their unit. Throws RangeError if `values` does not hold `width` times `height` numbers.
 */
export function bilinear(
  values: Float32Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Float32Array<ArrayBuffer> {
  checkSizes(values, width, height, outWidth, outHeight);
  const out = new Float32Array(outWidth * outHeight);
  const columns = taps(width, outWidth);
  taps(height, outHeight).forEach((row, y) => {
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
