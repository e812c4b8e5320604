import { capture, checkRequest } from '../engine/capture.ts';
import { EngineError, throwIfAborted } from '../engine/errors.ts';
import { filtersOf } from '../engine/lenses/filters/filter.ts';
import { filterCensus, firstLayerWeights } from '../engine/lenses/filters/filterCensus.ts';
import { kernelOf } from '../engine/lenses/filters/kernelRequest.ts';
import { rankBySimilarity } from '../engine/lenses/filters/similarity.ts';
import { rectifiedLayers, sparsity } from '../engine/lenses/sparsity.ts';
import { methodNamed } from '../engine/methods/index.ts';
import type { Run } from '../engine/model.ts';
import { networkView, normalize } from '../engine/preprocess.ts';
import type { LoadOptions } from '../engine/weights/lazyWeights.ts';
import { ModelShelf, type ModelFiles, type OpenedModel } from './models.ts';
import type { KeyedPicture, Params, Reply, RequestKind, Result } from './protocol.ts';

/** Forward passes kept for reuse, most recently used last. */
const keptRuns = 6;

type Failure = Extract<Reply<unknown>, { ok: false }>;
type Handlers = {
  [K in RequestKind]: (params: Params<K>, options: LoadOptions) => Promise<Result<K>>;
};

/**
 * Answers requests one after the other on whatever backend is active. All figures of a page share
 * one copy of each model and one forward pass for each model and picture.
 */
export class Dispatcher {
  private readonly shelf: ModelShelf;
  private readonly runs = new Map<string, Run>();
  private readonly controllers = new Map<number, AbortController>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(files: ModelFiles) {
    this.shelf = new ModelShelf(files);
  }

  request<K extends RequestKind>(
    id: number,
    kind: K,
    params: Params<K>,
    onProgress?: LoadOptions['onProgress'],
  ): Promise<Reply<Result<K>>> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    const { signal } = controller;
    const job = this.queue.then(async () => {
      throwIfAborted(signal);
      return this.handlers[kind](params, { signal, onProgress });
    });
    this.queue = job.catch(() => undefined);
    return reply(job).finally(() => this.controllers.delete(id));
  }

  cancel(id: number): void {
    this.controllers.get(id)?.abort();
  }

  private readonly handlers: Handlers = {
    describe: async ({ model: id }) => {
      const { manifest, model } = await this.shelf.open(id);
      const { title, architecture, labels, preprocessing } = manifest;
      return { id, title, architecture, labels, preprocessing, modules: model.modules };
    },
    parameter: async ({ model, name }, options) =>
      (await this.shelf.open(model)).model.parameter(name, options),
    history: async ({ model, epoch }, options) => {
      const { history } = await this.shelf.open(model);
      const weights = epoch === undefined ? undefined : await history?.weights(epoch, options);
      return { epochs: history?.epochs ?? [], weights };
    },
    filters: async ({ model, layer }, options) =>
      filterCensus((await this.shelf.open(model)).model, layer, options),
    kernel: async (request) => kernelOf(request),
    similarFilters: async ({ model: id, layer: wanted, kernel, ...request }, options) => {
      const { model } = await this.shelf.open(id);
      const { layer, weights } = await firstLayerWeights(model, wanted, options);
      return { layer, matches: rankBySimilarity(filtersOf(weights), kernel, request) };
    },
    view: async ({ model, picture }) =>
      networkView(picture.bitmap, (await this.shelf.open(model)).manifest.preprocessing),
    capture: async ({ model, picture, ...request }, options) => {
      checkRequest(request);
      const run = this.run(await this.shelf.open(model), picture);
      const { logits, ...result } = await capture(run, { ...request, ...options });
      return { ...result, logits: [...(logits?.data ?? [])] };
    },
    sparsity: async ({ model: id, picture, layers }, options) => {
      const opened = await this.shelf.open(id);
      const wanted = layers ?? rectifiedLayers(opened.model.modules);
      return sparsity(this.run(opened, picture), wanted, options);
    },
    explain: async ({ model, picture, method: name, ...request }, options) => {
      const method = methodNamed(name);
      const run = this.run(await this.shelf.open(model), picture);
      const { logits, ...result } = await method.explain(run, { ...request, ...options });
      return { ...result, unit: method.unit, logits: [...logits.data] };
    },
  };

  private run({ manifest, model }: OpenedModel, { key, bitmap }: KeyedPicture): Run {
    const id = `${model.id} ${key}`;
    const { preprocessing } = manifest;
    const run =
      this.runs.get(id) ?? model.run(normalize(networkView(bitmap, preprocessing), preprocessing));
    this.runs.delete(id);
    this.runs.set(id, run);
    for (const [oldest, old] of this.runs) {
      if (this.runs.size <= keptRuns) break;
      old.dispose();
      this.runs.delete(oldest);
    }
    return run;
  }
}

async function reply<T>(job: Promise<T>): Promise<Reply<T>> {
  try {
    return { ok: true, value: await job };
  } catch (error) {
    return { ok: false, ...describeError(error) };
  }
}

/** Failures of the device arrive as plain errors; their wording is all there is to know them by. */
const outOfMemory =
  /out of memory|allocation failed|failed to allocate|memory access out of bounds/i;

export function describeError(error: unknown): { code: Failure['code']; message: string } {
  if (error instanceof EngineError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: outOfMemory.test(message) ? 'out-of-memory' : 'internal', message };
}
