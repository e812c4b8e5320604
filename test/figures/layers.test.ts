import { expect, test } from 'vitest';
import {
  blocks,
  firstConvolution,
  lastBlock,
  layerAmong,
  layerStops,
  middleBlock,
  secondBlock,
  spatialModules,
  stopOf,
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

test('each output is one stop, under the name of its block or of the largest container', () => {
  const small = modulesOf('smallcnn', 32);
  const names = layerStops(small).map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual(['features.0.0', 'features.0.1', 'features.0', 'features.1.0']);
  expect(names.at(-1)).toBe('features.5');
  expect(names).toHaveLength(18);
  expect(stopOf(small, 'features')).toBe('features.5');
  expect(stopOf(small, 'features.5.2')).toBe('features.5');
  expect(stopOf(small, 'features.5.1')).toBe('features.5.1');
  const large = modulesOf('resnet18', 64);
  const last = layerStops(large).map(({ name }) => name);
  expect(last.slice(0, 4)).toEqual(['conv1', 'bn1', 'relu', 'maxpool']);
  expect(last.at(-1)).toBe('layer4');
  expect(last).not.toContain('layer4.1');
  expect(last).toContain('layer4.0');
  expect(stopOf(large, 'layer4.1')).toBe('layer4');
});
