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
 * Least share of a filter's variation that a prototype must explain to count: where it explains
 * less, prototype and filter no longer look alike. Besides, it has to explain more than noise lets it
 * by luck (`noiseFloor.ts`). For filters of 3x3 that is the stricter of the two, for wider ones it is
 * far below: of untrained filters about 1 in 20 counts at 3x3, and none at 7x7. What does not count
 * is called noise, although it may be a pattern that no single prototype has, such as a plaid.
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
 * @param fits the most telling first
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
