import { describe, expect, it } from 'vitest';
import { architectureNamed } from '../../src/engine/archs/index.ts';
import { capture } from '../../src/engine/capture.ts';
import { Model } from '../../src/engine/model.ts';
import { SeededWeights } from '../../src/engine/weights/seededWeights.ts';
import { onEachBackend } from '../support/backends.ts';
import { noise } from '../support/models.ts';

const config = (name: string, inputSize = 64, classCount = 11) => ({
  name,
  inputChannels: 3,
  inputSize,
  classCount,
});
const network = (name: string, inputSize?: number, classCount?: number) =>
  new Model(name, config(name, inputSize, classCount), new SeededWeights(3));

/** Parameters of torchvision's models with 1,000 classes, as its documentation states them. */
const torchvisionParameters = { resnet18: 11_689_512, resnet34: 21_797_672 };

describe('residual networks', () => {
  it.each(Object.entries(torchvisionParameters))(
    '%s has as many parameters as in torchvision',
    (name, parameters) => {
      const { modules } = network(name, 224, 1000);
      const top = modules.filter((module) => !module.name.includes('.'));
      expect(top.map((module) => module.name)).toEqual(
        'conv1 bn1 relu maxpool layer1 layer2 layer3 layer4 avgpool fc'.split(' '),
      );
      expect(top.reduce((sum, module) => sum + module.parameters, 0)).toBe(parameters);
    },
  );

  it("has the text's shapes at 224 pixels", () => {
    const model = network('resnet18', 224);
    const shape = (name: string) => model.module(name).outputShape;
    expect(shape('conv1')).toEqual([64, 112, 112]);
    expect(shape('maxpool')).toEqual([64, 56, 56]);
    expect(shape('layer2')).toEqual([128, 28, 28]);
    expect(shape('layer3')).toEqual([256, 14, 14]);
    expect(shape('layer4')).toEqual([512, 7, 7]);
    expect(shape('fc')).toEqual([11]);
  });

  it('says what each module reads', () => {
    const model = network('resnet34');
    expect(model.module('layer1.0.relu').inputs).toEqual(['layer1.0.bn2', 'maxpool']);
    expect(model.module('layer3.0.relu').inputs).toEqual(['layer3.0.bn2', 'layer3.0.downsample']);
    expect(model.module('layer3.0.downsample.0').inputs).toEqual(['layer2']);
    expect(model.module('layer3.5').returns).toBe('layer3.5.relu');
    expect(model.module('layer3').returns).toBe('layer3.5');
    const names = new Set(['input', ...model.modules.map((module) => module.name)]);
    const read = model.modules.flatMap(({ inputs, returns }) => [...inputs, returns ?? 'input']);
    expect(read.filter((name) => !names.has(name))).toEqual([]);
  });

  it.each([63, 513, 100.5])('refuses an input of %d pixels', (inputSize) => {
    expect(() => architectureNamed('resnet18').stages(config('resnet18', inputSize))).toThrow(
      `invalid input size of resnet18: ${inputSize}, expected a whole number from 64 to 512`,
    );
  });

  onEachBackend(() => {
    it.each([64, 75])('runs on %d pixels and taps every module', async (inputSize) => {
      const model = network('resnet18', inputSize, 3);
      const layers = model.modules.map(({ name }) => name);
      const run = model.run(noise([1, 3, inputSize, inputSize]));
      const { activations, logits } = await capture(run, {
        layers,
        target: { kind: 'logit', class: 0 },
      });
      expect(logits!.shape).toEqual([1, 3]);
      for (const { name, outputShape } of model.modules)
        expect(activations[name]!.shape.slice(1)).toEqual(name === 'fc' ? [3] : [...outputShape]);
      run.dispose();
      await model.dispose();
    });
  });
});
