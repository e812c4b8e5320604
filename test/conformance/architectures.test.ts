/** What each architecture says of its modules against what its modules do. */
import { afterAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import type { ModuleInfo } from '../../src/engine/archs/architecture.ts';
import { architectures } from '../../src/engine/archs/index.ts';
import { capture } from '../../src/engine/capture.ts';
import { sizeOf, type TensorData } from '../../src/engine/layout.ts';
import { unitGradient } from '../../src/engine/lenses/effectiveField.ts';
import { receptiveFields, type ReceptiveField } from '../../src/engine/lenses/receptiveField.ts';
import type { Run } from '../../src/engine/model.ts';
import { readManifest, shippedModel } from '../support/models.ts';
import { positiveInput, positiveModel } from '../support/positiveWeights.ts';
import { foldersIn, modelsFolder } from '../support/repository.ts';

await startNodeBackend('wasm');

/** Sides of the input at which each architecture is tried; odd ones leave rows over at every stride. */
const sizes: Readonly<Record<string, readonly number[]>> = {
  smallcnn: [8, 27, 40],
  resnet18: [64, 75],
  resnet34: [64],
};

/** Computes something; a container's output is that of the module it ends with. */
const computes = ({ returns }: ModuleInfo) => !returns;
/** Sees a part of its input only. */
const isLocal = ({ type }: ModuleInfo) => !['AdaptiveAvgPool2d', 'Linear'].includes(type);
const isSpatial = ({ outputShape }: ModuleInfo) => outputShape.length === 3;

/** First and last row and column that hold anything but exact zeros. */
function extent({ shape, data }: TensorData) {
  const [height, width] = shape as [number, number];
  const rows = Array.from({ length: height }, (_, y) =>
    data.subarray(y * width, (y + 1) * width).some((value) => value !== 0),
  );
  const columns = Array.from({ length: width }, (_, x) =>
    rows.some((_, y) => data[y * width + x] !== 0),
  );
  return [rows, columns].map((hit) => [hit.indexOf(true), hit.lastIndexOf(true)]);
}

/** First and last pixel of the field of a cell that lie on the picture. */
function clipped({ start, stride, size }: ReceptiveField, cell: number, inputSize: number) {
  const first = start + cell * stride;
  return [Math.max(0, first), Math.min(inputSize, first + size) - 1];
}

/**
 * Gradients of a cell of every spatial module by the extent of what they reach; the weights are
 * positive, so that nothing within reach is left out.
 */
async function reachOf(
  run: Run,
  modules: readonly ModuleInfo[],
  cellOf: (cells: number) => number,
) {
  const { model } = run;
  const { inputSize } = model.config;
  const fields = receptiveFields(model.modules, inputSize);
  const reached: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const { name, outputShape } of modules.filter(isSpatial)) {
    const [, rows, columns] = outputShape as [number, number, number];
    const [row, column] = [cellOf(rows), cellOf(columns)];
    const unit = { channel: 'all', row, column } as const;
    const { magnitude } = await unitGradient(run, { layer: name, unit, mixtures: 1 });
    reached[name] = extent(magnitude);
    const field = fields.get(name)!;
    expected[name] = [clipped(field, row, inputSize), clipped(field, column, inputSize)];
  }
  return { reached, expected };
}

describe('every architecture', () => {
  it('is tried at some sizes', () => {
    expect(Object.keys(sizes).sort()).toEqual(Object.keys(architectures).sort());
  });

  const cases = Object.entries(sizes).flatMap(([name, sides]) =>
    sides.map((inputSize) => ({ name, inputSize })),
  );

  describe.each(cases)('$name on $inputSize pixels', ({ name, inputSize }) => {
    const model = positiveModel(name, inputSize);
    const run = model.run(positiveInput(inputSize));
    afterAll(async () => {
      run.dispose();
      await model.dispose();
    });

    it('gives every module the shape that it states', async () => {
      const layers = model.modules.map((module) => module.name);
      const { activations } = await capture(run, { layers });
      const found = layers.map((layer) => [layer, activations[layer]!.shape.slice(1)]);
      expect(found).toEqual(model.modules.map((module) => [module.name, module.outputShape]));
      for (const layer of layers)
        expect(
          activations[layer]!.data.some((value) => value !== 0),
          layer,
        ).toBe(true);
    });

    it('lets the middle cell of every module see the pixels of its field', async () => {
      const middle = (cells: number) => Math.floor(cells / 2);
      const { reached, expected } = await reachOf(run, model.modules.filter(computes), middle);
      expect(reached).toEqual(expected);
    });

    it.each([
      ['first', () => 0],
      ['last', (cells: number) => cells - 1],
    ])('lets the %s cell see the pixels of its field wherever fields grow', async (_, cellOf) => {
      const growing = model.modules
        .filter(computes)
        .filter(({ window, inputs }) => window ?? inputs.length > 1);
      const { reached, expected } = await reachOf(run, growing, cellOf);
      expect(reached).toEqual(expected);
    });
  });

  describe.each(cases)('$name on $inputSize pixels, on paper', ({ name, inputSize }) => {
    const { modules, stages } = positiveModel(name, inputSize);
    const fields = receptiveFields(modules, inputSize);
    const named = new Map(modules.map((module) => [module.name, module]));

    it('has fields that cover the picture and begin in it', () => {
      for (const { name: layer, outputShape } of modules.filter(isSpatial)) {
        const { start, stride, size } = fields.get(layer)!;
        const end = start + (outputShape[1]! - 1) * stride + size;
        expect(start, layer).toBeLessThanOrEqual(0);
        expect(start + size, layer).toBeGreaterThan(0);
        expect(end, layer).toBeGreaterThanOrEqual(inputSize);
      }
    });

    it('has fields that never shrink along the way', () => {
      for (const { name: layer, inputs } of modules.filter(isLocal))
        for (const input of inputs)
          expect(fields.get(layer)!.size, layer).toBeGreaterThanOrEqual(fields.get(input)!.size);
    });

    it('has containers with the shape, the field, and at least the parameters, of what they return', () => {
      for (const { name: layer, returns, outputShape, parameters } of modules) {
        if (!returns) continue;
        expect(named.get(returns)!.outputShape, layer).toEqual(outputShape);
        expect(fields.get(layer), layer).toEqual(fields.get(returns));
        expect(named.get(returns)!.parameters, layer).toBeLessThanOrEqual(parameters);
      }
    });

    it('counts as many parameters in its modules as in its tensors', () => {
      const learned = stages
        .flatMap((stage) => stage.parameters)
        .filter((parameter) => !/\.running_(mean|var)$/.test(parameter.name));
      const inTensors = learned.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      expect(leafParameters(modules)).toBe(inTensors);
    });
  });
});

/** Parameters of the modules that hold no others. */
function leafParameters(modules: readonly ModuleInfo[]): number {
  return modules
    .filter(({ returns }) => !returns)
    .reduce((sum, { parameters }) => sum + parameters, 0);
}

describe('every shipped model', () => {
  it.each(foldersIn(modelsFolder))('%s has as many parameters as its manifest says', async (id) => {
    const { modules } = await shippedModel(id);
    const { parameters } = await readManifest(id);
    expect(leafParameters(modules)).toBe(parameters);
    const top = modules.filter(({ name }) => !name.includes('.'));
    expect(top.reduce((sum, module) => sum + module.parameters, 0)).toBe(parameters);
  });
});

describe('a field wider than most pictures', () => {
  it('is as wide as it should be on a picture that has room for it', async () => {
    const inputSize = 448;
    const model = positiveModel('resnet18', inputSize);
    const run = model.run(positiveInput(inputSize));
    const fields = receptiveFields(model.modules, inputSize);
    // 32 * 7 - 217 = 7 is the first pixel that cell 7 of layer4 sees, 7 + 434 the last.
    const found: Record<string, unknown> = {};
    for (const [layer, cell] of Object.entries({ layer2: 28, layer3: 14, layer4: 7 })) {
      const unit = { channel: 'all', row: cell, column: cell } as const;
      const { magnitude } = await unitGradient(run, { layer, unit, mixtures: 1 });
      found[layer] = extent(magnitude)[0];
      expect(fields.get(layer)!.start + cell * fields.get(layer)!.stride).toBe(
        extent(magnitude)[0]![0],
      );
    }
    expect(found).toEqual({ layer2: [175, 273], layer3: [119, 329], layer4: [7, 441] });
    run.dispose();
    await model.dispose();
  });
});
