import type { ConventionGoldens } from '../../worker/protocol.ts';
import { settled, type Conventions } from './conventionSwitches.ts';

/** A row of the goldens. */
export interface GoldenRow {
  /** Values at the goldens' positions. */
  readonly samples: Float32Array;
  readonly low: number;
  readonly high: number;
  readonly sum: number;
}

/** What of a map one axis of a table speaks of. */
const axisValue: Readonly<Record<string, (conventions: Conventions) => string>> = {
  target: ({ target }) => target,
  reading: ({ reading }) => reading,
  relu: ({ relu }) => relu,
  channels: ({ signs, reduction }) => `${signs}.${reduction}`,
  scaling: ({ subject, normaliser, order }) =>
    subject === 'saliency' || normaliser === 'none' ? normaliser : `${normaliser}.${order}`,
  upsampling: ({ upsampling }) => upsampling,
};

/**
 * PyTorch's row for a combination of conventions.
 * @throws {Error} naming the axis that does not have it
 */
export function goldenRow(goldens: ConventionGoldens, wanted: Conventions): GoldenRow {
  const conventions = settled(wanted);
  const axes = goldens.axes[conventions.subject]!;
  const table = goldens.tables[conventions.subject]!;
  const columns = table.shape.at(-1)!;
  let index = 0;
  for (const [name, values] of axes.slice(0, -1)) {
    const value = axisValue[name]?.(conventions);
    const place = values.indexOf(value ?? '');
    if (place < 0)
      throw new Error(`goldens have no ${name} "${value}", expected one of ${values.join(', ')}`);
    index = index * values.length + place;
  }
  const row = table.data.subarray(index * columns, (index + 1) * columns) as Float32Array;
  const [low, high, sum] = row.subarray(columns - 3) as unknown as [number, number, number];
  return { samples: row.subarray(0, columns - 3), low, high, sum };
}

/**
 * Largest difference of a map, HW at the input's size, to PyTorch's row: of sampled values, of the smallest and of the largest
 * relative to the row's largest magnitude, of the sum relative to the sum of magnitudes.
 */
export function goldenDifference(
  goldens: ConventionGoldens,
  conventions: Conventions,
  values: Float32Array,
): number {
  const { samples, low, high, sum } = goldenRow(goldens, conventions);
  const scale = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const left = new Set(conventions.subject === 'saliency' ? goldens.unsettled : []);
  let [least, most, total, magnitudes] = [Infinity, -Infinity, 0, 0];
  values.forEach((value, i) => {
    [least, most] = [Math.min(least, value), Math.max(most, value)];
    if (left.has(i)) return;
    total += value;
    magnitudes += Math.abs(value);
  });
  const differences = [
    ...goldens.positions.map((at, i) => Math.abs(values[at]! - samples[i]!) / scale),
    Math.abs(least - low) / scale,
    Math.abs(most - high) / scale,
    Math.abs(total - sum) / (magnitudes || 1),
  ];
  // A distance that is not a number must not pass for a small one.
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences);
}
