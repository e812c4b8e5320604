import { expect, it } from 'vitest';
import { diskModelFiles } from '../../cli/nodeModels.ts';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import type { ByteSource } from '../../src/engine/weights/byteSource.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import type { ModelFiles } from '../../src/worker/models.ts';
import { flatPicture } from '../support/flatPicture.ts';
import { memoryModels } from '../support/memoryModels.ts';

await startNodeBackend('wasm');

const picture = flatPicture('a');

it('the dispatcher answers with the raw maps that conventions begin with', async () => {
  const models = await memoryModels();
  const dispatcher = new Dispatcher(models);
  const asked = { model: models.manifestOf.id, picture, class: 2 };
  const cam = await dispatcher.request(1, 'conventions', { ...asked, subject: 'grad-cam' });
  expect(cam).toMatchObject({ ok: true, value: { class: 2, taps: { after: 'features.4' } } });
  const saliency = await dispatcher.request(2, 'conventions', { ...asked, subject: 'saliency' });
  expect(saliency).toMatchObject({
    ok: true,
    value: { maps: { logit: { 'signed.sum': { shape: [8, 8] } } } },
  });
});

it('the dispatcher answers with PyTorch’s numbers where a model has them', async () => {
  const models = await memoryModels();
  const without = new Dispatcher(models);
  const { id: model } = models.manifestOf;
  expect(await without.request(1, 'conventionGoldens', { model })).toEqual({
    ok: true,
    value: undefined,
  });
  const shipped = new Dispatcher(diskModelFiles());
  const found = await shipped.request(1, 'conventionGoldens', { model: 'smallcnn-cifar10' });
  expect(found).toMatchObject({
    ok: true,
    value: { picture: 'horse', tables: { saliency: { shape: [3, 4, 4, 11] } } },
  });
});

it('no other request waits for PyTorch’s numbers to arrive', async () => {
  const disk = diskModelFiles();
  const { promise: arrival, resolve: arrive } = Promise.withResolvers<void>();
  const files: ModelFiles = {
    ...disk,
    source(folder, weights) {
      const found = disk.source(folder, weights);
      const late = weights.file === 'conventions.safetensors' ? arrival : undefined;
      const read: ByteSource['read'] = async (...range) => {
        await late;
        return found.read(...range);
      };
      return { label: found.label, size: found.size, read };
    },
  };
  const dispatcher = new Dispatcher(files);
  const model = 'smallcnn-cifar10';
  const numbers = dispatcher.request(1, 'conventionGoldens', { model });
  const described = await dispatcher.request(2, 'describe', { model });
  expect(described).toMatchObject({ ok: true, value: { id: model } });
  arrive();
  expect(await numbers).toMatchObject({ ok: true, value: { picture: 'horse' } });
});
