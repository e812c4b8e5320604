import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../../cli/nodeBackend.ts';
import { vary, type Variation } from '../../../src/engine/lenses/variations.ts';
import { methodNamed } from '../../../src/engine/methods/index.ts';
import type { Model, Run } from '../../../src/engine/model.ts';
import { relativeError } from '../../support/closeness.ts';
import { noise, smallModel } from '../../support/models.ts';

const preprocessing = { mean: [0.5, 0.4, 0.45], std: [0.25, 0.2, 0.3] };
const target = { kind: 'logit', class: 'predicted' } as const;

let model: Model;
let run: Run;
beforeAll(async () => {
  await startNodeBackend('wasm');
  model = smallModel();
  run = model.run(noise([1, 3, 8, 8], 4));
});

const varied = (variation: Variation) => vary(run, { target, variation, preprocessing });
const path = (more: Partial<Extract<Variation, { kind: 'path' }>> = {}): Variation => ({
  kind: 'path',
  baseline: 'black',
  rule: 'midpoint',
  steps: 6,
  seed: 1,
  first: 0,
  count: 6,
  ...more,
});

describe('noisy copies', () => {
  it('are those that SmoothGrad averages, however they are asked for', async () => {
    const options = { samples: 5, sigma: 0.2, seed: 7 };
    const method = await methodNamed('smoothgrad');
    const { details } = await method.explain(run, { target, options });
    const parts = [
      await varied({ kind: 'noise', sigma: 0.2, seed: 7, first: 0, count: 2 }),
      await varied({ kind: 'noise', sigma: 0.2, seed: 7, first: 2, count: 3 }),
    ];
    const mean = Float32Array.from({ length: 192 }, (_, i) => {
      const samples = parts.flatMap(({ gradients }) => {
        const [count] = gradients!.shape;
        return Array.from({ length: count! }, (_, n) => gradients!.data[n * 192 + i]!);
      });
      return samples.reduce((sum, value) => sum + value, 0) / 5;
    });
    expect(relativeError(mean, details['gradient']!.data)).toBeLessThan(1e-5);
  });

  it('without noise are the picture, where the prediction is exact', async () => {
    const {
      target: own,
      values,
      predicted,
    } = await varied({
      kind: 'noise',
      sigma: 0,
      seed: 1,
      first: 0,
      count: 2,
    });
    expect(values).toEqual([own.value, own.value]);
    expect(predicted).toEqual(values);
  });
});

describe('points of a path', () => {
  it.each(['midpoint', 'gauss-legendre'] as const)(
    'add up to Integrated Gradients, by %s',
    async (rule) => {
      const method = await methodNamed('integrated-gradients');
      const { map, details } = await method.explain(run, {
        target,
        options: { baseline: 'white', steps: 6, rule },
        preprocessing,
      });
      const { path: found, values } = await varied(path({ baseline: 'white', rule }));
      const { places, weights, rates, start } = found!;
      const sum = Float32Array.from({ length: 64 }, (_, i) =>
        weights.reduce((total, weight, n) => total + weight * rates.data[n * 64 + i]!, 0),
      );
      expect(relativeError(sum, map.data)).toBeLessThan(1e-5);
      expect([0, ...places, 1].map(Math.fround)).toEqual([...details['path']!.data]);
      const inner = [...details['scores']!.data].slice(1, -1);
      values.forEach((value, n) => expect(value).toBeCloseTo(inner[n]!, 5));
      expect(start.value).toBeCloseTo(details['scores']!.data[0]!, 5);
      expect(start.view.data.every((level) => level === 255)).toBe(true);
    },
  );

  it('have rates that are slopes of the score along the path', async () => {
    const steps = 4000;
    const near = await varied(path({ steps, first: 1900, count: 2 }));
    const [from, to] = near.values as [number, number];
    const slope = near.path!.rates.data.subarray(0, 64).reduce((sum, value) => sum + value, 0);
    expect(Math.abs(slope)).toBeGreaterThan(1e-3);
    expect(((to - from) * steps) / slope).toBeCloseTo(1, 1);
  });

  it('can be asked for in parts, and none that is not there', async () => {
    const whole = await varied(path());
    const part = await varied(path({ first: 4, count: 2 }));
    expect(part.path!.places).toEqual(whole.path!.places.slice(4));
    part.values.forEach((value, n) => expect(value).toBeCloseTo(whole.values[4 + n]!, 5));
    await expect(varied(path({ first: 5, count: 2 }))).rejects.toThrow(
      'invalid part of a path: 2 points from 5 on, expected some of 0 to 5',
    );
  });
});
