import { expect, test } from 'vitest';
import type { ModelManifest } from '../../src/engine/manifest.ts';
import { Model } from '../../src/engine/model.ts';
import { openModel } from '../../src/engine/openModel.ts';
import { WeightHistory } from '../../src/engine/weightHistory.ts';
import { HttpSource, MemorySource } from '../../src/engine/weights/byteSource.ts';
import { SeededWeights } from '../../src/engine/weights/seededWeights.ts';
import { noise, readManifest, smallManifest } from '../support/models.ts';
import { modelsFolder } from '../support/repository.ts';
import { startRangeServer } from '../support/rangeServer.ts';
import { sha256, weightFile } from '../support/weightFile.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const shape = [32, 3, 3, 3];
const bytes = 4 * 32 * 27;
const epochs = [0, 2, 10].map((epoch) => ({ epoch, ...noise(shape, epoch) }));
const file = weightFile(
  epochs.map(({ epoch, data }) => ({
    name: `epoch-${epoch}`,
    dtype: 'F32',
    shape,
    bytes: new Uint8Array(data.buffer),
  })),
);

function manifestWith(tensors = file.checksums.tensors): ModelManifest {
  const history = {
    ...file.checksums,
    file: 'conv1-history.safetensors',
    sha256: sha256(file.bytes),
    tensor: 'features.0.0.weight',
    tensors,
  };
  return { ...smallManifest(), history };
}

function model({ id, architecture }: ModelManifest): Model {
  return new Model(id, architecture, new SeededWeights(1));
}

test('a history fetches each epoch when it is asked for, once', async () => {
  const server = await startRangeServer(file.bytes);
  const manifest = manifestWith();
  const history = new WeightHistory(manifest, model(manifest), () => new HttpSource(server.url));
  expect(history.epochs).toEqual([0, 2, 10]);
  expect(server.asked).toEqual([]);
  expect(await history.weights(2)).toEqual({ shape, data: epochs[1]!.data });
  expect(server.asked).toEqual([
    [0, 1024],
    [file.headerEnd + bytes, file.headerEnd + 2 * bytes],
  ]);
  expect(await history.weights(10)).toEqual({ shape, data: epochs[2]!.data });
  await history.weights(2);
  expect(server.asked).toHaveLength(3);
  await server.close();
});

test('the last epoch comes from the model, whose bytes are the same', async () => {
  const manifest = await readManifest('smallcnn-cifar10');
  const weights = new Uint8Array(
    await readFile(join(modelsFolder, manifest.id, manifest.weights.file)),
  );
  const trained = await openModel(manifest, new MemorySource(weights));
  const history = new WeightHistory(manifest, trained, () => {
    throw new Error('the file of the history was asked for');
  });
  const last = history.epochs.at(-1)!;
  expect(await history.weights(last)).toEqual(await trained.parameter('features.0.0.weight'));
  await expect(history.weights(0)).rejects.toThrow('the file of the history was asked for');
});

test('an epoch that was not kept, and bytes that are not the promised ones, are refused', async () => {
  const manifest = manifestWith({ ...file.checksums.tensors, 'epoch-2': 'f'.repeat(64) });
  const source = () => new MemorySource(file.bytes, 'the history');
  const history = new WeightHistory(manifest, model(manifest), source);
  await expect(history.weights(1)).rejects.toMatchObject({
    code: 'unknown-layer',
    message: 'unknown epoch: 1, expected one of 0, 2, 10',
  });
  await expect(history.weights(2)).rejects.toMatchObject({
    code: 'checksum-mismatch',
    message: 'tensor "epoch-2" of the history does not match the SHA-256 in its manifest',
  });
});

test('a connection that broke is opened anew when asked again', async () => {
  const server = await startRangeServer(file.bytes, { status: 500 });
  const manifest = manifestWith();
  const history = new WeightHistory(manifest, model(manifest), () => new HttpSource(server.url));
  await expect(history.weights(0)).rejects.toMatchObject({ code: 'network' });
  server.manner = 'ranges';
  expect((await history.weights(0)).data).toEqual(epochs[0]!.data);
  await server.close();
});
