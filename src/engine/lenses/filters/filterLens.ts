/** What is asked of first-layer filters, in one part that is loaded when it is first asked. */
import type { TensorData } from '../../layout.ts';
import type { Model } from '../../model.ts';
import type { LoadOptions } from '../../weights/lazyWeights.ts';
import { filtersOf } from './filter.ts';
import { firstLayerWeights } from './filterCensus.ts';
import { rankBySimilarity, type FilterMatch, type SimilarityOptions } from './similarity.ts';

export { filterCensus } from './filterCensus.ts';
export { kernelOf } from './kernelRequest.ts';

/**
 * The filters of a first layer by their similarity to a kernel, most alike first.
 * @throws {EngineError} `unknown-layer`, `invalid-weights`, `invalid-option`
 */
export async function similarFilters(
  model: Model,
  kernel: TensorData,
  { layer: wanted, ...options }: SimilarityOptions & { layer?: string },
  loading: LoadOptions,
): Promise<{ layer: string; matches: FilterMatch[] }> {
  const { layer, weights } = await firstLayerWeights(model, wanted, loading);
  return { layer, matches: rankBySimilarity(filtersOf(weights), kernel, options) };
}
