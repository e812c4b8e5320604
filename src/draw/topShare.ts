/** Share of the total (0 to 1) that the largest `part` (0 to 1) of values that are not negative hold; 0 where all are 0. */
export function topShare(values: Float32Array, part: number): number {
  const sorted = values.toSorted().reverse();
  const sum = (some: Float32Array) => some.reduce((a, b) => a + b, 0);
  const total = sum(sorted);
  return total > 0 ? sum(sorted.subarray(0, Math.round(part * sorted.length))) / total : 0;
}
