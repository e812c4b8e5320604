import { describe, expect, test } from 'vitest';
import { architectureNamed } from '../../src/engine/archs/index.ts';
import {
  checkStructure,
  imageNetArchitecture,
  imageNetPreprocessing,
} from '../../src/engine/imageNet.ts';

const specs = architectureNamed('resnet18')
  .stages(imageNetArchitecture)
  .flatMap(({ parameters }) => parameters);

/** The state dict's shapes after some change. */
function shapes(change: (map: Map<string, readonly number[]>) => void = () => undefined) {
  const map = new Map(specs.map(({ name, shape }) => [name, shape]));
  change(map);
  return map;
}
const check = (map: ReturnType<typeof shapes>) => () =>
  checkStructure(map, imageNetArchitecture, 'a file');

test('the input has the size of the architecture', () => {
  const { width, height, mean, std } = imageNetPreprocessing;
  const { inputSize, inputChannels } = imageNetArchitecture;
  expect([width, height]).toEqual([inputSize, inputSize]);
  expect([mean.length, std.length]).toEqual([inputChannels, inputChannels]);
});

describe('a state dict of ResNet-18 with 1,000 classes', () => {
  test('has 102 tensors, and 20 counters that may be missing', () => {
    expect(specs).toHaveLength(102);
    expect(check(shapes())).not.toThrow();
    const norms = specs.filter(({ name }) => name.endsWith('running_mean'));
    expect(norms).toHaveLength(20);
    const counted = shapes((map) => {
      for (const { name } of norms)
        map.set(name.replace('running_mean', 'num_batches_tracked'), []);
    });
    expect(check(counted)).not.toThrow();
  });

  test.each([
    [
      'a tensor less',
      shapes((map) => map.delete('layer3.0.bn2.bias')),
      'a file is not a resnet18 with 1000 classes: it has no tensor "layer3.0.bn2.bias"',
    ],
    ['a tensor more', shapes((map) => map.set('conv1.bias', [64])), 'it has a tensor "conv1.bias"'],
    [
      'other classes',
      shapes((map) => map.set('fc.weight', [10, 512])),
      'its tensor "fc.weight" has shape [10, 512], expected [1000, 512]',
    ],
    [
      'a transposed matrix',
      shapes((map) => map.set('fc.weight', [512, 1000])),
      'its tensor "fc.weight" has shape [512, 1000], expected [1000, 512]',
    ],
  ])('with %s is refused', (_, map, sentence) => {
    expect(check(map)).toThrow(sentence);
  });
});
