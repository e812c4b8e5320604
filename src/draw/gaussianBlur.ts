/** Standard deviations after which the Gaussian is cut off. */
const truncation = 4;

/**
 * A map (HW) under a Gaussian of `sigma` pixels; 0 gives the map itself. At the borders, the mean is
 * taken over what is inside, so that they are not darker than the rest.
 */
export function gaussianBlur(values: Float32Array, width: number, sigma: number): Float32Array {
  if (sigma <= 0) return values;
  const height = values.length / width;
  const radius = Math.ceil(truncation * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const along = (
    source: Float32Array,
    step: number,
    extent: number,
    place: (i: number) => number,
  ) =>
    source.map((_, i) => {
      let sum = 0;
      let total = 0;
      const at = place(i);
      for (
        let offset = Math.max(-radius, -at);
        offset <= radius && at + offset < extent;
        offset++
      ) {
        const weight = weights[offset + radius]!;
        sum += weight * source[i + offset * step]!;
        total += weight;
      }
      return sum / total;
    });
  const rows = along(values, 1, width, (i) => i % width);
  return along(rows, width, height, (i) => Math.floor(i / width));
}
