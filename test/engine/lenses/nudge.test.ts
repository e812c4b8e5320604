import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { nudgedInputs, type Nudge } from '../../../src/engine/lenses/nudge.ts';
import { vary } from '../../../src/engine/lenses/variations.ts';
import type { TensorData } from '../../../src/engine/layout.ts';
import { Model } from '../../../src/engine/model.ts';
import type { ParameterSpec } from '../../../src/engine/archs/architecture.ts';
import { sizeOf } from '../../../src/engine/layout.ts';
import { onEachBackend } from '../../support/backends.ts';
import { positiveInput, positiveModel } from '../../support/positiveWeights.ts';

const preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const target = { kind: 'logit', class: 3 } as const;

const nudge = (more: Partial<Nudge>): Nudge => ({
  kind: 'nudge',
  pixels: [{ x: 0, y: 0 }],
  channels: [1, 0, 0],
  amounts: [51],
  clip: false,
  ...more,
});

/**
 * SmallCNN whose first channel hands on the red of the top left pixel: every filter of that channel is
 * 1 in its middle and 0 elsewhere, BatchNorm does nothing, and each logit is 2 relu(red) + 1.
 */
function handOn(): Model {
  const values = ({ name, shape }: ParameterSpec) => {
    const data = new Float32Array(sizeOf(shape));
    // BatchNorm divides by the root of variance + 1e-5.
    if (name.endsWith('running_var')) return data.fill(1 - 1e-5);
    if (name.endsWith('.1.weight') || name === 'head.bias') return data.fill(1);
    if (name.endsWith('.0.weight')) data[4] = 1;
    if (name === 'head.weight') for (let c = 0; c < shape[0]!; c++) data[c * shape[1]!] = 2;
    return data;
  };
  const weights = {
    load: async (specs: readonly ParameterSpec[]) =>
      new Map(specs.map((spec) => [spec.name, values(spec)])),
  };
  const config = { name: 'smallcnn', inputChannels: 3, inputSize: 8, classCount: 10 };
  return new Model('hands-on', config, weights);
}

/** Every value the same, given in levels of 0 to 255. */
const grey = (level: number): TensorData => ({
  shape: [1, 3, 8, 8],
  data: new Float32Array(192).fill((level / 255 - 0.5) / 0.25),
});

describe('nudged inputs', () => {
  it('move by levels over 255 and over the deviation, in the channels and pixels named', () => {
    const at = nudge({ pixels: [{ x: 2, y: 1 }], channels: [0, 1, -0.5], amounts: [51, 0] });
    const [moved, same] = nudgedInputs(at, grey(102), preprocessing);
    const differences = Array.from(moved!, (value, i) => value - grey(102).data[i]!);
    const changed = differences.flatMap((by, i) => (by === 0 ? [] : [[i, by]]));
    // 51 levels are 0.2 of the range, 0.8 deviations.
    expect(changed.map(([i]) => i)).toEqual([64 + 10, 128 + 10]);
    expect(changed[0]![1]).toBeCloseTo(0.8, 6);
    expect(changed[1]![1]).toBeCloseTo(-0.4, 6);
    expect(same).toEqual(grey(102).data);
  });

  it('stop at black and white where that is asked for', () => {
    const at = nudge({ channels: [1, 1, 1], amounts: [-128, 128], clip: true });
    const [dark, light] = nudgedInputs(at, grey(204), preprocessing);
    // 204 - 128 = 76 is free; 204 + 128 stops at 255, (1 - 0.5) / 0.25.
    expect(dark![0]).toBeCloseTo((76 / 255 - 0.5) / 0.25, 5);
    expect(light![0]).toBeCloseTo(2, 6);
    const [beyond] = nudgedInputs({ ...at, amounts: [128], clip: false }, grey(204), preprocessing);
    expect(beyond![0]).toBeCloseTo((332 / 255 - 0.5) / 0.25, 5);
  });

  it('are refused outside the picture, and for channels that it does not have', () => {
    const outside = nudge({ pixels: [{ x: 8, y: 0 }] });
    expect(() => nudgedInputs(outside, grey(0), preprocessing)).toThrow(
      'invalid pixel: column 8, row 0, expected less than 8 and 8',
    );
    expect(() => nudgedInputs(nudge({ channels: [1] }), grey(0), preprocessing)).toThrow(
      'got 1 shares, expected one for each of 3 channels',
    );
  });
});

describe('a nudge', () => {
  onEachBackend(() => {
    it('is foretold by the gradient up to the kink of a ReLU and not beyond', async () => {
      const model = handOn();
      const run = model.run(grey(178.5));
      // Red is (0.7 - 0.5) / 0.25 = 0.8, and 25.5 levels are 0.4.
      const variation = nudge({ amounts: [-127.5, -51, -25.5, 0, 25.5, 51] });
      const {
        target: own,
        values,
        predicted,
        gradients,
        views,
      } = await vary(run, {
        target,
        variation,
        preprocessing,
      });
      expect(own.value).toBeCloseTo(2 * 0.8 + 1, 5);
      const line = [-1.4, 1, 1.8, 2.6, 3.4, 4.2];
      predicted.forEach((value, i) => expect(value).toBeCloseTo(line[i]!, 4));
      const truth = [1, 1, 1.8, 2.6, 3.4, 4.2];
      values.forEach((value, i) => expect(value).toBeCloseTo(truth[i]!, 4));
      expect(gradients).toBeUndefined();
      expect([0, 2, 4].map((i) => views[i]!.data[0])).toEqual([51, 153, 204]);
      run.dispose();
      await model.dispose();
    });

    it('of nothing that the score depends on changes nothing', async () => {
      const model = handOn();
      const run = model.run(grey(178.5));
      const green = nudge({ channels: [0, 1, 1], amounts: [100] });
      const elsewhere = nudge({ pixels: [{ x: 1, y: 0 }], amounts: [100] });
      for (const variation of [green, elsewhere]) {
        const {
          target: own,
          values,
          predicted,
        } = await vary(run, {
          target,
          variation,
          preprocessing,
        });
        expect(values).toEqual([own.value]);
        expect(predicted).toEqual([own.value]);
      }
      run.dispose();
      await model.dispose();
    });

    it('agrees with the gradient for small amounts, whatever is explained, and leaves no tensor behind', async () => {
      const model = positiveModel('smallcnn', 8);
      const run = model.run(positiveInput(8));
      const pixels = [3, 4, 5].flatMap((x) => [2, 3, 4].map((y) => ({ x, y })));
      let before = 0;
      for (const kind of ['logit', 'difference'] as const) {
        // The first backward pass makes kernels that are kept.
        before = memory().numTensors;
        const small = nudge({ pixels, channels: [1, 0.5, -0.2], amounts: [-1, 1] });
        const { values, predicted } = await vary(run, {
          target: { kind, class: 3 },
          variation: small,
          preprocessing,
        });
        const slope = (of: readonly number[]) => of[1]! - of[0]!;
        expect(Math.abs(slope(predicted))).toBeGreaterThan(1e-5);
        expect(slope(values) / slope(predicted)).toBeCloseTo(1, 2);
      }
      expect(memory().numTensors).toBe(before);
      run.dispose();
      await model.dispose();
    });
  });
});
