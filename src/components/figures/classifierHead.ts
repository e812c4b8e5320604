import type { Ask, ModelDescription, ModuleInfo, TensorData } from '../../worker/protocol.ts';

/** What turns the last feature maps into logits, where that is a pooling and one linear layer. */
export interface ClassifierHead {
  /** `[classes, C]` */
  readonly weight: TensorData;
  /** `[classes]` */
  readonly bias: TensorData;
}

/** The only linear layer of a network, if its input is that of a global average pooling. */
export function linearHead(modules: readonly ModuleInfo[]): ModuleInfo | undefined {
  const linear = modules.filter(({ type }) => type === 'Linear');
  const pooled = modules.some(({ type }) => type === 'AdaptiveAvgPool2d');
  return linear.length === 1 && pooled ? linear[0] : undefined;
}

/** The head's numbers, from the weight file; undefined for a network that ends in another way. */
export async function loadHead(
  ask: Ask,
  { id: model, modules }: Pick<ModelDescription, 'id' | 'modules'>,
): Promise<ClassifierHead | undefined> {
  const head = linearHead(modules);
  if (!head) return undefined;
  const [weight, bias] = await Promise.all([
    ask('parameter', { model, name: `${head.name}.weight` }),
    ask('parameter', { model, name: `${head.name}.bias` }),
  ]);
  return { weight, bias };
}

/** The weights of one class, `[C]`. */
export function weightsOf({ weight }: ClassifierHead, index: number): Float32Array {
  const channels = weight.shape[1]!;
  return weight.data.subarray(index * channels, (index + 1) * channels);
}
