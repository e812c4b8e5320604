import type { Shapes } from './weights/stateDict.ts';

/** Tensors by which networks are known that this engine does not run, more particular ones first. */
const marks: ReadonlyArray<readonly [what: string, mark: RegExp]> = [
  ['a Vision Transformer', /(^|\.)(class_token|cls_token)$/],
  ['a Swin Transformer', /relative_position_bias_table$/],
  ['a ConvNeXt', /(^|\.)(layer_scale|gamma)$/],
  ['a DenseNet', /(^|\.)denseblock1\./],
  ['an Inception network', /^(Mixed_5b|inception3a)\./],
  ['a SqueezeNet', /\.squeeze\.weight$/],
  ['a MobileNet or EfficientNet', /^(features\.1\.(conv|block|0\.block)\.0|conv_stem|blocks\.0\.0)\./],
  ['an AlexNet or VGG', /^classifier\.[0-6]\.weight$/],
]; // prettier-ignore

/** What a state dict holds that is no network of this engine, for the sentence that refuses it. */
export function foreignNetwork(shapes: Shapes): string {
  const names = [...shapes.keys()];
  if (names.some((name) => /^layer1\.0\.conv1\.weight$/.test(name))) return foreignResnet(shapes);
  for (const [what, mark] of marks) {
    const name = names.find((candidate) => mark.test(candidate));
    if (name) return `${what} (${name})`;
  }
  if (shapes.has('features.0.0.weight') && shapes.has('features.0.1.running_mean'))
    return `features but no layer "head" of 128 inputs (features.0.0.weight is ${text(shapes, 'features.0.0.weight')})`;
  const first = names[0]!;
  const count = `${names.length} ${names.length === 1 ? 'tensor' : 'tensors'}`;
  return `an unknown network (${count}, the first ${first} ${text(shapes, first)})`;
}

/** What keeps a ResNet from being ResNet-18 or ResNet-34. */
function foreignResnet(shapes: Shapes): string {
  const stem = shapes.get('conv1.weight');
  if (shapes.has('layer1.0.conv3.weight'))
    return 'a ResNet with bottleneck blocks, such as ResNet-50 (layer1.0.conv3.weight)';
  if (stem?.length === 4 && stem[2] !== 7)
    return `a ResNet whose first convolution is ${stem[2]}x${stem[3]} (conv1.weight ${text(shapes, 'conv1.weight')})`;
  if (!shapes.has('fc.weight')) return 'a ResNet without its last layer, fc';
  return `a ResNet with ${blockCounts(shapes).join(', ')} blocks (conv1.weight ${text(shapes, 'conv1.weight')})`;
}

/** Number of blocks in `layer1`, `layer2` and so on. */
export function blockCounts(shapes: Shapes): number[] {
  const counts: number[] = [];
  for (const name of shapes.keys()) {
    const [, layer, block] = /^layer(\d)\.(\d+)\.conv1\.weight$/.exec(name) ?? [];
    if (layer === undefined) continue;
    const index = Number(layer) - 1;
    counts[index] = Math.max(counts[index] ?? 0, Number(block) + 1);
  }
  return Array.from(counts, (count) => count ?? 0);
}

const text = (shapes: Shapes, name: string): string => `[${(shapes.get(name) ?? []).join(', ')}]`;
