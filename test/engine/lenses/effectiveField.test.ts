import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../src/engine/capture.ts';
import { unitGradient, type Unit } from '../../../src/engine/lenses/effectiveField.ts';
import type { TensorData } from '../../../src/engine/layout.ts';
import type { Model } from '../../../src/engine/model.ts';
import { onEachBackend } from '../../support/backends.ts';
import { relativeError } from '../../support/closeness.ts';
import { noise, smallModel } from '../../support/models.ts';
import { positiveInput, positiveModel } from '../../support/positiveWeights.ts';

/** Rows and columns that hold anything but exact zeros: `[first, last]` of each. */
function extent({ shape, data }: TensorData) {
  const width = shape[1]!;
  const rows: number[] = [];
  const columns: number[] = [];
  data.forEach((value, i) => {
    if (value === 0) return;
    rows.push(Math.floor(i / width));
    columns.push(i % width);
  });
  const ends = (values: number[]) => [Math.min(...values), Math.max(...values)];
  return { rows: ends(rows), columns: ends(columns), cells: rows.length };
}

const unit = (channel: Unit['channel'], row: number, column: number): Unit => ({
  channel,
  row,
  column,
});

/** Central differences of one unit with respect to every input, `[3, size, size]` flat. */
async function numericGradient(model: Model, input: TensorData, layer: string, at: Unit) {
  const step = 0.05;
  const value = async (index: number, by: number) => {
    const run = model.run({
      ...input,
      data: input.data.map((v, i) => (i === index ? v + by : v)),
    });
    const { activations } = await capture(run, { layers: [layer] });
    run.dispose();
    const [, , height, width] = activations[layer]!.shape as [number, number, number, number];
    const k = ((at.channel as number) * height + at.row) * width + at.column;
    return activations[layer]!.data[k]!;
  };
  const gradient: number[] = [];
  for (let i = 0; i < input.data.length; i++)
    gradient.push(((await value(i, step)) - (await value(i, -step))) / (2 * step));
  return gradient;
}

describe("a unit's gradient", () => {
  onEachBackend(() => {
    it('agrees with finite differences at every input', async () => {
      const model = positiveModel('smallcnn', 8);
      const input = positiveInput(8);
      const at = unit(7, 1, 2);
      const layer = 'features.2.0';
      const numeric = await numericGradient(model, input, layer, at);
      const expected = Array.from({ length: 64 }, (_, i) =>
        Math.hypot(numeric[i]!, numeric[64 + i]!, numeric[128 + i]!),
      );
      const run = model.run(input);
      const { magnitude, value } = await unitGradient(run, { layer, unit: at });
      expect(magnitude.shape).toEqual([8, 8]);
      expect(relativeError(magnitude.data, expected)).toBeLessThan(2e-3);
      const { activations } = await capture(run, { layers: [layer] });
      expect(value).toBe(activations[layer]!.data[(7 * 4 + 1) * 4 + 2]);
      run.dispose();
      await model.dispose();
    });

    it('is above zero in every pixel of the field and nowhere else', async () => {
      const model = positiveModel('smallcnn', 48);
      const run = model.run(positiveInput(48));
      // 29 pixels from 8 * 3 - 14 on; of the first cell's field 14 rows are padding.
      const inner = await unitGradient(run, { layer: 'features.5', unit: unit(3, 3, 3) });
      expect(inner.field).toEqual({ size: 29, stride: 8, start: -14 });
      expect(extent(inner.magnitude)).toEqual({
        rows: [10, 38],
        columns: [10, 38],
        cells: 29 * 29,
      });
      const corner = await unitGradient(run, { layer: 'features.5', unit: unit(3, 0, 5) });
      expect(extent(corner.magnitude)).toEqual({
        rows: [0, 14],
        columns: [26, 47],
        cells: 15 * 22,
      });
      run.dispose();
      await model.dispose();
    });

    it('of all channels has the mean of their energies', async () => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      const layer = 'features.0.0';
      const energy = new Float64Array(64);
      for (let channel = 0; channel < 32; channel++) {
        const one = await unitGradient(run, { layer, unit: unit(channel, 4, 4) });
        one.magnitude.data.forEach((value, i) => (energy[i]! += value ** 2 / 32));
      }
      const all = await unitGradient(run, { layer, unit: unit('all', 4, 4), mixtures: 400 });
      const squares = all.magnitude.data.map((value) => value ** 2);
      // Signs make errors of about the square root of 2 / 400 in each pixel.
      expect(relativeError(squares, energy)).toBeLessThan(0.2);
      expect(all.value).toBeUndefined();
      run.dispose();
      await model.dispose();
    });

    it('leaves no tensor behind, and is the same again', async () => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      const request = { layer: 'features.3.0', unit: unit('all', 1, 0) };
      const first = await unitGradient(run, request);
      const before = memory().numTensors;
      expect(await unitGradient(run, request)).toEqual(first);
      expect(memory().numTensors).toBe(before);
      run.dispose();
      await model.dispose();
    });

    it('computes no further than the layer', async () => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      await unitGradient(run, { layer: 'features.1', unit: unit(0, 1, 1) });
      expect(run.trace.has('features.1')).toBe(true);
      expect(run.trace.has('features.2.0')).toBe(false);
      run.dispose();
      await model.dispose();
    });

    it('stops between two passes when it is cancelled', async () => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      const cancelled = new AbortController();
      const asked = unitGradient(run, {
        layer: 'features.3',
        unit: unit('all', 0, 0),
        mixtures: 1e5,
        signal: cancelled.signal,
      });
      setTimeout(() => cancelled.abort(), 20);
      await expect(asked).rejects.toMatchObject({ code: 'aborted' });
      run.dispose();
      await model.dispose();
    });
  });
});

describe('the effective field', () => {
  onEachBackend(() => {
    it('of one convolution follows from its weights', async () => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      const { data } = await model.parameter('features.0.0.weight');
      const weights = data.subarray(4 * 27, 5 * 27);
      const energy = weights.reduce((sum, w) => sum + w * w, 0);
      const middle = [4, 13, 22].reduce((sum, k) => sum + weights[k]! ** 2, 0);
      const found = await unitGradient(run, { layer: 'features.0.0', unit: unit(4, 3, 5) });
      expect(found.shares[0]).toBeCloseTo(middle / energy, 5);
      expect([...found.shares.subarray(1)].every((share) => Math.abs(share - 1) < 1e-6)).toBe(true);
      expect(found).toMatchObject({ size: 3, halfSize: middle / energy >= 0.5 ? 1 : 3 });
      run.dispose();
      await model.dispose();
    });

    it('is nothing where a ReLU is shut', async () => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      const layer = 'features.0';
      const { activations } = await capture(run, { layers: [layer] });
      const shut = activations[layer]!.data.indexOf(0);
      const at = unit(Math.floor(shut / 64), Math.floor((shut % 64) / 8), shut % 8);
      const found = await unitGradient(run, { layer, unit: at });
      expect(found).toMatchObject({ value: 0, size: 0, halfSize: 0 });
      expect(found.shares.every((share) => share === 0)).toBe(true);
      run.dispose();
      await model.dispose();
    });
  });
});

describe('a unit that is not there', () => {
  onEachBackend(() => {
    it.each([
      ['features.0', unit(32, 0, 0), 'invalid-option'],
      ['features.0', unit(0, 8, 0), 'invalid-option'],
      ['features.0', unit(0, 0, -1), 'invalid-option'],
      ['features.0', unit(0.5, 0, 0), 'invalid-option'],
      ['head', unit(0, 0, 0), 'no-spatial-extent'],
      ['nowhere', unit(0, 0, 0), 'unknown-layer'],
    ])('%s %o is refused', async (layer, at, code) => {
      const model = smallModel(8);
      const run = model.run(noise([1, 3, 8, 8]));
      await expect(unitGradient(run, { layer, unit: at })).rejects.toMatchObject({ code });
      run.dispose();
      await model.dispose();
    });
  });
});
