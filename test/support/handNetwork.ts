import type { ParameterSpec } from '../../src/engine/archs/architecture.ts';
import { sizeOf, type TensorData } from '../../src/engine/layout.ts';
import { Model } from '../../src/engine/model.ts';
import { smallManifest } from './models.ts';

/** Side of the input; the last feature map is 2x2. */
export const handSize = 16;
/** Red at the four pixels that the network sees; every other value is `background`. */
export const seen = [6, 2, 2, 2] as const;
const background = 1;
/** Their indices in a plane: the corners of the grid that three strides of 2 leave. */
export const places = [0, 8, 8 * handSize, 8 * handSize + 8] as const;
/** Class 3's weight of the only channel that is not silent: its logit is 2 times the mean of `seen`. */
export const weight = 2;

/** One weight of 1 for each convolution, on the middle of the first channel of both sides. */
function values({ name, shape }: ParameterSpec): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  if (name === 'head.weight') data[3 * shape[1]!] = weight;
  else if (shape.length === 4) data[4] = 1;
  else if (name.endsWith('.1.weight')) data.fill(1);
  // BatchNorm adds 1e-5 to the variance.
  else if (name.endsWith('running_var')) data.fill(1 - 1e-5);
  return data;
}

/** SmallCNN's layers with weights by which it only looks: S = weight * mean of `seen`, 0.5 for each unit of red. */
export function handNetwork(): Model {
  const load = async (specs: readonly ParameterSpec[]) =>
    new Map(specs.map((spec) => [spec.name, values(spec)] as const));
  return new Model('by hand', smallManifest(handSize).architecture, { load });
}

/** Its input, `[1, 3, 16, 16]`. */
export function handInput(): TensorData {
  const data = new Float32Array(3 * handSize ** 2).fill(background);
  places.forEach((place, i) => (data[place] = seen[i]!));
  return { shape: [1, 3, handSize, handSize], data };
}
