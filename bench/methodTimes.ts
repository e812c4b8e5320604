import { memory, profile } from '@tensorflow/tfjs-core';
import type { Preprocessing } from '../src/engine/manifest.ts';
import { methodNamed } from '../src/engine/methods/index.ts';
import type { ExplainRequest } from '../src/engine/methods/method.ts';
import type { OptionValue } from '../src/engine/methods/options.ts';
import type { Model, Run } from '../src/engine/model.ts';
import { benchInput } from './captureTimes.ts';
import { median } from './median.ts';

/** A method with the options that its golden has: few samples, few channels. */
export interface BenchedMethod {
  readonly method: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly layer?: string;
}

/** Median milliseconds that one method takes for one picture. */
export interface MethodTimes {
  /** Until the map, forward pass included. */
  readonly total: number;
  /** Until the first partial map, with the options that readers begin with; undefined where the method is done before. */
  readonly first: number | undefined;
  /** For a second class on the same run. */
  readonly again: number;
}

/** The most there is at any one time beside the weights. */
export interface MethodPeak {
  readonly tensors: number;
  readonly bytes: number;
}

type Reports = Pick<ExplainRequest, 'onPartial' | 'signal'>;
type Explain = (run: Run, label: number, reports?: Reports) => Promise<unknown>;

/** Asks a method of a run; what a method wants to compare with is the picture itself. */
async function explainer(
  model: Model,
  preprocessing: Preprocessing,
  { method: id, options, layer }: Omit<BenchedMethod, 'options'> & Partial<BenchedMethod>,
): Promise<Explain> {
  const method = await methodNamed(id);
  const references = benchInput(model.config.inputSize);
  return (run, label, reports) =>
    method.explain(run, {
      target: { kind: 'logit', class: label },
      layer,
      options: options ?? {},
      preprocessing,
      references,
      ...reports,
    });
}

/** Until the first partial map; then it is stopped. */
async function untilFirst(explain: Explain, run: Run): Promise<number | undefined> {
  const controller = new AbortController();
  const start = performance.now();
  let first: number | undefined;
  const onPartial = () => {
    first ??= performance.now() - start;
    controller.abort();
  };
  await explain(run, 3, { onPartial, signal: controller.signal }).catch((error: unknown) => {
    if (first === undefined) throw error;
  });
  return first;
}

/** Rounds of one method, one more to warm up. */
export async function methodTimes(
  model: Model,
  preprocessing: Preprocessing,
  benched: BenchedMethod,
  rounds: number,
): Promise<MethodTimes> {
  const { method, layer } = benched;
  const explain = await explainer(model, preprocessing, benched);
  const usual = await explainer(model, preprocessing, { method, ...(layer && { layer }) });
  const totals: number[] = [];
  const firsts: number[] = [];
  const agains: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const run = model.run(benchInput(model.config.inputSize));
    const start = performance.now();
    await explain(run, 3);
    const middle = performance.now();
    await explain(run, 4);
    const end = performance.now();
    run.dispose();
    const fresh = model.run(benchInput(model.config.inputSize));
    const first = await untilFirst(usual, fresh);
    fresh.dispose();
    if (round < 0) continue;
    totals.push(middle - start);
    agains.push(end - middle);
    if (first !== undefined) firsts.push(first);
  }
  const first = firsts.length > 0 ? median(firsts) : undefined;
  return { total: median(totals), first, again: median(agains) };
}

/** Counted after each kernel, which is the same on every backend. */
export async function methodPeak(
  model: Model,
  preprocessing: Preprocessing,
  benched: BenchedMethod,
): Promise<MethodPeak> {
  const explain = await explainer(model, preprocessing, benched);
  const before = memory();
  const { kernels } = await profile(async () => {
    const run = model.run(benchInput(model.config.inputSize));
    await explain(run, 3);
    run.dispose();
    return [];
  });
  return {
    tensors: Math.max(...kernels.map((one) => one.totalTensorsSnapshot)) - before.numTensors,
    bytes: Math.max(...kernels.map((one) => one.totalBytesSnapshot)) - before.numBytes,
  };
}
