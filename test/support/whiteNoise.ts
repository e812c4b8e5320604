import { families, type FilterFamily } from '../../src/engine/lenses/filters/families.ts';
import type { Filter, Shape } from '../../src/engine/lenses/filters/filter.ts';
import type { PrototypeKind } from '../../src/engine/lenses/filters/prototypeFit.ts';
import { explainedBy, targetOf } from '../../src/engine/lenses/filters/separable.ts';
import { seededRandom } from '../../src/engine/random.ts';

/** Share of noise filters that reach the floor of at least one kind. */
const falseAlarms = 0.05;

/** Filters of independent, normally distributed weights, the same on every machine. */
export function whiteNoise({ size, channels }: Shape, count: number, seed = 0): Filter[] {
  const random = seededRandom(size + 100 * seed, channels);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => ({
    size,
    channels,
    weights: Float32Array.from({ length: channels * size * size }, normal),
  }));
}

/** For each kind, how much it explains of each filter, 0 to 1. */
export function explainedShares(
  filters: readonly Filter[],
): ReadonlyMap<PrototypeKind, readonly number[]> {
  const targets = filters.map(targetOf);
  const entries = Object.entries(families) as [PrototypeKind, FilterFamily][];
  return new Map(
    entries.map(([kind, fit]) => [
      kind,
      targets.map((target) => explainedBy(target, fit(target).colour)),
    ]),
  );
}

/** Share of the filters that reach the floor of at least one kind. */
export function alarms(
  shares: ReadonlyMap<PrototypeKind, readonly number[]>,
  floors: Readonly<Record<string, number>>,
): number {
  const count = [...shares.values()][0]!.length;
  const reached = Array.from({ length: count }, (_, i) =>
    [...shares].some(([kind, explained]) => explained[i]! > floors[kind]!),
  );
  return reached.filter(Boolean).length / count;
}

/**
 * Floors that 5 of 100 of the filters reach, for one kind or another: the same quantile of every
 * kind, so high that this is so.
 */
export function floorsOf(
  shares: ReadonlyMap<PrototypeKind, readonly number[]>,
): Record<string, number> {
  const sorted = [...shares].map(
    ([kind, explained]) => [kind, explained.toSorted((a, b) => b - a)] as const,
  );
  const at = (rank: number) =>
    Object.fromEntries(sorted.map(([kind, explained]) => [kind, explained[rank]!]));
  let rank = 0;
  while (alarms(shares, at(rank + 1)) <= falseAlarms) rank++;
  return at(rank);
}
