import type { filterSorts } from '../../client/choices.ts';
import { cosine } from '../../draw/kernelMatch.ts';
import type { FilterAnalysis } from '../../worker/protocol.ts';

export type FilterSort = (typeof filterSorts)[number];

export interface OrderOptions {
  readonly sort: FilterSort;
  /** Index of the filter that the others are compared with. */
  readonly like: number;
}

/** Square root of the sum of the squared weights. */
export const normOf = (weights: Float32Array): number => Math.hypot(...weights);

/** Mean cosine between filters of the same index. */
export function resemblance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((sum, filter, i) => sum + cosine(filter, b[i]!), 0) / a.length;
}

/** What has a direction comes first, by its angle; what has none follows, the most colourful first. */
function directionKey({ verdict, fits, best, colourfulness }: FilterAnalysis): number {
  const { orientation } = fits[best]!.parameters;
  const directed = verdict === 'edge' || verdict === 'colourEdge' || verdict === 'grating';
  return directed && orientation !== undefined ? orientation : 361 - colourfulness;
}

/**
 * Indices of filters in the order wanted; in their own where it takes an analysis that is not there
 * yet. Norm, colour and likeness fall, angles rise.
 */
export function filterOrder(
  filters: readonly Float32Array[],
  { sort, like }: OrderOptions,
  analyses: readonly FilterAnalysis[] | undefined,
): number[] {
  const reference = filters[like] ?? filters[0]!;
  const keyOf: Record<FilterSort, (index: number) => number> = {
    index: (index) => index,
    norm: (index) => -normOf(filters[index]!),
    orientation: (index) => (analyses ? directionKey(analyses[index]!) : index),
    colour: (index) => (analyses ? -analyses[index]!.colourfulness : index),
    likeness: (index) => -cosine(filters[index]!, reference),
  };
  const keys = filters.map((_, index) => keyOf[sort](index));
  return keys.map((_, index) => index).sort((a, b) => keys[a]! - keys[b]! || a - b);
}
