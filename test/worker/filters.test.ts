import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import type { Params, RequestKind } from '../../src/worker/protocol.ts';
import { memoryModels } from '../support/memoryModels.ts';
import { value } from '../support/reply.ts';

await startNodeBackend('wasm');

let dispatcher: Dispatcher;
let model: string;
let lastId = 0;

beforeAll(async () => {
  const models = await memoryModels();
  dispatcher = new Dispatcher(models);
  model = models.manifestOf.id;
});

const ask = <K extends RequestKind>(kind: K, params: Params<K>) =>
  value(dispatcher.request(++lastId, kind, params));

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
  });
});
