import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import { fetchModel } from '../../src/worker/fetchModel.ts';
import type { FetchedFile } from '../../src/worker/protocol.ts';
import { memoryModels } from '../support/memoryModels.ts';
import { standIn, startWeightHost, type WeightHost } from '../support/standIn.ts';
import { sha256 } from '../support/weightFile.ts';

const { bytes } = standIn();
const digest = sha256(bytes);
const id = 'resnet18-imagenet1k';
let host: WeightHost;
let source: FetchedFile;

/** A browser's Cache API in memory; `room` bytes fit. */
class MemoryCaches {
  readonly kept = new Map<string, Response>();
  room = Infinity;

  open = async () => ({
    match: async (url: string) => this.kept.get(url)?.clone(),
    delete: async (url: string) => this.kept.delete(url),
    put: async (url: string, response: Response) => {
      if ((await response.clone().blob()).size > this.room) throw new Error('QuotaExceededError');
      this.kept.set(url, response);
    },
  });
}
let caches: MemoryCaches;

beforeAll(async () => {
  await startNodeBackend('wasm');
  host = await startWeightHost(bytes);
});
afterAll(() => host.close());

function openPage(withCache = true): void {
  caches = new MemoryCaches();
  vi.stubGlobal('caches', withCache ? caches : undefined);
  Object.assign(host, { delivery: 'whole', asked: 0, bytes });
  const { url, labelsUrl } = host;
  source = { url, labelsUrl, sha256: digest, bytes: 46_800_000, cache: 'models' };
}
afterEach(() => vi.unstubAllGlobals());

describe('weights from elsewhere', () => {
  it('arrive with progress in bytes and open as the 1,000 classes of ImageNet', async () => {
    openPage();
    const seen: Array<{ loadedBytes: number; totalBytes: number }> = [];
    const onProgress = (progress: (typeof seen)[number]) => seen.push(progress);
    const { manifest, model, file, cached } = await fetchModel(id, source, { onProgress });
    expect(cached).toBe(false);
    expect(file.size).toBe(bytes.length);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toEqual({ loadedBytes: bytes.length, totalBytes: bytes.length });
    expect(manifest.labels[207]).toBe('thing 207');
    const { shape, data } = await model.parameter('fc.weight');
    expect(shape).toEqual([1000, 512]);
    expect(data.every((value) => Math.abs(value) < 1 / 16)).toBe(true);
  });

  it('are kept: the next visit needs no network', async () => {
    openPage();
    await fetchModel(id, source);
    host.delivery = { status: 500 };
    const again = await fetchModel(id, source);
    expect(again.cached).toBe(true);
    expect(host.asked).toBe(1);
    expect((await again.model.parameter('fc.bias')).shape).toEqual([1000]);
  });

  it('that were kept and then damaged are fetched again', async () => {
    openPage();
    const damaged = bytes.slice();
    damaged[damaged.length - 1]! ^= 1;
    await fetchModel(id, source);
    caches.kept.set(source.url, new Response(damaged));
    expect((await fetchModel(id, source)).cached).toBe(false);
    expect(sha256(new Uint8Array(await caches.kept.get(source.url)!.arrayBuffer()))).toBe(digest);
  });

  it('open where there is no cache, and where it is full', async () => {
    openPage(false);
    expect((await fetchModel(id, source)).cached).toBe(false);
    openPage();
    caches.room = 1000;
    expect((await fetchModel(id, source)).cached).toBe(false);
    expect(caches.kept.size).toBe(0);
  });

  it('at hand are opened without the network', async () => {
    openPage();
    host.delivery = { status: 500 };
    const fetched = { file: new Blob([bytes]), labels: ['tench'] };
    const { manifest } = await fetchModel(
      id,
      { ...source, labelsUrl: 'http://[::1]:9/' },
      { fetched },
    );
    expect(manifest).toMatchObject({ id, labels: ['tench'] });
    expect(host.asked).toBe(0);
  });

  it.each([
    {
      what: 'a wrong checksum',
      arrange: () => (source = { ...source, sha256: 'a'.repeat(64) }),
      code: 'checksum-mismatch',
      message: `has the SHA-256 ${digest.slice(0, 8)}…, expected aaaaaaaa…`,
    },
    {
      what: 'another network',
      arrange: () => {
        const config = { name: 'resnet18', inputChannels: 3, inputSize: 224, classCount: 10 };
        host.bytes = standIn(config).bytes;
        source = { ...source, sha256: undefined };
      },
      code: 'invalid-weights',
      message: 'its tensor "fc.weight" has shape [10, 512], expected [1000, 512]',
    },
    {
      what: 'a page instead of a file',
      arrange: () => {
        host.bytes = new TextEncoder().encode('<!doctype html><title>Please log in</title>');
        source = { ...source, sha256: undefined };
      },
      code: 'invalid-weights',
      message: 'is not a safetensors file',
    },
    {
      what: 'a body that ends early',
      arrange: () => {
        host.delivery = 'truncated';
        source = { ...source, sha256: undefined };
      },
      code: 'invalid-weights',
      message: `should have ${bytes.length} bytes by its header, but the file says`,
    },
    {
      what: 'a broken connection',
      arrange: () => (host.delivery = 'breaks'),
      code: 'network',
      message: 'the connection broke while reading the weights from 127.0.0.1',
    },
    {
      what: 'a server that refuses',
      arrange: () => (host.delivery = { status: 404 }),
      code: 'network',
      message: 'answered with status 404',
    },
    {
      what: 'no server',
      arrange: () => (source = { ...source, url: 'http://127.0.0.1:9/model.safetensors' }),
      code: 'network',
      message: '127.0.0.1:9 could not be reached',
    },
  ])('with $what are refused, and nothing is kept', async ({ arrange, code, message }) => {
    openPage();
    arrange();
    await expect(fetchModel(id, source)).rejects.toMatchObject({
      name: 'EngineError',
      code,
      message: expect.stringContaining(message),
    });
    expect(caches.kept.size).toBe(0);
  });
});

describe('the dispatcher', () => {
  it('computes while weights arrive, leaves the download when asked to, and keeps nothing of it', async () => {
    openPage();
    host.delivery = 'stalls';
    const models = await memoryModels();
    const dispatcher = new Dispatcher(models);
    const moving = vi.fn();
    const fetching = dispatcher.request(1, 'fetchModel', { model: id, source }, moving);
    await vi.waitFor(() => expect(moving).toHaveBeenCalled());
    const described = await dispatcher.request(2, 'describe', { model: models.manifestOf.id });
    expect(described.ok).toBe(true);
    dispatcher.cancel(1);
    expect(await fetching).toMatchObject({ ok: false, code: 'aborted' });
    expect(caches.kept.size).toBe(0);
    host.delivery = 'whole';
    expect(await dispatcher.request(3, 'fetchModel', { model: id, source })).toMatchObject({
      ok: true,
      value: { cached: false, description: { id, labels: { length: 1000 } } },
    });
  });

  it('answers what was asked right after, and frees what is closed', async () => {
    openPage();
    const dispatcher = new Dispatcher(await memoryModels());
    const fetched = { file: new Blob([bytes]), labels: ['tench'] };
    const [opened, described, twin] = await Promise.all([
      dispatcher.request(1, 'fetchModel', { model: id, source, fetched }),
      dispatcher.request(2, 'describe', { model: id }),
      dispatcher.request(3, 'describe', { model: `${id}@untrained` }),
    ]);
    expect([opened.ok, described.ok, twin.ok]).toEqual([true, true, true]);
    expect(await dispatcher.request(4, 'closeModel', { model: id })).toMatchObject({ ok: true });
    expect(await dispatcher.request(5, 'describe', { model: id })).toMatchObject({
      code: 'unknown-model',
    });
  });
});
