/** For every pixel of `[C, H, W]` the largest magnitude of its channels, `[H, W]`. */
export function channelMaximum(
  values: ArrayLike<number>,
  plane: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(plane);
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > out[i % plane]!) out[i % plane] = size;
  }
  return out;
}
