import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { HttpSource } from '../../src/engine/weights/byteSource.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import type { Params, RequestKind } from '../../src/worker/protocol.ts';
import { flatPicture } from '../support/flatPicture.ts';
import { memoryModels } from '../support/memoryModels.ts';
import { startRangeServer, type RangeServer } from '../support/rangeServer.ts';
import { value } from '../support/reply.ts';

await startNodeBackend('wasm');
const models = await memoryModels();
const model = models.manifestOf.id;

let server: RangeServer;
let dispatcher: Dispatcher;
let lastId = 0;

function ask<K extends RequestKind>(kind: K, params: Params<K>) {
  return dispatcher.request(++lastId, kind, params);
}

describe('while weights are on their way', () => {
  beforeEach(async () => {
    const { file, sha256 } = models.manifestOf.weights;
    const source = models.source(model, { file, sha256 });
    server = await startRangeServer(await source.read(0, source.size!));
    dispatcher = new Dispatcher({ ...models, source: () => new HttpSource(server.url) });
    // The header and the first three blocks, whose tensors take at most so many bytes.
    await value(ask('capture', { model, picture: flatPicture('a'), layers: ['features.2'] }));
    server.manner = { pausesAfter: 64 * 64 * 9 * 4 + 4 * 64 * 4 + 1000 };
  });
  afterEach(() => server.close());
  const patient = { timeout: 20_000 };
  /** Sends the rest, once it has been asked for. */
  const resume = async () => {
    await expect.poll(() => server.asked.length, patient).toBe(3);
    server.resume();
  };
  const deep = () => ({ model, picture: flatPicture('b'), layers: ['features.4'] });

  it('what has been computed is shown', async () => {
    const previews: Array<[string, number]> = [];
    const asked = server.asked.length;
    const capturing = dispatcher.request(
      ++lastId,
      'capture',
      { ...deep(), previews: ['features.0', 'features.1', 'features.3'] },
      undefined,
      ({ layer, activations }) => void previews.push([layer, activations.shape[1]!]),
    );
    await expect.poll(() => previews.length, patient).toBe(2);
    expect(previews).toEqual([
      ['features.1', 32],
      ['features.3', 64],
    ]);
    server.resume();
    const { activations } = await value(capturing);
    expect(Object.keys(activations)).toEqual(['features.4']);
    expect(previews).toHaveLength(2);
    expect(server.asked).toHaveLength(asked + 1);
  });

  it('nothing is shown where no weights are waited for', async () => {
    const onPreview = vi.fn();
    const params = { ...deep(), layers: ['features.2'], previews: ['features.0'] };
    await value(dispatcher.request(++lastId, 'capture', params, undefined, onPreview));
    expect(onPreview).not.toHaveBeenCalled();
  });

  it('other requests are answered, also about the same picture', async () => {
    const capturing = ask('capture', deep());
    const early = await value(
      ask('capture', { model, picture: flatPicture('b'), layers: ['features.1'] }),
    );
    expect(early.activations['features.1']!.shape).toEqual([1, 32, 4, 4]);
    expect(await ask('describe', { model })).toMatchObject({ ok: true });
    await resume();
    expect((await value(capturing)).activations['features.4']!.shape).toEqual([1, 128, 2, 2]);
  });

  it('a request that is cancelled stops its download, and one behind it is answered', async () => {
    const first = ask('capture', deep());
    const second = ask('capture', { ...deep(), picture: flatPicture('c') });
    await expect.poll(() => server.asked.length, patient).toBe(3);
    dispatcher.cancel(lastId - 1);
    expect(await first).toMatchObject({ ok: false, code: 'aborted' });
    await expect.poll(() => server.givenUp, patient).toBe(1);
    await expect.poll(() => server.asked.length, patient).toBe(4);
    server.resume();
    expect(await second).toMatchObject({ ok: true });
  });

  it('the pass that waits is not freed', async () => {
    const capturing = ask('capture', deep());
    for (const key of ['c', 'd', 'e', 'f', 'g', 'h', 'i'])
      await value(ask('capture', { model, picture: flatPicture(key), layers: ['features.2'] }));
    await resume();
    expect(await capturing).toMatchObject({ ok: true });
  });
});
