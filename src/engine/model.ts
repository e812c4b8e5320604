import { tensor4d } from '@tensorflow/tfjs-core';
import type {
  ArchitectureConfig,
  BuiltStage,
  ModuleInfo,
  ParameterSpec,
  Stage,
} from './archs/architecture.ts';
import { architectureNamed } from './archs/index.ts';
import { EngineError, throwIfAborted } from './errors.ts';
import { nchwToNhwc, type Shape4, type TensorData } from './layout.ts';
import { Trace, type Value } from './trace.ts';
import type { LoadOptions, WeightProvider } from './weights/lazyWeights.ts';

/** A network whose stages come to the backend when first needed. */
export class Model {
  readonly id: string;
  readonly config: ArchitectureConfig;
  readonly stages: readonly Stage[];
  readonly modules: readonly ModuleInfo[];
  private readonly weights: WeightProvider;
  private readonly built = new Map<number, Promise<BuiltStage>>();

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

  /**
   * The stages from `from` to `to` inclusive, with their weights on the backend. Weights that are
   * missing are fetched together, so that neighbours in the file cost one request.
   */
  async build(from: number, to: number, options: LoadOptions = {}): Promise<BuiltStage[]> {
    const indices = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const missing = indices.filter((index) => !this.built.has(index));
    const specs: ParameterSpec[] = missing.flatMap((index) => [...this.stages[index]!.parameters]);
    const loading = this.weights.load(specs, options);
    for (const index of missing) {
      const building = loading.then((weights) => this.stages[index]!.build(weights));
      building.catch(() => this.built.delete(index));
      this.built.set(index, building);
    }
    return Promise.all(indices.map((index) => this.built.get(index)!));
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
  }
}

/** One input on its way through a model: it goes as far as it has been asked to, and can be asked again. */
export class Run {
  readonly model: Model;
  readonly trace: Trace;
  private frontier: Value;
  private nextStage = 0;
  private advancing: Promise<void> = Promise.resolve();

  constructor(model: Model, trace: Trace) {
    this.model = model;
    this.trace = trace;
    this.frontier = trace.input;
  }

  /**
   * Computes on until every named tap is recorded, loading the weights that takes and no others.
   * @throws {EngineError} `unknown-layer`, and what loading weights throws
   */
  forward(names: readonly string[], options: LoadOptions = {}): Promise<void> {
    const advance = this.advancing.then(() => this.advance(names, options));
    this.advancing = advance.catch(() => undefined);
    return advance;
  }

  private async advance(names: readonly string[], options: LoadOptions): Promise<void> {
    const last = Math.max(-1, ...names.map((name) => this.stageOf(name)));
    if (last < this.nextStage) return;
    const first = this.nextStage;
    const stages = await this.model.build(first, last, options);
    throwIfAborted(options.signal);
    for (const stage of stages) {
      this.frontier = stage.forward(this.trace, this.frontier);
      this.nextStage++;
    }
  }

  private stageOf(name: string): number {
    if (name === 'input') return -1;
    this.model.module(name);
    return this.model.stages.findIndex((stage) => stage.modules.some((m) => m.name === name));
  }

  /** Frees every tensor of the pass; the model stays. */
  dispose(): void {
    this.trace.dispose();
  }
}
