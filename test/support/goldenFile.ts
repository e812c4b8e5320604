import type { TensorData } from '../../src/engine/layout.ts';
import { relativeError, whole, type Expectation } from './closeness.ts';
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

/** Flat positions of the values of a stored tensor that are no oracle, by its name. */
export type Dropped = Readonly<Record<string, readonly number[]>>;

/**
 * A large tensor of which PyTorch's side kept a sample (element `i` at `(i * 768143 + 31) mod size`) and the
 * largest magnitude, the sum and the sum of magnitudes: the worst of sample and sums counts, but for what was
 * dropped there.
 */
function sampled(
  expectedShape: readonly number[],
  sample: Float32Array,
  [scale, sum, sumOfMagnitudes]: ArrayLike<number> & Iterable<number>,
  dropped: { readonly sample: ReadonlySet<number>; readonly sums: ReadonlySet<number> },
): Expectation {
  return ({ shape, data }) => {
    if (shape.join() !== expectedShape.join()) return Infinity;
    let worst = 0;
    sample.forEach((value, index) => {
      if (dropped.sample.has(index)) return;
      const actual = data[(index * 768143 + 31) % data.length]!;
      worst = Math.max(worst, relativeDistance(actual, value, scale!));
    });
    let total = 0;
    let magnitudes = 0;
    for (const value of data) {
      total += value;
      magnitudes += Math.abs(value);
    }
    const sums = [
      ...(dropped.sums.has(1) ? [] : [relativeDistance(total, sum!, sumOfMagnitudes!)]),
      ...(dropped.sums.has(2)
        ? []
        : [relativeDistance(magnitudes, sumOfMagnitudes!, sumOfMagnitudes!)]),
    ];
    return Math.max(worst, ...sums);
  };
}

/** A distance that is not a number is infinite: a comparison with it must not pass. */
function relativeDistance(actual: number, expected: number, scale: number): number {
  const distance = Math.abs(actual - expected);
  if (Number.isNaN(distance)) return Infinity;
  return scale === 0 ? distance : distance / scale;
}

/** Expects every element but those that PyTorch's side dropped. */
function settled(expected: TensorData, dropped: ReadonlySet<number>): Expectation {
  if (dropped.size === 0) return whole(expected);
  const kept = [...expected.data.keys()].filter((i) => !dropped.has(i));
  const of = (data: Float32Array) => kept.map((i) => data[i]!);
  return ({ shape, data }) =>
    shape.join() === expected.shape.join() ? relativeError(of(data), of(expected.data)) : Infinity;
}

/**
 * What a file's tensors should be, whole or sampled, by their names. Metadata `dropped` tells how many values of
 * a tensor are no oracle.
 */
export function expectationsIn({ tensors, metadata }: TensorFile, where: string) {
  const shapes = JSON.parse(metadata['shapes'] ?? '{}') as Record<string, number[]>;
  const dropped = JSON.parse(metadata['dropped'] ?? '{}') as Dropped;
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`golden ${where} has no ${name}`);
    return tensor;
  };
  const without = (name: string) => new Set(dropped[name]);
  const expect = (name: string) =>
    shapes[name]
      ? sampled(shapes[name], get(`sample.${name}`).data, get(`summary.${name}`).data, {
          sample: without(`sample.${name}`),
          sums: without(`summary.${name}`),
        })
      : settled(get(name), without(name));
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
