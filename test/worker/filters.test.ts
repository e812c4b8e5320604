import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import type { Params, RequestKind, Result } from '../../src/worker/protocol.ts';
import { memoryModels } from '../support/memoryModels.ts';

await startNodeBackend('wasm');

let dispatcher: Dispatcher;
let model: string;
let lastId = 0;

beforeAll(async () => {
  const models = await memoryModels();
  dispatcher = new Dispatcher(models);
  model = models.manifestOf.id;
});

async function ask<K extends RequestKind>(kind: K, params: Params<K>): Promise<Result<K>> {
  const reply = await dispatcher.request(++lastId, kind, params);
  if (!reply.ok) throw Object.assign(new Error(reply.message), { code: reply.code });
  return reply.value;
}

describe('the worker', () => {
  it('takes a census, and does not take it twice', async () => {
    const census = await ask('filters', { model });
    expect(census).toMatchObject({
      model,
      layer: 'features.0.0',
      weights: { shape: [32, 3, 3, 3] },
    });
    expect(Object.values(census.counts).reduce((a, b) => a + b)).toBe(32);
    expect(await ask('filters', { model, layer: 'features.0.0' })).toBe(census);
  });

  it('draws kernels, and finds the filters that resemble them', async () => {
    const kernel = await ask('kernel', { kind: 'sobel', size: 3, towards: 90 });
    expect([...kernel.data].map((value) => Math.round(value) + 0)).toEqual([
      1, 2, 1, 0, 0, 0, -1, -2, -1,
    ]);
    const { layer, matches } = await ask('similarFilters', { model, kernel, eitherSign: true });
    expect(layer).toBe('features.0.0');
    expect(matches.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 32 }, (_, index) => index),
    );
    const strengths = matches.map(({ similarity }) => Math.abs(similarity));
    expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
    expect(strengths[0]).toBeLessThanOrEqual(1);
  });

  it('can be stopped in the middle of a census', async () => {
    const id = ++lastId;
    const twin = dispatcher.request(id, 'filters', { model: `${model}@untrained` });
    setTimeout(() => dispatcher.cancel(id), 50);
    expect(await twin).toMatchObject({ ok: false, code: 'aborted' });
    expect((await ask('filters', { model: `${model}@untrained` })).filters).toHaveLength(32);
  });

  it('says what it cannot do', async () => {
    await expect(ask('filters', { model, layer: 'features.1.0' })).rejects.toMatchObject({
      code: 'invalid-weights',
    });
    await expect(ask('kernel', { kind: 'gabor', size: 1 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});
