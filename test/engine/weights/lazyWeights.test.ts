import { afterEach, describe, expect, it, vi } from 'vitest';
import { BlobSource, HttpSource, MemorySource } from '../../../src/engine/weights/byteSource.ts';
import { LazyWeights, type LoadProgress } from '../../../src/engine/weights/lazyWeights.ts';
import { noise } from '../../support/models.ts';
import { startRangeServer, type Manner, type RangeServer } from '../../support/rangeServer.ts';
import { weightFile, type WeightFile } from '../../support/weightFile.ts';

/** Five tensors of 4,000 floats: the first read cannot hold the second of them. */
const tensors = Array.from({ length: 5 }, (_, i) => noise([40, 100], i));
const file = weightFile(
  tensors.map(({ shape, data }, i) => ({
    name: `t${i}`,
    dtype: 'F32',
    shape,
    bytes: new Uint8Array(data.buffer),
  })),
);
const tensorBytes = 16_000;
const firstRead = 8192;

let server: RangeServer | undefined;
afterEach(() => server?.close());

async function serve(manner: Manner = 'ranges', bytes: Uint8Array = file.bytes) {
  server = await startRangeServer(bytes, manner);
  return server;
}

const open = (running: RangeServer, checksums: Partial<WeightFile['checksums']> = file.checksums) =>
  LazyWeights.open(new HttpSource(running.url), checksums);
const spec = (i: number) => file.specs[i]!;

describe('weights over HTTP', () => {
  it('read the header, then only what is asked for', async () => {
    const running = await serve();
    const weights = await open(running);
    expect(running.sent).toBe(firstRead);
    expect([...weights.header.tensors.keys()]).toEqual(['t0', 't1', 't2', 't3', 't4']);
    const loaded = await weights.load([spec(3)]);
    expect(loaded).toEqual(new Map([['t3', tensors[3]!.data]]));
    expect(running.sent).toBe(firstRead + tensorBytes);
  });

  it('fetch neighbours in one request, strangers in one each', async () => {
    const running = await serve();
    const weights = await open(running);
    await weights.load([spec(2), spec(1)]);
    expect(running.asked).toHaveLength(2);
    const loaded = await weights.load([spec(4), spec(0), spec(1)]);
    expect(running.asked).toHaveLength(4);
    expect([...loaded.keys()]).toEqual(['t4', 't0', 't1']);
    for (const i of [0, 1, 4]) expect(loaded.get(`t${i}`)).toEqual(tensors[i]!.data);
  });

  it('take small tensors from the first read', async () => {
    const small = weightFile([
      { name: 'a', dtype: 'F32', shape: [2], bytes: new Uint8Array(Float32Array.of(1, 2).buffer) },
    ]);
    const running = await serve('ranges', small.bytes);
    const weights = await open(running, small.checksums);
    expect((await weights.load(small.specs)).get('a')).toEqual(Float32Array.of(1, 2));
    expect(running.asked).toHaveLength(1);
  });

  it('read a header longer than the first read', async () => {
    const long = weightFile([
      { name: 'x'.repeat(20_000), dtype: 'U8', shape: [1], bytes: Uint8Array.of(9) },
    ]);
    const running = await serve('ranges', long.bytes);
    const weights = await open(running, long.checksums);
    const headerEnd = long.bytes.length - 1;
    expect(running.asked).toEqual([
      [0, firstRead],
      [firstRead, headerEnd],
    ]);
    expect(running.sent).toBe(headerEnd);
    expect([...(await weights.load(long.specs)).values()]).toEqual([Float32Array.of(9)]);
  });

  it('begin with as little as they are told to', async () => {
    const running = await serve();
    const weights = await LazyWeights.open(new HttpSource(running.url), file.checksums, {
      prefix: 100,
    });
    const dataStart = file.bytes.length - 5 * tensorBytes;
    expect(running.asked).toEqual([
      [0, 100],
      [100, dataStart],
    ]);
    expect((await weights.load([spec(0)])).get('t0')).toEqual(tensors[0]!.data);
    expect(running.sent).toBe(dataStart + tensorBytes);
  });

  it('keep small tensors, which are not fetched again', async () => {
    const running = await serve();
    const weights = await open(running);
    await weights.load([spec(3)]);
    const { sent } = running;
    const again = await weights.load([spec(3)]);
    expect(again).toEqual(new Map([['t3', tensors[3]!.data]]));
    expect(running.sent).toBe(sent);
  });

  it('fetch large tensors each time', async () => {
    const large = noise([128, 129]);
    const one = weightFile([
      { name: 'l', dtype: 'F32', shape: large.shape, bytes: new Uint8Array(large.data.buffer) },
    ]);
    const running = await serve('ranges', one.bytes);
    const weights = await open(running, one.checksums);
    await weights.load(one.specs);
    const { sent } = running;
    expect(await weights.load(one.specs)).toEqual(new Map([['l', large.data]]));
    expect(running.sent).toBe(sent + 4 * 128 * 129);
  });

  it('understand a server that ignores ranges, and ask it once', async () => {
    const running = await serve('whole');
    const weights = await open(running);
    expect((await weights.load([spec(3)])).get('t3')).toEqual(tensors[3]!.data);
    expect((await weights.load([spec(0)])).get('t0')).toEqual(tensors[0]!.data);
    expect(running.asked).toHaveLength(1);
    expect(running.sent).toBe(file.bytes.length);
  });

  it.each<Manner>(['ranges', 'whole'])(
    'report progress that only grows and ends at the total (%s)',
    async (manner) => {
      const weights = await open(await serve(manner));
      const reports: LoadProgress[] = [];
      await weights.load([spec(0), spec(1), spec(3)], {
        onProgress: (progress) => reports.push(progress),
      });
      const loaded = reports.map(({ loadedBytes }) => loadedBytes);
      expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
      expect(reports.every(({ totalBytes }) => totalBytes === 3 * tensorBytes)).toBe(true);
      if (manner === 'ranges') expect(loaded.at(-1)).toBe(3 * tensorBytes);
    },
  );
});

describe('tensors over HTTP', () => {
  it('are handed over one by one, while the bytes of the next are on their way', async () => {
    const running = await serve();
    const weights = await open(running);
    running.manner = { pausesAfter: 2 * tensorBytes + 100 };
    const arrived: string[] = [];
    const loading = weights.load([spec(1), spec(2), spec(3)], {
      onTensor: (name, values) => {
        arrived.push(name);
        expect(values).toEqual(tensors[Number(name.slice(1))]!.data);
      },
    });
    await vi.waitFor(() => expect(arrived).toEqual(['t1', 't2']));
    running.resume();
    expect([...(await loading).keys()]).toEqual(['t1', 't2', 't3']);
    expect(arrived).toEqual(['t1', 't2', 't3']);
    expect(running.asked).toHaveLength(2);
  });

  it('stop coming when one of them is refused', async () => {
    const running = await serve();
    const wrong = { ...file.checksums.tensors, t1: 'f'.repeat(64) };
    const weights = await open(running, { tensors: wrong });
    running.manner = { pausesAfter: tensorBytes };
    await expect(weights.load([spec(1), spec(2)])).rejects.toMatchObject({
      code: 'checksum-mismatch',
    });
    await vi.waitFor(() => expect(running.givenUp).toBe(1));
  });
});

describe('weights over HTTP are refused', () => {
  it.each([404, 500])('when the server answers with status %i', async (status) => {
    const running = await serve({ status });
    await expect(open(running)).rejects.toMatchObject({
      code: 'network',
      message: `${running.url} answered with status ${status}`,
    });
  });

  it('when the server cannot be reached', async () => {
    const running = await serve();
    await running.close();
    await expect(open(running)).rejects.toMatchObject({
      code: 'network',
      message: `could not reach ${running.url}`,
    });
  });

  it.each<[Manner, RegExp]>([
    ['shifted', /sent bytes from 1, expected from 0/],
    ['breaks', /the connection broke while reading/],
  ])('when the server %s', async (manner, message) => {
    const running = await serve(manner);
    await expect(open(running)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(message),
    });
  });

  it('when the connection breaks later, and work when asked again', async () => {
    const running = await serve();
    const weights = await open(running);
    running.manner = 'breaks';
    await expect(weights.load([spec(3)])).rejects.toMatchObject({ code: 'network' });
    running.manner = 'ranges';
    expect((await weights.load([spec(3)])).get('t3')).toEqual(tensors[3]!.data);
  });

  it.each([0, 5, 100, firstRead, 20_000])(
    'when only the first %i bytes are there',
    async (length) => {
      const running = await serve('ranges', file.bytes.subarray(0, length));
      const loading = open(running, {}).then((weights) => weights.load(file.specs));
      await expect(loading).rejects.toMatchObject({ code: 'invalid-weights' });
    },
  );

  it('when the file was replaced by a shorter one after it was opened', async () => {
    const running = await serve();
    const weights = await open(running);
    running.manner = { status: 416 };
    await expect(weights.load([spec(4)])).rejects.toMatchObject({
      code: 'invalid-weights',
      message: expect.stringContaining('is truncated: got 0 of the 16000 bytes'),
    });
  });
});

describe('loading weights is cancelled', () => {
  it('before the first byte', async () => {
    const running = await serve();
    const signal = AbortSignal.abort();
    await expect(
      LazyWeights.open(new HttpSource(running.url), {}, { signal }),
    ).rejects.toMatchObject({ code: 'aborted' });
    expect(running.asked).toEqual([]);
  });

  it('in the middle of a download', async () => {
    const running = await serve();
    const weights = await open(running);
    running.manner = 'stalls';
    const controller = new AbortController();
    const loading = weights.load([spec(3)], {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(loading).rejects.toMatchObject({ code: 'aborted' });
    await vi.waitFor(() => expect(running.givenUp).toBe(1));
  });
});

describe('weights that are not what the manifest says', () => {
  const source = () => new MemorySource(file.bytes, 'the file');

  it.each<[string, Partial<WeightFile['checksums']>, string]>([
    [
      'a tensor',
      { tensors: { ...file.checksums.tensors, t1: 'f'.repeat(64) } },
      'tensor "t1" of the file does not match the SHA-256',
    ],
    [
      'a tensor that the manifest does not name',
      { tensors: {} },
      'tensor "t0" of the file does not match the SHA-256',
    ],
    ['the header', { header: 'f'.repeat(64) }, 'the header of the file does not match the SHA-256'],
  ])('are refused by checksum: %s', async (_, checksums, message) => {
    const loading = LazyWeights.open(source(), checksums).then((weights) =>
      weights.load(file.specs),
    );
    await expect(loading).rejects.toMatchObject({
      code: 'checksum-mismatch',
      message: expect.stringContaining(message),
    });
  });

  it('are refused by length', async () => {
    await expect(LazyWeights.open(source(), { bytes: 5 })).rejects.toMatchObject({
      code: 'invalid-weights',
      message: `the file should have ${file.bytes.length} bytes by its header, but its manifest says 5`,
    });
  });

  it('are refused by name and shape', async () => {
    const weights = await LazyWeights.open(source(), file.checksums);
    await expect(weights.load([{ ...spec(0), name: 'u' }])).rejects.toThrow(
      'the file has no tensor "u"',
    );
    await expect(weights.load([{ ...spec(0), shape: [100, 40] }])).rejects.toThrow(
      'tensor "t0" of the file has shape [40, 100], expected [100, 40]',
    );
  });

  it('are read from a file that the reader picked', async () => {
    const weights = await LazyWeights.open(new BlobSource(new Blob([file.bytes])), file.checksums);
    expect((await weights.load([spec(2)])).get('t2')).toEqual(tensors[2]!.data);
  });
});
