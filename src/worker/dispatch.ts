import { capture, checkRequest } from '../engine/capture.ts';
import { EngineError, throwIfAborted } from '../engine/errors.ts';
import { concatenated } from '../engine/layout.ts';
import { allMethods, describeMethod, methodNamed } from '../engine/methods/index.ts';
import type { Attribution, ExplainRequest, Method } from '../engine/methods/method.ts';
import type { Run } from '../engine/model.ts';
import { networkView, normalize } from '../engine/preprocess.ts';
import type { Preprocessing } from '../engine/manifest.ts';
import type { Bitmap } from '../engine/resample.ts';
import { untrainedSuffix } from '../engine/untrainedSuffix.ts';
import type { LoadOptions } from '../engine/weights/lazyWeights.ts';
import { KeptRuns } from './keptRuns.ts';
import { ModelShelf, type ModelFiles, type OpenedModel } from './models.ts';
import type {
  Explanation,
  KeyedPicture,
  ModelDescription,
  Params,
  Preview,
  Reply,
  RequestKind,
  Result,
} from './protocol.ts';
import { Turns, type Waiting } from './turns.ts';

/** Requests that only read or fetch a file: no computation waits for them, nor they for any. */
const apart: ReadonlySet<RequestKind> = new Set([
  'openModel',
  'fetchModel',
  'conventionGoldens',
  'methods',
]);

type Failure = Extract<Reply<unknown>, { ok: false }>;
type Handlers = {
  [K in RequestKind]: (
    params: Params<K>,
    options: RequestOptions,
    onPreview?: (preview: Preview<K>) => void,
  ) => Promise<Result<K>>;
};
interface RequestOptions extends LoadOptions {
  readonly signal: AbortSignal;
  readonly waiting: Waiting;
}

/**
 * Answers requests one after the other on whatever backend is active; those that wait for weights let
 * the next ones go ahead, and those that only fetch a file run beside them. All figures of a page
 * share one copy of each model and one forward pass for each model and picture.
 */
export class Dispatcher {
  private readonly shelf: ModelShelf;
  private readonly runs = new KeptRuns();
  private readonly turns = new Turns();
  private readonly controllers = new Map<number, AbortController>();

  constructor(files: ModelFiles) {
    this.shelf = new ModelShelf(files);
  }

  request<K extends RequestKind>(
    id: number,
    kind: K,
    params: Params<K>,
    onProgress?: LoadOptions['onProgress'],
    onPreview?: (preview: Preview<K>) => void,
  ): Promise<Reply<Result<K>>> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    const { signal } = controller;
    const work = async (waiting: Waiting) => {
      throwIfAborted(signal);
      return this.handlers[kind](params, { signal, onProgress, waiting }, onPreview);
    };
    const job = apart.has(kind) ? work((arrival) => arrival) : this.turns.take(work);
    return reply(job).finally(() => {
      this.controllers.delete(id);
      this.runs.done(signal);
    });
  }

  cancel(id: number): void {
    this.controllers.get(id)?.abort();
  }

  private readonly handlers: Handlers = {
    describe: async ({ model }) => description(model, await this.shelf.open(model)),
    openModel: async ({ model, ...file }, options) => {
      const opening = part(import('./modelFile.ts')).then(({ openModelFile }) =>
        openModelFile(model, file, options),
      );
      return description(model, await this.shelf.put(model, opening));
    },
    fetchModel: async ({ model, source, fetched }, options) => {
      const fetching = part(import('./fetchModel.ts')).then(({ fetchModel }) =>
        fetchModel(model, source, { ...options, fetched }),
      );
      const opened = await this.shelf.put(model, fetching);
      return { description: description(model, opened), file: opened.file, cached: opened.cached };
    },
    closeModel: async ({ model }) => {
      const own = [`${model} `, `${model}${untrainedSuffix} `];
      this.runs.drop((name) => own.some((beginning) => name.startsWith(beginning)));
      await this.shelf.close(model);
    },
    parameter: async ({ model, name }, options) =>
      (await this.shelf.open(model)).model.parameter(name, options),
    history: async ({ model, epoch }, options) => {
      const { history } = await this.shelf.open(model);
      const weights = epoch === undefined ? undefined : await history?.weights(epoch, options);
      return { epochs: history?.epochs ?? [], weights };
    },
    filters: async ({ model: id, layer }, options) => {
      const { model } = await this.shelf.open(id);
      const { filterCensus } = await part(import('../engine/lenses/filters/filterCensus.ts'));
      return filterCensus(model, layer, options);
    },
    view: async ({ model, picture }) =>
      networkView(picture.bitmap, (await this.shelf.open(model)).manifest.preprocessing),
    capture: async ({ model, picture, previews = [], ...request }, options, onPreview) => {
      checkRequest(request);
      const run = this.run(await this.shelf.open(model), picture, options);
      const waiting = onPreview ? previewing(run, previews, onPreview, options) : options.waiting;
      const { logits, ...result } = await capture(run, { ...request, ...options, waiting });
      return { ...result, logits: [...(logits?.data ?? [])] };
    },
    sparsity: async ({ model: id, picture, layers }, options) => {
      const opened = await this.shelf.open(id);
      const { rectifiedLayers, sparsity } = await part(import('../engine/lenses/sparsity.ts'));
      const wanted = layers ?? rectifiedLayers(opened.model.modules);
      return sparsity(this.run(opened, picture, options), wanted, options);
    },
    receptiveFields: async ({ model: id }) => {
      const { model } = await this.shelf.open(id);
      const { allFields } = await part(import('../engine/lenses/receptiveField.ts'));
      return allFields(model.modules, model.config.inputSize);
    },
    patches: async ({ model: id, picture, layer, crops }, options) => {
      const opened = await this.shelf.open(id);
      const { strongestCells, wholeCells } = await part(import('../engine/lenses/patches.ts'));
      const { model, manifest } = opened;
      if (crops === 'all')
        return strongestCells(model, manifest.preprocessing, picture.bitmap, layer, options);
      return wholeCells(this.run(opened, picture, options), picture.bitmap, layer, options);
    },
    unitGradient: async ({ model, picture, ...request }, options) => {
      const run = this.run(await this.shelf.open(model), picture, options);
      const { unitGradient } = await part(import('../engine/lenses/effectiveField.ts'));
      return unitGradient(run, { ...request, ...options });
    },
    vary: async ({ model, picture, ...request }, options) => {
      const opened = await this.shelf.open(model);
      const { vary } = await part(import('../engine/lenses/variations.ts'));
      const { preprocessing } = opened.manifest;
      return vary(this.run(opened, picture, options), { ...request, ...options, preprocessing });
    },
    explain: async (params, options, onPreview) => {
      const { model, picture, method: name, references = [], ...request } = params;
      const method = await part(methodNamed(name));
      const opened = await this.shelf.open(model);
      const { preprocessing } = opened.manifest;
      const others = references.map(({ bitmap }) => seen(bitmap, preprocessing));
      const attribution = await method.explain(this.run(opened, picture, options), {
        ...request,
        ...options,
        ...reporting(method, onPreview),
        preprocessing,
        references: others.length > 0 ? concatenated(others) : undefined,
      });
      return explanation(method, attribution);
    },
    conventions: async ({ model, picture, ...request }, options) => {
      const opened = await this.shelf.open(model);
      const { conventionMaps } = await part(import('../engine/lenses/conventions.ts'));
      return conventionMaps(this.run(opened, picture, options), request, options);
    },
    conventionGoldens: async ({ model }, options) => {
      const { goldens } = await this.shelf.open(model);
      return goldens && part(goldens(options));
    },
    methods: async () => (await part(allMethods())).map(describeMethod),
  };

  private run(
    { manifest, model }: OpenedModel,
    { key, bitmap }: KeyedPicture,
    { signal }: RequestOptions,
  ): Run {
    const { preprocessing } = manifest;
    return this.runs.use(signal, `${model.id} ${key}`, () =>
      model.run(seen(bitmap, preprocessing)),
    );
  }
}

/** A picture as the network takes it: `[1, C, H, W]`. */
const seen = (bitmap: Bitmap, preprocessing: Preprocessing) =>
  normalize(networkView(bitmap, preprocessing), preprocessing);

function explanation(method: Method, { logits, ...attribution }: Attribution): Explanation {
  return { ...attribution, unit: method.unit, logits: [...logits.data] };
}

/** Progress alone goes out where it comes without a map. */
function reporting(
  method: Method,
  onPreview: ((preview: Preview<'explain'>) => void) | undefined,
): Pick<ExplainRequest, 'onStep' | 'onPartial'> {
  if (!onPreview) return {};
  return {
    onStep: (progress) => onPreview({ progress }),
    onPartial: (partial, progress) =>
      onPreview({ progress, partial: explanation(method, partial) }),
  };
}

/** Before each wait for weights, shows the deepest of the layers that has been computed by then. */
function previewing(
  run: Run,
  layers: readonly string[],
  onPreview: (preview: Preview<'capture'>) => void,
  { waiting }: RequestOptions,
): Waiting {
  let shown = -1;
  return async (arrival) => {
    const deepest = layers.findLastIndex((name) => run.trace.has(name));
    if (deepest > shown) {
      shown = deepest;
      const layer = layers[deepest]!;
      const { activations } = await capture(run, { layers: [layer] });
      onPreview({ layer, activations: activations[layer]! });
    }
    return waiting(arrival);
  };
}

/** Code that is loaded when somebody first needs it. */
function part<T>(importing: Promise<T>): Promise<T> {
  return importing.catch((cause: unknown) => {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError('network', 'a part of this page could not be loaded', { cause });
  });
}

function description(id: string, { manifest, model }: OpenedModel): ModelDescription {
  const { title, architecture, labels, preprocessing } = manifest;
  return { id, title, architecture, labels, preprocessing, modules: model.modules };
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
