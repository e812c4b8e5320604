import { describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../../cli/nodeBackend.ts';
import { batchSize, fixedTarget, spreadOrder } from '../../../src/engine/methods/batches.ts';
import { MeanOfSamples } from '../../../src/engine/methods/meanOfSamples.ts';
import { smoothGrad } from '../../../src/engine/methods/smoothGrad.ts';
import { noise, smallModel } from '../../support/models.ts';

describe('batches', () => {
  it('visit any part of a range early', () => {
    expect(spreadOrder(8)).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
    expect(spreadOrder(50).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
    const first = spreadOrder(64).slice(0, 16);
    expect(first.reduce((a, b) => a + b, 0) / 16).toBeCloseTo(30, 5);
  });

  it('hold fewer large pictures than small ones, and one at least', async () => {
    await startNodeBackend('wasm');
    const sizes = [32, 128, 1024].map((side) => batchSize(smallModel(side)));
    expect(sizes[0]).toBe(16);
    // 3,440,778 values of four bytes, of which 64 MiB hold 4.9.
    expect(sizes[1]).toBe(4);
    expect(sizes[2]).toBe(1);
  });

  it('tell their progress in samples', async () => {
    await startNodeBackend('wasm');
    const model = smallModel();
    const run = model.run(noise([1, 3, 8, 8], 5));
    const steps: unknown[] = [];
    const partials: unknown[] = [];
    await smoothGrad.explain(run, {
      target: { kind: 'logit', class: 3 },
      options: { samples: 20 },
      reportEvery: 0,
      onStep: (progress) => steps.push(progress),
      onPartial: (_, progress) => partials.push(progress),
    });
    run.dispose();
    await model.dispose();
    expect(steps).toEqual([
      { done: 16, total: 20 },
      { done: 20, total: 20 },
    ]);
    expect(partials).toEqual([{ done: 16, total: 20 }]);
  });

  it('explain the classes that the picture itself decided', () => {
    const target = { kind: 'difference', class: 'predicted', against: 'runner-up' } as const;
    expect(fixedTarget(target, { class: 2, against: 7, value: 1 })).toEqual({
      kind: 'difference',
      class: 2,
      against: 7,
    });
  });
});

describe('MeanOfSamples', () => {
  it('has mean, mean square, variance and the standard error of the mean', () => {
    const samples = new MeanOfSamples(2);
    for (const value of [1, 2, 6]) samples.add([value, 5]);
    expect([...samples.mean()]).toEqual([3, 5]);
    expect(samples.meanSquare()[0]).toBeCloseTo(41 / 3, 5);
    expect([...samples.variance()]).toEqual([Math.fround(41 / 3 - 9), 0]);
    // Sample variance 7, of three samples.
    expect(samples.standardError()![0]).toBeCloseTo(Math.sqrt(7 / 3), 6);
    expect(samples.standardError()![1]).toBe(0);
  });

  it('has no standard error of one sample', () => {
    const samples = new MeanOfSamples(1);
    samples.add([4]);
    expect(samples.standardError()).toBeUndefined();
  });
});
