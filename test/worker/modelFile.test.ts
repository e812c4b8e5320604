import { memory } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import type { ModelFile, Params, RequestKind } from '../../src/worker/protocol.ts';
import { memoryModels } from '../support/memoryModels.ts';
import { standIn } from '../support/standIn.ts';

await startNodeBackend('wasm');

const { bytes } = standIn({ name: 'smallcnn', inputChannels: 3, inputSize: 32, classCount: 4 });
const file: ModelFile = { file: new Blob([bytes]), name: 'my.safetensors', inputSize: 16 };
const bitmap = { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(90) };
const picture = { key: 'grey', bitmap };
const target = { kind: 'logit', class: 'predicted' } as const;

let dispatcher: Dispatcher;
let lastId: number;
beforeEach(async () => {
  dispatcher = new Dispatcher(await memoryModels());
  lastId = 0;
});
const ask = <K extends RequestKind>(kind: K, params: Params<K>) =>
  dispatcher.request(++lastId, kind, params);

describe("a state dict of the reader's own", () => {
  it('answers as any model does, and so does its untrained twin', async () => {
    const opened = await ask('openModel', { model: 'own:1', ...file });
    expect(opened).toMatchObject({
      ok: true,
      value: {
        id: 'own:1',
        title: 'SmallCNN, my.safetensors',
        architecture: { name: 'smallcnn', inputSize: 16 },
        labels: ['class 0', 'class 1', 'class 2', 'class 3'],
      },
    });
    expect(await ask('describe', { model: 'own:1' })).toEqual(opened);
    for (const model of ['own:1', 'own:1@untrained'])
      expect(await ask('capture', { model, picture, target })).toMatchObject({
        ok: true,
        value: { logits: { length: 4 } },
      });
  });

  it('is known to requests that came right after it', async () => {
    const [, described] = await Promise.all([
      ask('openModel', { model: 'own:1', ...file, labels: ['a', 'b', 'c', 'd'] }),
      ask('describe', { model: 'own:1' }),
    ]);
    expect(described).toMatchObject({ ok: true, value: { labels: ['a', 'b', 'c', 'd'] } });
  });

  it.each([
    ['invalid-option', { labels: ['a', 'b'] }, 'got 2 labels, expected 4'],
    ['invalid-weights', { file: new Blob(['nothing']) }, 'my.safetensors'],
    ['invalid-option', { inputSize: 4 }, '4'],
  ] as const)(
    'is refused with "%s"; whoever asks for it hears the same',
    async (code, change, why) => {
      const [opened, described] = await Promise.all([
        ask('openModel', { model: 'own:1', ...file, ...change }),
        ask('describe', { model: 'own:1' }),
      ]);
      expect(opened).toMatchObject({ ok: false, code, message: expect.stringContaining(why) });
      expect(described).toEqual(opened);
    },
  );

  it('leaves nothing behind when it is closed', async () => {
    const before = memory().numTensors;
    await ask('openModel', { model: 'own:1', ...file });
    await ask('capture', { model: 'own:1', picture, target });
    await ask('capture', { model: 'own:1@untrained', picture, target });
    expect(memory().numTensors).toBeGreaterThan(before);
    await ask('closeModel', { model: 'own:1' });
    expect(memory().numTensors).toBe(before);
    expect(await ask('describe', { model: 'own:1' })).toMatchObject({ code: 'unknown-model' });
  });
});
