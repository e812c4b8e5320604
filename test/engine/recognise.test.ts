import { describe, expect, it } from 'vitest';
import { architectureNamed } from '../../src/engine/archs/index.ts';
import { recognise } from '../../src/engine/recognise.ts';
import type { Shapes } from '../../src/engine/weights/stateDict.ts';

/** The tensors of a network that the engine has. */
function shapesOf(
  name: string,
  inputChannels: number,
  classCount: number,
): Map<string, readonly number[]> {
  const config = { name, inputChannels, classCount, inputSize: 64 };
  const specs = architectureNamed(name)
    .stages(config)
    .flatMap(({ parameters }) => parameters);
  return new Map(specs.map((spec) => [spec.name, spec.shape]));
}

const without = (shapes: Shapes, ...names: string[]) =>
  new Map([...shapes].filter(([name]) => !names.includes(name)));

describe('a state dict is recognised', () => {
  it.each([
    ['smallcnn', 3, 10, 32],
    ['smallcnn', 1, 26, 28],
    ['resnet18', 3, 1000, 224],
    ['resnet34', 3, 2, 224],
    ['resnet18', 1, 7, 224],
  ])('%s for %i channels and %i classes', (name, inputChannels, classCount, inputSize) => {
    const shapes = shapesOf(name, inputChannels, classCount);
    const { config, names } = recognise(shapes, 'x.pt');
    expect(config).toEqual({ name, inputChannels, classCount, inputSize });
    expect([...names]).toEqual([...shapes.keys()].map((key) => [key, key]));
  });

  it('for an input size of its own', () => {
    expect(recognise(shapesOf('smallcnn', 3, 10), 'x', 64).config.inputSize).toBe(64);
    expect(recognise(shapesOf('resnet18', 3, 10), 'x', 96).config.inputSize).toBe(96);
  });

  it('in whatever order its tensors stand', () => {
    const sorted = new Map([...shapesOf('resnet34', 3, 5)].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(recognise(sorted, 'x').config.name).toBe('resnet34');
  });

  /** SmallCNN's tensors under names of which `path` makes new ones. */
  const renamed = (path: (module: string) => string) =>
    new Map(
      [...shapesOf('smallcnn', 3, 10)].map(([name, shape]) => {
        const at = name.lastIndexOf('.');
        return [`${path(name.slice(0, at))}${name.slice(at)}`, shape] as const;
      }),
    );

  it.each<[string, (module: string) => string]>([
    ['one nn.Sequential', (m) => (m === 'head' ? '8' : m.slice('features.'.length))],
    ['conv1, bn1, ..., fc', (m) => (m === 'head' ? 'fc' : `${m.endsWith('.0') ? 'conv' : 'bn'}${Number(m[9]) + 1}`)],
  ])('by its modules, called as in %s', (_, path) => {
    const inOrder = renamed(path);
    const sorted = new Map([...inOrder].sort(([a], [b]) => (a < b ? -1 : 1)));
    for (const shapes of [inOrder, sorted]) {
      const { config, names } = recognise(shapes, 'x');
      expect(config).toEqual({ name: 'smallcnn', inputChannels: 3, classCount: 10, inputSize: 32 });
      expect(names.get('features.3.1.running_var')).toBe(`${path('features.3.1')}.running_var`);
      expect(names.get('head.bias')).toBe(`${path('head')}.bias`);
      expect(new Set(names.values())).toEqual(new Set(shapes.keys()));
    }
  }); // prettier-ignore
});

const resnet18 = shapesOf('resnet18', 3, 10);
const smallcnn = shapesOf('smallcnn', 3, 10);
const listed = (...names: string[]): Shapes => new Map(names.map((name) => [name, [4, 3]]));

/** Names as torchvision and timm give them. */
const foreign: ReadonlyArray<readonly [what: string, shapes: Shapes, sentence: string]> = [
  ['ResNet-50', new Map([...shapesOf('resnet34', 3, 10), ['layer1.0.conv3.weight', [256, 64, 1, 1]]]),
    'a ResNet with bottleneck blocks, such as ResNet-50 (layer1.0.conv3.weight)'],
  ['ResNet-18 for CIFAR', new Map([...resnet18, ['conv1.weight', [64, 3, 3, 3]]]),
    'a ResNet whose first convolution is 3x3 (conv1.weight [64, 3, 3, 3])'],
  ['ResNet-10', new Map([...resnet18].filter(([name]) => !/^layer\d\.1/.test(name))),
    'a ResNet with 1, 1, 1, 1 blocks (conv1.weight [64, 3, 7, 7])'],
  ['a backbone', without(resnet18, 'fc.weight', 'fc.bias'), 'a ResNet without its last layer, fc'],
  ['ViT-B/16', listed('class_token', 'conv_proj.weight', 'encoder.pos_embedding'), 'a Vision Transformer (class_token)'],
  ['ViT of timm', listed('cls_token', 'patch_embed.proj.weight'), 'a Vision Transformer (cls_token)'],
  ['Swin-T', listed('features.0.0.weight', 'features.1.0.attn.relative_position_bias_table', 'head.weight'),
    'a Swin Transformer (features.1.0.attn.relative_position_bias_table)'],
  ['ConvNeXt-T', listed('features.0.0.weight', 'features.1.0.layer_scale', 'classifier.2.weight'),
    'a ConvNeXt (features.1.0.layer_scale)'],
  ['DenseNet-121', listed('features.conv0.weight', 'features.denseblock1.denselayer1.norm1.weight'),
    'a DenseNet (features.denseblock1.denselayer1.norm1.weight)'],
  ['VGG-16', listed('features.0.weight', 'features.2.weight', 'classifier.0.weight'), 'an AlexNet or VGG (classifier.0.weight)'],
  ['MobileNetV2', listed('features.0.0.weight', 'features.1.conv.0.0.weight', 'classifier.1.weight'),
    'a MobileNet or EfficientNet (features.1.conv.0.0.weight)'],
  ['EfficientNet-B0', listed('features.0.0.weight', 'features.1.0.block.0.0.weight', 'classifier.1.weight'),
    'a MobileNet or EfficientNet (features.1.0.block.0.0.weight)'],
  ['a headless SmallCNN', without(smallcnn, 'head.weight', 'head.bias'),
    'features but no layer "head" of 128 inputs (features.0.0.weight is [32, 3, 3, 3])'],
  ['one linear layer', listed('weight'), 'an unknown network (1 tensor, the first weight [4, 3])'],
  ['an autoencoder', listed('encoder.0.weight', 'decoder.0.weight'),
    'an unknown network (2 tensors, the first encoder.0.weight [4, 3])'],
]; // prettier-ignore

describe('a state dict is refused', () => {
  it.each(foreign)('%s', (_, shapes, sentence) => {
    expect(() => recognise(shapes, 'x.pt')).toThrow(
      `x.pt holds ${sentence}; expected SmallCNN, or ResNet-18 or ResNet-34 with torchvision's names`,
    );
  });

  it.each<[string, Shapes, string]>([
    ['without a tensor', without(smallcnn, 'features.4.1.running_var'), 'it has no tensor "features.4.1.running_var"'],
    ['with a tensor too many', new Map([...smallcnn, ['features.4.3.weight', [1]]]), 'it has a tensor "features.4.3.weight"'],
    ['with a tensor of another shape', new Map([...smallcnn, ['features.2.0.weight', [96, 32, 3, 3]]]),
      'its tensor "features.2.0.weight" has shape [96, 32, 3, 3], expected [64, 32, 3, 3]'],
  ])('a SmallCNN %s', (_, shapes, fault) => {
    expect(() => recognise(shapes, 'x.pt')).toThrow(`x.pt is not a smallcnn with 10 classes: ${fault}`);
  }); // prettier-ignore

  it('for channels and classes that no picture and no data set has', () => {
    expect(() => recognise(shapesOf('resnet18', 4, 10), 'x.pt')).toThrow(
      'x.pt holds a resnet18 for 4 channels, expected 1 (grey) or 3 (colour)',
    );
    expect(() => recognise(shapesOf('smallcnn', 3, 200_000), 'x.pt')).toThrow(
      'x.pt holds a smallcnn for 200000 classes, expected 1 to 100000',
    );
    expect(() => recognise(shapesOf('smallcnn', 3, 0), 'x.pt')).toThrow('for 0 classes');
  });

  it.each([
    ['smallcnn', 7, '8 to 512'],
    ['smallcnn', 32.5, '8 to 512'],
    ['smallcnn', NaN, '8 to 512'],
    ['resnet18', 63, '64 to 512'],
    ['resnet34', 513, '64 to 512'],
  ])('of %s at %d pixels', (name, size, range) => {
    expect(() => recognise(shapesOf(name, 3, 10), 'x', size)).toThrow(
      `invalid input size of ${name}: ${size}, expected a whole number from ${range}`,
    );
  });
});
