import { EngineError, throwIfAborted } from '../../errors.ts';
import type { TensorData } from '../../layout.ts';
import type { Model } from '../../model.ts';
import { othersTurn } from '../../othersTurn.ts';
import type { LoadOptions } from '../../weights/lazyWeights.ts';
import { analyseFilter, type FilterAnalysis } from './filterAnalysis.ts';
import { filtersOf, normOf } from './filter.ts';
import { deadNorm, leastExplained, verdicts, type Verdict } from './verdict.ts';

/** A first layer, filter by filter, and what there is of each sort. */
export interface FilterCensus {
  readonly model: string;
  /** PyTorch path of the convolution. */
  readonly layer: string;
  /** `[filters, C, k, k]`. */
  readonly weights: TensorData;
  readonly filters: readonly FilterAnalysis[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Thresholds of the verdicts. */
  readonly leastExplained: number;
  readonly deadNorm: number;
}

/** Milliseconds of fitting between two looks at the messages that have come in. */
const slice = 40;

/** Of each model and layer, whoever asked for it. */
const taken = new WeakMap<Model, Map<string, Promise<FilterCensus>>>();

/** The first convolution. @throws {EngineError} `unknown-layer` if there is none */
export function firstConvolution(model: Model): string {
  const found = model.modules.find(({ type }) => type === 'Conv2d');
  if (!found) throw new EngineError('unknown-layer', `${model.id} has no Conv2d`);
  return found.name;
}

/** Weights of the layer given, or of the first convolution. */
export async function firstLayerWeights(
  model: Model,
  layer = firstConvolution(model),
  options: LoadOptions = {},
): Promise<{ layer: string; weights: TensorData }> {
  return { layer, weights: await model.parameter(`${layer}.weight`, options) };
}

/**
 * Analyses all filters of a first layer, once for each model; others may compute between filters.
 * @throws {EngineError} `unknown-layer`, `invalid-weights`, `aborted`
 */
export async function filterCensus(
  model: Model,
  wanted?: string,
  options: LoadOptions = {},
): Promise<FilterCensus> {
  const { signal, waiting = (turn) => turn } = options;
  const { layer, weights } = await waiting(firstLayerWeights(model, wanted, options));
  const all = taken.get(model) ?? new Map<string, Promise<FilterCensus>>();
  taken.set(model, all);
  for (let known = all.get(layer); known; known = all.get(layer)) {
    const census = await waiting(known.catch(() => undefined));
    if (census) return census;
    // Whoever had begun it gave up.
    throwIfAborted(signal);
  }
  const taking = censusOf(weights, options).then((census) => ({
    model: model.id,
    layer,
    ...census,
  }));
  all.set(layer, taking);
  taking.catch(() => all.delete(layer));
  return taking;
}

/** @param weights `[filters, C, k, k]` */
export async function censusOf(
  weights: TensorData,
  { signal, waiting = (turn) => turn }: LoadOptions = {},
): Promise<Omit<FilterCensus, 'model' | 'layer'>> {
  const filters = filtersOf(weights);
  const median = medianOf(filters.map((filter) => normOf(filter.weights)));
  const analyses: FilterAnalysis[] = [];
  let rested = performance.now();
  for (const [index, filter] of filters.entries()) {
    if (performance.now() - rested > slice) {
      await waiting(othersTurn());
      throwIfAborted(signal);
      rested = performance.now();
    }
    analyses.push(analyseFilter(filter, index, median));
  }
  const counts = Object.fromEntries(
    verdicts.map((verdict) => [verdict, analyses.filter((a) => a.verdict === verdict).length]),
  ) as Record<Verdict, number>;
  return { weights, filters: analyses, counts, leastExplained, deadNorm };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
