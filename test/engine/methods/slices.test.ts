import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/engine/methods/method.ts';
import { inSlices } from '../../../src/engine/methods/slices.ts';
import { Turns } from '../../../src/worker/turns.ts';

const evidence = (value: number): Evidence => ({
  map: { shape: [1, 1], data: Float32Array.of(value) },
  details: {},
  layer: undefined,
  target: { class: 0, value: 0 },
  logits: { shape: [1, 1], data: Float32Array.of(0) },
});

describe('work in slices', () => {
  it('runs every slice once, in order, and reports the last step', async () => {
    const seen: number[] = [];
    const steps: unknown[] = [];
    const onStep = (step: unknown) => steps.push(step);
    await inSlices(3, { onStep }, (index) => void seen.push(index));
    expect(seen).toEqual([0, 1, 2]);
    expect(steps).toEqual([{ done: 3, total: 3 }]);
  });

  it('tells of the map so far as often as is wanted', async () => {
    const told: unknown[] = [];
    await inSlices(
      3,
      {
        reportEvery: 0,
        onStep: (step) => told.push(step),
        onPartial: ({ map }, step) => told.push([map.data[0], step.done]),
      },
      () => undefined,
      (done) => evidence(10 * done),
    );
    expect(told).toEqual([
      { done: 1, total: 3 },
      [10, 1],
      { done: 2, total: 3 },
      [20, 2],
      { done: 3, total: 3 },
    ]);
  });

  it('stops between slices when the request is cancelled, by a message as well', async () => {
    const controller = new AbortController();
    let slices = 0;
    const work = inSlices(100, { signal: controller.signal, reportEvery: 0 }, () => {
      slices++;
      if (slices === 2) setTimeout(() => controller.abort(), 0);
    });
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect(slices).toBeLessThan(10);
  });

  it('lets others have their turn', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const long = turns.take((waiting) =>
      inSlices(2, { waiting, reportEvery: 0 }, (index) => void order.push(`slice ${index}`)),
    );
    const other = turns.take(async () => void order.push('other'));
    await Promise.all([long, other]);
    expect(order).toEqual(['slice 0', 'other', 'slice 1']);
  });
});
