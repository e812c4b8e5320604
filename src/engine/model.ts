import { tensor4d } from '@tensorflow/tfjs-core';
import type {
  ArchitectureConfig,
  BuiltStage,
  ModuleInfo,
  ParameterSpec,
  Stage,
} from './archs/architecture.ts';
import { architectureNamed } from './archs/index.ts';
import { ArrivingStage } from './arrivingStage.ts';
import { EngineError, throwIfAborted } from './errors.ts';
import { nchwToNhwc, type Shape4, type TensorData } from './layout.ts';
import { RecentGradients } from './recentGradients.ts';
import { Trace, type Value } from './trace.ts';
import type { LoadOptions, WeightProvider } from './weights/lazyWeights.ts';

/** A network whose stages come to the backend when first needed. */
export class Model {
  readonly id: string;
  readonly config: ArchitectureConfig;
  readonly stages: readonly Stage[];
  readonly modules: readonly ModuleInfo[];
  private readonly weights: WeightProvider;
  /** Of stages whose weights have been asked for. */
  private readonly built = new Map<number, Promise<BuiltStage>>();
  private readonly ready = new Set<number>();

  /** @throws {EngineError} `unknown-architecture` */
  constructor(id: string, config: ArchitectureConfig, weights: WeightProvider) {
    this.id = id;
    this.config = config;
    this.weights = weights;
    this.stages = architectureNamed(config.name).stages(config);
    this.modules = this.stages.flatMap((stage) => stage.modules);
  }

  /** Tap of the logits. */
  get output(): string {
    return this.modules.at(-1)!.name;
  }

  /** @throws {EngineError} `unknown-layer`, naming the layers there are. */
  module(name: string): ModuleInfo {
    const module = this.modules.find((candidate) => candidate.name === name);
    if (!module)
      throw new EngineError(
        'unknown-layer',
        `unknown layer: ${name}, expected one of ${this.modules.map((m) => m.name).join(', ')}`,
      );
    return module;
  }

  /** @throws {EngineError} `unknown-layer`, naming the parameters there are. */
  parameterSpec(name: string): ParameterSpec {
    const specs = this.stages.flatMap((stage) => stage.parameters);
    const spec = specs.find((candidate) => candidate.name === name);
    if (!spec)
      throw new EngineError(
        'unknown-layer',
        `unknown parameter: ${name}, expected one of ${specs.map((s) => s.name).join(', ')}`,
      );
    return spec;
  }

  /** Values of one parameter in PyTorch's layout, without building anything. */
  async parameter(name: string, options?: LoadOptions): Promise<TensorData> {
    const spec = this.parameterSpec(name);
    const loaded = await this.weights.load([spec], options);
    return { shape: spec.shape, data: loaded.get(name)! };
  }

  /** Whether a stage's weights have been asked for and are there. */
  isBuilt(index: number): boolean {
    return this.ready.has(index);
  }

  /**
   * A stage as soon as its own weights are on the backend. Where they have not been asked for, those
   * of all stages up to `last` are fetched together, so that neighbours in the file cost one request.
   */
  stage(index: number, last: number, options: LoadOptions = {}): Promise<BuiltStage> {
    if (!this.built.has(index)) this.fetch(index, last, options);
    return this.built.get(index)!;
  }

  private fetch(from: number, to: number, options: LoadOptions): void {
    const missing = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
      (index) => !this.built.has(index),
    );
    const arriving = missing.map((index) => new ArrivingStage(this.stages[index]!));
    for (const [i, index] of missing.entries()) {
      const { built } = arriving[i]!;
      this.built.set(index, built);
      built.then(
        () => this.ready.add(index),
        () => this.built.delete(index),
      );
    }
    const specs = missing.flatMap((index) => [...this.stages[index]!.parameters]);
    const onTensor = (name: string, values: Float32Array) =>
      arriving.forEach((stage) => stage.take(name, values));
    this.weights.load(specs, { ...options, onTensor }).then(
      (weights) => weights.forEach((values, name) => onTensor(name, values)),
      (error: unknown) => arriving.forEach((stage) => stage.fail(error)),
    );
  }

  /** Starts a forward pass on `[N, C, H, W]`; nothing is computed yet. The caller disposes of the run. */
  run(input: TensorData): Run {
    const { inputChannels, inputSize } = this.config;
    const [batch, channels, height, width] = input.shape;
    const fits = channels === inputChannels && height === inputSize && width === inputSize;
    if (input.shape.length !== 4 || !fits)
      throw new EngineError(
        'invalid-picture',
        `the input has shape [${input.shape.join(', ')}], expected [N, ${inputChannels}, ${inputSize}, ${inputSize}]`,
      );
    const nhwc = nchwToNhwc(input.data, input.shape as unknown as Shape4);
    return new Run(this, new Trace(tensor4d(nhwc, [batch!, height!, width!, channels!])));
  }

  /** Frees the weights. */
  async dispose(): Promise<void> {
    for (const built of this.built.values())
      for (const operation of (await built.catch(() => undefined))?.operations ?? [])
        operation.dispose?.();
    this.built.clear();
    this.ready.clear();
  }
}

/** One input on its way through a model: it goes as far as it has been asked to, and can be asked again. */
export class Run {
  readonly model: Model;
  readonly trace: Trace;
  /** Gradients of the logits that have been read. */
  readonly gradients = new RecentGradients();
  private frontier: Value;
  private nextStage = 0;

  constructor(model: Model, trace: Trace) {
    this.model = model;
    this.trace = trace;
    this.frontier = trace.input;
  }

  /**
   * Computes on until every named tap is recorded, loading the weights that takes and no others.
   * Each stage is computed as soon as its own weights are there, once, whoever asked first.
   * @throws {EngineError} `unknown-layer`, and what loading weights throws
   */
  async forward(names: readonly string[], options: LoadOptions = {}): Promise<void> {
    const last = Math.max(-1, ...names.map((name) => this.stageOf(name)));
    while (this.nextStage <= last) {
      const index = this.nextStage;
      const stage = await this.loaded(index, last, options);
      throwIfAborted(options.signal);
      // Another request may have computed it while this one waited.
      if (index !== this.nextStage) continue;
      this.frontier = stage.forward(this.trace, this.frontier);
      this.nextStage++;
    }
  }

  private async loaded(index: number, last: number, options: LoadOptions): Promise<BuiltStage> {
    const { waiting = (bytes) => bytes } = options;
    for (;;) {
      const stage = this.model.stage(index, last, options);
      try {
        return await (this.model.isBuilt(index) ? stage : waiting(stage));
      } catch (error) {
        // The download was another request's, which was cancelled; this one still wants it.
        const given = error instanceof EngineError && error.code === 'aborted';
        if (!given || options.signal?.aborted) throw error;
      }
    }
  }

  private stageOf(name: string): number {
    if (name === 'input') return -1;
    this.model.module(name);
    return this.model.stages.findIndex((stage) => stage.modules.some((m) => m.name === name));
  }

  /** Room that activations and gradients take so far. */
  get bytes(): number {
    return this.trace.bytes + this.gradients.bytes;
  }

  /** Frees every tensor of the pass; the model stays. */
  dispose(): void {
    this.trace.dispose();
  }
}
