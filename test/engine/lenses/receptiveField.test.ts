import { describe, expect, it } from 'vitest';
import type { ModuleInfo, SlidingWindow } from '../../../src/engine/archs/architecture.ts';
import { architectureNamed } from '../../../src/engine/archs/index.ts';
import {
  allFields,
  fieldSteps,
  receptiveFields,
  slide,
} from '../../../src/engine/lenses/receptiveField.ts';

function modulesOf(name: string, inputSize: number): ModuleInfo[] {
  const config = { name, inputChannels: 3, inputSize, classCount: 10 };
  return architectureNamed(name)
    .stages(config)
    .flatMap((stage) => stage.modules);
}

const module = (name: string, inputs: string[], window?: SlidingWindow): ModuleInfo => ({
  name,
  type: window ? 'Conv2d' : 'ReLU',
  outputShape: [1, 8, 8],
  parameters: 0,
  inputs,
  ...(window && { window }),
});

/** Size, jump and start by hand. */
const resnet18 = {
  input: [1, 1, 0],
  conv1: [7, 2, -3],
  relu: [7, 2, -3],
  maxpool: [11, 4, -5],
  'layer1.0.conv1': [19, 4, -9],
  layer1: [43, 4, -21],
  'layer2.0.conv1': [51, 8, -25],
  'layer2.0.downsample.0': [43, 8, -21],
  'layer2.0': [67, 8, -33],
  layer2: [99, 8, -49],
  layer3: [211, 16, -105],
  'layer4.0.downsample': [211, 32, -105],
  'layer4.1.conv2': [435, 32, -217],
  layer4: [435, 32, -217],
  avgpool: [224, 224, 0],
  fc: [224, 224, 0],
};

const smallcnn = {
  'features.0.0': [3, 1, -1],
  'features.0': [3, 1, -1],
  'features.1': [5, 2, -2],
  'features.2': [9, 2, -4],
  'features.3': [13, 4, -6],
  'features.4': [21, 4, -10],
  'features.5.0': [29, 8, -14],
  features: [29, 8, -14],
  pool: [32, 32, 0],
  head: [32, 32, 0],
};

describe('receptive fields', () => {
  it.each([
    ['resnet18', 224, resnet18],
    ['smallcnn', 32, smallcnn],
  ])('of %s', (name, inputSize, expected) => {
    const fields = receptiveFields(modulesOf(name, inputSize), inputSize);
    const found = Object.keys(expected).map((layer) => {
      const { size, stride, start } = fields.get(layer)!;
      return [layer, [size, stride, start]];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it('of every module is known', () => {
    const modules = modulesOf('resnet34', 128);
    const fields = receptiveFields(modules, 128);
    expect([...fields.keys()]).toEqual(['input', ...modules.map(({ name }) => name)]);
  });

  it('of a sum hold both sides, wherever they begin', () => {
    const modules = [
      // Pixels -3 to 1 of its first cell, and -1 to 5.
      module('left', ['input'], { kernel: 5, stride: 1, padding: 3 }),
      module('right', ['input'], { kernel: 7, stride: 1, padding: 1 }),
      module('sum', ['left', 'right']),
    ];
    expect(receptiveFields(modules, 8).get('sum')).toEqual({ size: 9, stride: 1, start: -3 });
  });

  it('refuse a sum of cells that lie differently far apart', () => {
    const modules = [
      module('strided', ['input'], { kernel: 1, stride: 2, padding: 0 }),
      module('sum', ['strided', 'input']),
    ];
    expect(() => receptiveFields(modules, 8)).toThrow(
      'got jumps of 2 and 1 pixels, expected equal ones',
    );
  });
});

describe('the steps to a module', () => {
  it('take the longer way through a block', () => {
    const steps = fieldSteps(modulesOf('resnet18', 224), 224, 'layer2');
    expect(steps.map(({ name }) => name)).toEqual([
      'conv1',
      'maxpool',
      'layer1.0.conv1',
      'layer1.0.conv2',
      'layer1.1.conv1',
      'layer1.1.conv2',
      'layer2.0.conv1',
      'layer2.0.conv2',
      'layer2.1.conv1',
      'layer2.1.conv2',
    ]);
    expect(steps[1]).toEqual({
      name: 'maxpool',
      type: 'MaxPool2d',
      window: { kernel: 3, stride: 2, padding: 1 },
      before: { size: 7, stride: 2, start: -3 },
      after: { size: 11, stride: 4, start: -5 },
    });
  });

  it.each([
    ['resnet18', 224],
    ['resnet34', 224],
    ['smallcnn', 32],
  ])('of %s follow from one another by the recursion', (name, inputSize) => {
    const modules = modulesOf(name, inputSize);
    const { steps, fields } = allFields(modules, inputSize);
    let field = { size: 1, stride: 1, start: 0 };
    for (const { before, window, after } of steps) {
      expect(before).toEqual(field);
      field = slide(before, window);
      expect(after).toEqual(field);
    }
    const last = modules.findLast(({ type }) => type === 'Sequential')!;
    expect(fields[last.name]).toEqual(field);
  });

  it('need a module that there is', () => {
    expect(() => fieldSteps(modulesOf('smallcnn', 32), 32, 'layer9')).toThrow(
      'unknown layer: layer9',
    );
  });
});
