import { Model } from '../../src/engine/model.ts';
import type { ParameterSpec } from '../../src/engine/archs/architecture.ts';
import type { WeightProvider } from '../../src/engine/weights/lazyWeights.ts';
import { SeededWeights } from '../../src/engine/weights/seededWeights.ts';
import { noise } from './models.ts';

/** Its signs are kept: max-pooling, which follows, would choose the same place in every channel. */
const beforePooling = 'conv1.weight';

/**
 * An untrained network without a negative weight. On an input that has none either every ReLU passes
 * everything on, and nothing cancels: a gradient is there wherever there is a way to the unit. ResNets
 * keep the signs of their first layer, and there some ways are shut.
 */
class PositiveWeights implements WeightProvider {
  private readonly seeded = new SeededWeights(5);
  /** Millions of random numbers take seconds; a network has the same at every size of its input. */
  private readonly drawn = new Map<string, Float32Array>();

  async load(specs: readonly ParameterSpec[]) {
    const keyOf = ({ name, shape }: ParameterSpec) => `${name} ${shape.join()}`;
    const missing = specs.filter((spec) => !this.drawn.has(keyOf(spec)));
    const weights = await this.seeded.load(missing);
    for (const spec of missing) {
      const values = weights.get(spec.name)!;
      this.drawn.set(keyOf(spec), spec.name === beforePooling ? values : values.map(Math.abs));
    }
    return new Map(specs.map((spec) => [spec.name, this.drawn.get(keyOf(spec))!]));
  }
}

const positiveWeights = new PositiveWeights();

export function positiveModel(name: string, inputSize: number): Model {
  const config = { name, inputChannels: 3, inputSize, classCount: 10 };
  return new Model(`positive-${name}`, config, positiveWeights);
}

/** Seeded values, uniform on [0.1, 1.1), `[1, 3, size, size]`. */
export function positiveInput(size: number) {
  const { shape, data } = noise([1, 3, size, size], 7);
  return { shape, data: data.map((value) => 0.6 + value / 2) };
}
