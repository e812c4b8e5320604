import { EngineError } from './errors.ts';
import type { TensorData } from './layout.ts';
import type { ModelManifest } from './manifest.ts';
import type { Model } from './model.ts';
import type { ByteSource } from './weights/byteSource.ts';
import { LazyWeights, type LoadOptions } from './weights/lazyWeights.ts';

/** Holds the header of any history; more would fetch an epoch that nobody asked for. */
const prefix = 1024;
const nameOf = (epoch: number) => `epoch-${epoch}`;

/** The first layer's weights in the course of training. Each epoch is fetched when it is first asked for. */
export class WeightHistory {
  /** Number of passes over the data after which the weights were kept, rising: 0 is before training. */
  readonly epochs: readonly number[];
  private readonly manifest: ModelManifest;
  private readonly model: Model;
  private readonly source: () => ByteSource;
  private opened: Promise<LazyWeights> | undefined;

  /** @param source of the history's file */
  constructor(manifest: ModelManifest, model: Model, source: () => ByteSource) {
    this.manifest = manifest;
    this.model = model;
    this.source = source;
    this.epochs = Object.keys(manifest.history?.tensors ?? {})
      .map((name) => Number(/^epoch-(\d+)$/.exec(name)?.[1]))
      .filter(Number.isInteger)
      .sort((a, b) => a - b);
  }

  /**
   * Weights after an epoch, in PyTorch's layout. The model's own file serves an epoch that left the
   * very bytes, by their SHA-256, that it holds.
   * @throws {EngineError} `unknown-layer` for an epoch that was not kept, and what loading weights throws
   */
  async weights(epoch: number, options: LoadOptions = {}): Promise<TensorData> {
    const { history, weights } = this.manifest;
    if (!history || !this.epochs.includes(epoch))
      throw new EngineError(
        'unknown-layer',
        `unknown epoch: ${epoch}, expected one of ${this.epochs.join(', ')}`,
      );
    const name = nameOf(epoch);
    if (history.tensors[name] === weights.tensors[history.tensor])
      return this.model.parameter(history.tensor, options);
    const { shape, initial } = this.model.parameterSpec(history.tensor);
    const loaded = await (await this.open(options)).load([{ name, shape, initial }], options);
    return { shape, data: loaded.get(name)! };
  }

  private open({ signal }: LoadOptions): Promise<LazyWeights> {
    this.opened ??= LazyWeights.open(this.source(), this.manifest.history, { signal, prefix });
    this.opened.catch(() => (this.opened = undefined));
    return this.opened;
  }
}
