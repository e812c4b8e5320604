/** Pearson's correlation coefficient. */
export function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((value, i) => {
    ab += (value - meanA) * (b[i]! - meanB);
    aa += (value - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

/** A map convolved with a Gaussian (truncated at 4 sigma, zeros outside), `[H, W]`. */
export function gaussianBlur(values: Float32Array, width: number, sigma: number): Float32Array {
  const height = values.length / width;
  const radius = Math.ceil(4 * sigma);
  const taps = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = taps.reduce((a, b) => a + b, 0);
  const along = (
    source: Float32Array,
    step: number,
    extent: number,
    place: (i: number) => number,
  ) =>
    source.map((_, i) => {
      let sum = 0;
      for (let offset = -radius; offset <= radius; offset++) {
        const position = place(i) + offset;
        if (position >= 0 && position < extent)
          sum += taps[offset + radius]! * source[i + offset * step]!;
      }
      return sum / total;
    });
  const rows = along(values, 1, width, (i) => i % width);
  return along(rows, width, height, (i) => Math.floor(i / width));
}
