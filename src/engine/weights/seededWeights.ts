import type { ParameterSpec } from '../archs/architecture.ts';
import { sizeOf } from '../layout.ts';
import { hashString, seededRandom, standardNormal } from '../random.ts';
import type { WeightProvider } from './lazyWeights.ts';

/**
 * An untrained network: PyTorch's default initialisation drawn from a seeded generator. Each
 * tensor has its own stream, so that loading order does not matter.
 */
export class SeededWeights implements WeightProvider {
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  load(specs: readonly ParameterSpec[]): Promise<Map<string, Float32Array>> {
    return Promise.resolve(new Map(specs.map((spec) => [spec.name, this.draw(spec)])));
  }

  private draw({ name, shape, initial }: ParameterSpec): Float32Array {
    const values = new Float32Array(sizeOf(shape));
    if (initial.kind === 'constant') return values.fill(initial.value);
    const random = seededRandom(this.seed, hashString(name));
    if (initial.kind === 'uniform') return values.map(() => (2 * random() - 1) * initial.bound);
    return values.map(() => initial.standardDeviation * standardNormal(random));
  }
}
