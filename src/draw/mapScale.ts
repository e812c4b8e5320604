/**
 * How libraries bring a map to a scale without a unit before it is coloured. `values` in any unit and of any shape; NaN never
 * comes out: where a library would divide by 0, nothing is divided.
 */
type Scale = (values: Float32Array) => Float32Array<ArrayBuffer>;

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

const divided = (values: Float32Array, by: number) =>
  values.map((value) => value / by) as Float32Array<ArrayBuffer>;

/** The largest value becomes 1; of a map without positive values signs turn round, as `map / map.max()` has it. */
export const byMaximum: Scale = (values) => divided(values, largest(values) || 1);

/** What pytorch-grad-cam adds to the largest value before it divides by it. */
const epsilon = 1e-7;

/** 0 to 1 from the smallest value to the largest, as pytorch-grad-cam's `scale_cam_image`: 0 is not what was 0 before. */
export const byMinMax: Scale = (values) => {
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const width = epsilon + (largest(values) - least);
  return values.map((value) => (value - least) / width);
};

/** Share of the sum of magnitudes that stays below the end of the scale. */
const keptShare = 0.98;

/**
 * Divided by the smallest magnitude at which the magnitudes up to it come to 98 percent of their sum, and cut off at -1 and 1,
 * as Captum's `visualize_image_attr`.
 */
export const byCumulativeSum: Scale = (values) => {
  const sorted = values.map(Math.abs).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  const threshold = sorted.find((value) => (sum += value) >= keptShare * total) || 1;
  return values.map((value) => Math.min(1, Math.max(-1, value / threshold)));
};

/** A map as it is, in its own unit. */
const unscaled: Scale = (values) => values.slice();

/** Ways to bring a map to a common scale, by name. */
export const mapScales = {
  none: unscaled,
  maximum: byMaximum,
  'min-max': byMinMax,
  cumulative: byCumulativeSum,
} as const;
export type MapScale = keyof typeof mapScales;
