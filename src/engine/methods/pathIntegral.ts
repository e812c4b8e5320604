import type { TensorData } from '../layout.ts';

/** At how many places a path is looked at. */
export const stepsOption = {
  kind: 'number',
  name: 'steps',
  label: 'Steps',
  min: 1,
  max: 300,
  step: 1,
  default: 50,
  integer: true,
} as const;

/** A number among the details. */
export const scalar = (value: number): TensorData => ({
  shape: [1],
  data: Float32Array.of(value),
});

/** A list of numbers among the details. */
export const list = (values: readonly number[]): TensorData => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

/**
 * Completeness of an attribution along a path: its `sum`, the `difference` of the target between the
 * path's ends that it should be, and the `gap`, sum minus difference, all in target units.
 */
export function completeness(attribution: ArrayLike<number>, difference: number) {
  let sum = 0;
  for (let i = 0; i < attribution.length; i++) sum += attribution[i]!;
  return { sum: scalar(sum), difference: scalar(difference), gap: scalar(sum - difference) };
}
