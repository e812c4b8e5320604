import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import type { Params } from '../../src/worker/protocol.ts';
import { flatPicture } from '../support/flatPicture.ts';
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

const search = (): Params<'patches'> => ({
  model,
  picture: flatPicture('a'),
  layer: 'features.4',
  crops: 'all',
});

describe("a search of a picture's crops", () => {
  it('lets others go ahead between two crops', async () => {
    const order: string[] = [];
    const note = (name: string) => (reply: { ok: boolean }) => {
      order.push(name);
      return reply.ok;
    };
    const found = dispatcher.request(++lastId, 'patches', search()).then(note('search'));
    const capture = { model, picture: flatPicture('b'), layers: ['features.0'] };
    const other = dispatcher.request(++lastId, 'capture', capture).then(note('other'));
    expect(await Promise.all([found, other])).toEqual([true, true]);
    expect(order).toEqual(['other', 'search']);
  });

  it('can be stopped between two crops, and leaves nothing behind', async () => {
    const before = memory().numTensors;
    const id = ++lastId;
    const found = dispatcher.request(id, 'patches', search());
    const capture = { model, picture: flatPicture('b'), layers: ['features.0'] };
    await dispatcher.request(++lastId, 'capture', capture);
    dispatcher.cancel(id);
    expect(await found).toMatchObject({ ok: false, code: 'aborted' });
    expect(memory().numTensors).toBe(before);
  });
});
