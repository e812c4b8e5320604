import { profile } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { capture, type CaptureRequest } from '../../src/engine/capture.ts';
import { RecentGradients } from '../../src/engine/recentGradients.ts';
import { noise, smallModel } from '../support/models.ts';

const gradientOf = (...values: number[]) => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

describe('recent gradients', () => {
  it('are copies, going in and coming out', () => {
    const store = new RecentGradients();
    const given = gradientOf(1, 2);
    store.put('a', given);
    given.data[0] = 9;
    const taken = store.take('a')!;
    expect([...taken.data]).toEqual([1, 2]);
    taken.data[1] = 9;
    expect([...store.take('a')!.data]).toEqual([1, 2]);
    expect(store.take('b')).toBeUndefined();
  });

  it('are forgotten in the order of their last use when they take too much room', () => {
    const store = new RecentGradients(16);
    store.put('a', gradientOf(1, 2));
    store.put('b', gradientOf(3, 4));
    store.take('a');
    expect(store.bytes).toBe(16);
    store.put('c', gradientOf(5));
    expect(store.take('b')).toBeUndefined();
    expect(store.take('a')).toEqual(gradientOf(1, 2));
    expect(store.bytes).toBe(12);
    store.put('d', gradientOf(1, 2, 3, 4, 5));
    expect(store.bytes).toBe(0);
  });
});

describe('a capture', () => {
  beforeAll(() => startNodeBackend('wasm'));
  const logit = (index: number) => ({ kind: 'logit', class: index }) as const;

  /** How many convolutions a capture takes, and what it finds. */
  async function counted(
    run: ReturnType<ReturnType<typeof smallModel>['run']>,
    request: CaptureRequest,
  ) {
    let found: Awaited<ReturnType<typeof capture>> | undefined;
    const { kernels } = await profile(async () => {
      found = await capture(run, request);
      return [];
    });
    return {
      found: found!,
      convolutions: kernels.filter(({ name }) => name === 'Conv2D').length,
    };
  }

  it('takes a backward pass once for each target, rule and layer', async () => {
    const model = smallModel();
    const run = model.run(noise([1, 3, 8, 8]));
    const request = { target: logit(3), gradients: ['input', 'features.4'] };
    const first = await counted(run, request);
    expect(first.convolutions).toBeGreaterThan(6);
    const again = await counted(run, request);
    expect(again.convolutions).toBe(0);
    expect(again.found).toEqual(first.found);

    const fresh = model.run(noise([1, 3, 8, 8]));
    for (const other of [
      { ...request, target: logit(4) },
      { ...request, target: { kind: 'probability', class: 3 } as const },
      { ...request, reluRule: 'guided' as const },
      { ...request, gradients: ['features.3'] },
    ]) {
      const { found, convolutions } = await counted(run, other);
      expect(convolutions).toBeGreaterThan(0);
      expect(found.gradients).not.toEqual(first.found.gradients);
      expect(found.gradients).toEqual((await capture(fresh, other)).gradients);
    }
    expect(run.bytes).toBeGreaterThan(run.trace.bytes);
    run.dispose();
    fresh.dispose();
    await model.dispose();
  });

  it('goes back only for the layers that are missing', async () => {
    const model = smallModel();
    const run = model.run(noise([1, 3, 8, 8]));
    await capture(run, { target: logit(3), gradients: ['input'] });
    const { found, convolutions } = await counted(run, {
      target: logit(3),
      gradients: ['input', 'features.5'],
    });
    expect(convolutions).toBe(0);
    expect(Object.keys(found.gradients)).toEqual(['input', 'features.5']);
    run.dispose();
    await model.dispose();
  });

  it('keeps none of a batch', async () => {
    const model = smallModel();
    const run = model.run(noise([2, 3, 8, 8]));
    await capture(run, { target: logit(3), gradients: ['input'] });
    expect(run.gradients.bytes).toBe(0);
    run.dispose();
    await model.dispose();
  });
});
