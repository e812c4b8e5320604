import type { Pattern, PrototypeFit } from './prototypeFit.ts';

export type Verdict = Pattern | 'noise' | 'dead';

/** Every verdict, in the order in which a census lists them. */
export const verdicts: readonly Verdict[] = [
  'edge',
  'colourEdge',
  'grating',
  'blob',
  'noise',
  'dead',
];

/**
 * Least share of a filter's variation that a prototype must explain to count. Besides, it has to
 * explain more than 95 of 100 filters of white noise let it explain by chance (`noiseFloor.ts`),
 * which for filters of few weights is the stricter of the two.
 */
export const leastExplained = 0.6;

/** A filter whose norm is below this share of its layer's median is dead. */
export const deadNorm = 0.1;

/** Whether a fit explains more than noise would let it, and at least the share given. */
export const counts = (fit: PrototypeFit, least: number): boolean =>
  fit.explained >= least && fit.explained > fit.noiseFloor;

/**
 * The fit that a filter's verdict rests on, as an index in `fits`: the first that counts, or the
 * first of all where none does.
 * @param fits the one furthest beyond noise first
 */
export function bestFit(fits: readonly PrototypeFit[], least = leastExplained): number {
  return Math.max(
    0,
    fits.findIndex((fit) => counts(fit, least)),
  );
}

/** @param norm the filter's @param median the layer's median norm */
export function verdictOf(
  fits: readonly PrototypeFit[],
  norm: number,
  median: number,
  least = leastExplained,
): Verdict {
  if (norm === 0 || norm < deadNorm * median) return 'dead';
  const best = fits[bestFit(fits, least)]!;
  return counts(best, least) ? best.pattern : 'noise';
}
