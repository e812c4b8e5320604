import { expect, test } from 'vitest';
import {
  blocks,
  firstConvolution,
  lastBlock,
  layerAmong,
  middleBlock,
  secondBlock,
  spatialModules,
} from '../../src/components/figures/layers.ts';
import { architectureNamed } from '../../src/engine/archs/index.ts';

function modulesOf(name: string, inputSize: number) {
  const config = { name, inputChannels: 3, inputSize, classCount: 10 };
  return architectureNamed(name)
    .stages(config)
    .flatMap((stage) => stage.modules);
}

test.each([
  {
    name: 'smallcnn',
    size: 32,
    all: Array.from({ length: 6 }, (_, block) => `features.${block}`),
    conv: 'features.0.0',
    second: 'features.1',
    middle: 'features.2',
    last: 'features.5',
    vectors: ['pool', 'head'],
  },
  ...['resnet18', 'resnet34'].map((name) => ({
    name,
    size: 64,
    all: ['layer1', 'layer2', 'layer3', 'layer4'],
    conv: 'conv1',
    second: 'layer2',
    middle: 'layer2',
    last: 'layer4',
    vectors: ['avgpool', 'fc'],
  })),
])('the layers that figures of $name start with', ({ name, size, ...expected }) => {
  const modules = modulesOf(name, size);
  expect(blocks(modules)).toEqual(expected.all);
  expect(firstConvolution(modules)).toBe(expected.conv);
  expect(secondBlock(modules)).toBe(expected.second);
  expect(middleBlock(modules)).toBe(expected.middle);
  expect(lastBlock(modules)).toBe(expected.last);
  const spatial = new Set(spatialModules(modules));
  expect(modules.filter((module) => !spatial.has(module)).map((module) => module.name)).toEqual(
    expected.vectors,
  );
});

test('a layer that the model does not have gives way to another', () => {
  const modules = modulesOf('smallcnn', 32);
  expect(layerAmong(modules, 'features.3.1', 'features.5')).toBe('features.3.1');
  expect(layerAmong(modules, 'layer4', 'features.5')).toBe('features.5');
  expect(layerAmong(modules, '', 'features.5')).toBe('features.5');
});
