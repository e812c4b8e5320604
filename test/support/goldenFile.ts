import type { TensorData } from '../../src/engine/layout.ts';
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
  activation(layer: string): TensorData;
  gradient(layer: string): TensorData;
  /** Maps by `<method>.<variant or layer>`, for example `saliency.max`, `grad-cam.features.5`. */
  readonly methods: ReadonlyMap<string, TensorData>;
}

/** Names a golden's tensors; a container that returns a leaf's very tensor shares the leaf's values. */
export function goldenFrom(
  model: string,
  input: string,
  { tensors, metadata }: TensorFile,
): Golden {
  const aliases = JSON.parse(metadata['aliases'] ?? '{}') as Record<string, string>;
  const get = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`golden ${model}/${input} has no ${name}`);
    return tensor;
  };
  const prefix = 'method.';
  const maps = [...tensors].filter(([name]) => name.startsWith(prefix));
  return {
    model,
    input,
    pixels: get('input'),
    logits: get('logits'),
    class: Number(metadata['class']),
    activation: (layer) => get(`activation.${aliases[layer] ?? layer}`),
    gradient: (layer) => get(`gradient.${aliases[layer] ?? layer}`),
    methods: new Map(maps.map(([name, map]) => [name.slice(prefix.length), map])),
  };
}
