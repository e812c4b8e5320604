import type { TensorData } from '../../src/engine/layout.ts';
import { whole, type Expectation } from './closeness.ts';
import type { TensorFile } from './tensorFile.ts';

/** What PyTorch computes for one input with the weights that ship. */
export interface Golden {
  readonly model: string;
  /** Name of the input: a picture, `noise` or `constant`. */
  readonly input: string;
  readonly pixels: TensorData;
  readonly logits: TensorData;
  /** The class whose logit was differentiated. */
  readonly class: number;
  activation(layer: string): Expectation;
  gradient(layer: string): Expectation;
  /** Maps by `<method>.<variant or layer>`, for example `saliency.max`, `grad-cam.features.5`. */
  readonly methods: ReadonlyMap<string, Expectation>;
}

/**
 * A large tensor of which PyTorch's side kept a sample (element `i` at `(i * 768143 + 31) mod size`) and the
 * largest magnitude, the sum and the sum of magnitudes: the worst of sample and sums counts.
 */
function sampled(
  expectedShape: readonly number[],
  sample: Float32Array,
  [scale, sum, sumOfMagnitudes]: ArrayLike<number> & Iterable<number>,
): Expectation {
  return ({ shape, data }) => {
    if (shape.join() !== expectedShape.join()) return Infinity;
    let worst = 0;
    sample.forEach((value, index) => {
      const actual = data[(index * 768143 + 31) % data.length]!;
      worst = Math.max(worst, relativeDistance(actual, value, scale!));
    });
    let total = 0;
    let magnitudes = 0;
    for (const value of data) {
      total += value;
      magnitudes += Math.abs(value);
    }
    return Math.max(
      worst,
      relativeDistance(total, sum!, sumOfMagnitudes!),
      relativeDistance(magnitudes, sumOfMagnitudes!, sumOfMagnitudes!),
    );
  };
}

/** A distance that is not a number is infinite: a comparison with it must not pass. */
function relativeDistance(actual: number, expected: number, scale: number): number {
  const distance = Math.abs(actual - expected);
  if (Number.isNaN(distance)) return Infinity;
  return scale === 0 ? distance : distance / scale;
}

/** What a file's tensors should be, whole or sampled, by their names. */
export function expectationsIn({ tensors, metadata }: TensorFile, where: string) {
  const shapes = JSON.parse(metadata['shapes'] ?? '{}') as Record<string, number[]>;
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`golden ${where} has no ${name}`);
    return tensor;
  };
  const expect = (name: string) =>
    shapes[name]
      ? sampled(shapes[name], get(`sample.${name}`).data, get(`summary.${name}`).data)
      : whole(get(name));
  return { get, expect, names: [...tensors.keys(), ...Object.keys(shapes)] };
}

/** Names a golden's tensors; a container that returns a leaf's very tensor shares the leaf's values. */
export function goldenFrom(
  model: string,
  input: string,
  { tensors, metadata }: TensorFile,
): Golden {
  const aliases = JSON.parse(metadata['aliases'] ?? '{}') as Record<string, string>;
  const { get, expect, names } = expectationsIn({ tensors, metadata }, `${model}/${input}`);
  const prefix = 'method.';
  const maps = names.filter((name) => name.startsWith(prefix));
  return {
    model,
    input,
    pixels: get('input'),
    logits: get('logits'),
    class: Number(metadata['class']),
    activation: (layer) => expect(`activation.${aliases[layer] ?? layer}`),
    gradient: (layer) => expect(`gradient.${aliases[layer] ?? layer}`),
    methods: new Map(maps.map((name) => [name.slice(prefix.length), expect(name)])),
  };
}
