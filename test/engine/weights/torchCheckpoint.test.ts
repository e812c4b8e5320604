import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { TensorData } from '../../../src/engine/layout.ts';
import {
  HttpSource,
  MemorySource,
  type Bytes,
  type ByteSource,
} from '../../../src/engine/weights/byteSource.ts';
import type { LoadProgress } from '../../../src/engine/weights/lazyWeights.ts';
import { openTensorFile } from '../../../src/engine/weights/tensorFile.ts';
import { TorchCheckpoint } from '../../../src/engine/weights/torchCheckpoint.ts';
import {
  freshCheckpoints,
  readCheckpoints,
  type CheckpointCase,
  type CheckpointFolder,
} from '../../support/checkpoints.ts';
import { noise } from '../../support/models.ts';
import { withoutTorch } from '../../support/pytorch.ts';
import { startRangeServer } from '../../support/rangeServer.ts';
import {
  call,
  dict,
  global,
  legacyPickle,
  legacyTorchFile,
  pickle,
  text,
  torchFile,
  torchParts,
} from '../../support/torchFile.ts';
import { zipFile, zipSource } from '../../support/zipFile.ts';

const committed = await readCheckpoints();
const fresh = await freshCheckpoints();
afterAll(() => fresh && rm(fresh.folder, { recursive: true }));

const open = (bytes: Bytes, label = 'the file') =>
  TorchCheckpoint.open(new MemorySource(bytes, label), bytes.length);

const specOf = (name: string, { shape }: Pick<TensorData, 'shape'>) => ({
  name,
  shape,
  initial: { kind: 'constant', value: 0 } as const,
});

/** Every tensor with its values. */
async function readAll(checkpoint: TorchCheckpoint): Promise<Record<string, TensorData>> {
  const specs = [...checkpoint.tensors].map(([name, tensor]) => specOf(name, tensor));
  const values = await checkpoint.load(specs);
  return Object.fromEntries(
    specs.map(({ name, shape }) => [name, { shape, data: values.get(name)! }]),
  );
}

async function checkCase({ bytes, file, tensors, refusal }: CheckpointCase) {
  if (refusal)
    return expect(open(bytes, file)).rejects.toMatchObject({
      code: 'invalid-weights',
      message: expect.stringContaining(refusal),
    });
  const read = await readAll(await open(bytes, file));
  expect(read).toEqual(Object.fromEntries(tensors));
  // `toEqual` of an empty list would say nothing.
  expect(tensors.size).toBeGreaterThan(0);
}

/** What a command of a malicious checkpoint would leave behind. */
const traces = (folder: string) => [join(folder, 'command-ran.txt'), 'command-ran.txt'];

const titles = ({ cases }: CheckpointFolder) => cases.map((one) => [one.file, one] as const);

describe(`files that PyTorch ${committed.pytorch} wrote`, () => {
  it.each(titles(committed))('%s', (_, one) => checkCase(one));

  it('run nothing', () => {
    expect(traces(committed.folder).filter(existsSync)).toEqual([]);
  });
});

describe(`files that the PyTorch of this machine writes`, () => {
  if (!fresh) return void test('are read', ({ skip }) => skip(withoutTorch));

  it.each(titles(fresh))(`%s, PyTorch ${fresh.pytorch}`, (_, one) => checkCase(one));

  it('are of every kind', () => {
    const files = fresh.cases.map(({ file }) => file);
    for (const format of ['zip', 'legacy'])
      for (const kind of [
        'views',
        'training',
        'numpy',
        'parallel',
        'compiled',
        'malicious',
        'whole',
      ])
        expect(files.some((file) => file.startsWith(`${kind}-${format}`))).toBe(true);
  });

  it('run nothing', () => {
    expect(traces(fresh.folder).filter(existsSync)).toEqual([]);
  });
});

/** Five tensors of 100 kB: what is read first cannot hold one of them. */
const tensors = Object.fromEntries(
  Array.from({ length: 5 }, (_, i) => [`t${i}`, noise([100, 250], i)]),
);
const formats = [
  ['zip', torchFile],
  ['legacy', legacyTorchFile],
] as const;

/** A source that adds up what is read of it. */
function counting(bytes: Bytes): ByteSource & { read: ByteSource['read']; total: number } {
  const memory = new MemorySource(bytes);
  return {
    label: 'the file',
    size: bytes.length,
    total: 0,
    async read(start, end) {
      const part = await memory.read(start, end);
      this.total += part.length;
      return part;
    },
  };
}

describe.each(formats)('a checkpoint in the %s format', (_, write) => {
  const bytes = write(tensors);

  it('is read no further than it must', async () => {
    const source = counting(bytes);
    const checkpoint = await TorchCheckpoint.open(source, bytes.length);
    expect([...checkpoint.tensors.keys()]).toEqual(Object.keys(tensors));
    expect(source.total).toBeLessThan(70_000);
    const opening = source.total;
    const loaded = await checkpoint.load([specOf('t3', tensors['t3']!)]);
    expect(loaded).toEqual(new Map([['t3', tensors['t3']!.data]]));
    expect(source.total - opening).toBeLessThan(100_200);
  });

  it('yields tensors in the order asked for, and each as it comes', async () => {
    const checkpoint = await open(bytes);
    const came: string[] = [];
    const progress: LoadProgress[] = [];
    const specs = ['t4', 't0', 't1'].map((name) => specOf(name, tensors[name]!));
    const loaded = await checkpoint.load(specs, {
      onTensor: (name) => came.push(name),
      onProgress: (one) => progress.push(one),
    });
    expect([...loaded]).toEqual(specs.map(({ name }) => [name, tensors[name]!.data]));
    expect(came).toEqual(['t0', 't1', 't4']);
    expect(progress.every(({ loadedBytes, totalBytes }) => loadedBytes <= totalBytes)).toBe(true);
  });

  it('is read from a web server by ranges, or whole where it knows none', async () => {
    for (const manner of ['ranges', 'whole'] as const) {
      const server = await startRangeServer(bytes, manner);
      const file = await openTensorFile(new HttpSource(server.url));
      const loaded = await file.load([specOf('t2', tensors['t2']!)]);
      expect(loaded.get('t2')).toEqual(tensors['t2']!.data);
      if (manner === 'ranges') expect(server.sent).toBeLessThan(180_000);
      await server.close();
    }
  });

  it('is read from a source that does not tell its length', async () => {
    const memory = new MemorySource(bytes);
    const unsized: ByteSource = {
      label: 'the stream',
      size: undefined,
      read: (start, end) => memory.read(start, end),
    };
    const loaded = await (await openTensorFile(unsized)).load([specOf('t1', tensors['t1']!)]);
    expect(loaded.get('t1')).toEqual(tensors['t1']!.data);
  });

  it('is refused where a tensor is missing, misshapen or not finite', async () => {
    const checkpoint = await open(
      write({ x: noise([2, 3]), y: { shape: [3], data: Float32Array.of(1, NaN, 2) } }),
    );
    const message = async (name: string, shape: readonly number[]) =>
      checkpoint.load([specOf(name, { shape })]).then(
        () => 'read',
        (error: Error) => error.message,
      );
    expect(await message('z', [2, 3])).toBe('the file has no tensor "z"');
    expect(await message('x', [3, 2])).toBe(
      'tensor "x" of the file has shape [2, 3], expected [3, 2]',
    );
    expect(await message('y', [3])).toBe(
      'tensor "y" of the file holds NaN at index 1, expected finite numbers',
    );
  });

  it('is refused when it is cut off anywhere', async () => {
    const whole = write({ x: noise([4]) });
    for (let length = 0; length < whole.length; length++) {
      const cut = openTensorFile(new MemorySource(whole.slice(0, length)));
      await expect(
        cut.then((file) => file.load([specOf('x', { shape: [4] })])),
      ).rejects.toMatchObject({ code: 'invalid-weights' });
    }
  });
});

describe('the zip format', () => {
  it('beyond 4 GiB', async () => {
    const parts = torchParts({ near: noise([3], 1), far: noise([5], 2) });
    const far = parts.findIndex(({ name }) => name.endsWith('/data/1'));
    const moved = parts.map((part, i) => (i === far ? { ...part, at: 5 * 2 ** 30 } : part));
    const source = zipSource(moved);
    expect(source.size).toBeGreaterThan(5 * 2 ** 30);
    const checkpoint = await TorchCheckpoint.open(source, source.size);
    expect((await readAll(checkpoint))['far']).toEqual(noise([5], 2));
    expect((await readAll(checkpoint))['near']).toEqual(noise([3], 1));
  });

  const parts = torchParts({ x: noise([2]) });
  const changed = (index: number, changes: object) =>
    zipFile(parts.map((part, i) => (i === index ? { ...part, ...changes } : part)));
  const data = parts.findIndex(({ name }) => name.endsWith('/data/0'));

  it.each<[string, Bytes, string]>([
    ['saved big-endian', zipFile(torchParts({ x: noise([2]) }, 'big')), 'the file was saved big-endian, expected little-endian numbers'],
    ['without data.pkl', zipFile(parts.slice(1)), 'the file is a zip archive without data.pkl (it begins with archive/byteorder), expected a file of torch.save'],
    ['without a directory', torchFile({ x: noise([2]) }).slice(0, -30), 'the file is a zip archive without a directory at its end: it is truncated or damaged'],
    ['of which a tensor is missing', zipFile(parts.filter((_, i) => i !== data)), 'tensor "x" of the file lies in storage 0, which the file has not'],
    ['of which a tensor is too short', changed(data, { bytes: Buffer.alloc(4) }), 'tensor "x" of the file lies in a storage of 4 bytes, expected 8'],
    ['with a wrong CRC', changed(data, { crc: 1 }), '"archive/data/0" in the file is damaged: it does not match its CRC-32'],
    ['that is compressed', changed(data, { method: 8 }), '"archive/data/0" in the file is compressed (method 8), expected it stored as by torch.save'],
    ['that is encrypted', changed(data, { flags: 0x0809 }), '"archive/data/0" in the file is encrypted'],
  ])('refuses a file %s', async (_, bytes, message) => {
    const loading = open(bytes).then((file) => file.load([specOf('x', { shape: [2] })]));
    await expect(loading).rejects.toMatchObject({ code: 'invalid-weights', message });
  }); // prettier-ignore

  it('reads a file whose CRCs were not computed', async () => {
    const unchecked = zipFile(parts.map((part) => ({ ...part, crc: 0 })));
    expect(await readAll(await open(unchecked))).toEqual({ x: noise([2]) });
  });
});

/** A number of NumPy's with a dtype and eight bytes. */
const numpyScalar = (part: string, dtype: Buffer) =>
  call(global(`numpy.${part}.multiarray.scalar`), dtype, text('\0'.repeat(8)));

describe('the older format', () => {
  it.each(['core', '_core'])("passes over the numbers of NumPy's %s", async (part) => {
    const number = numpyScalar(part, call(global('numpy.dtype'), text('f8')));
    const file = await open(legacyPickle(dict({ best: number, all: dict({ best: number }) })));
    expect([...file.tensors]).toEqual([]);
  });

  it('reads pickles longer than what is read first', async () => {
    const names = Array.from({ length: 900 }, (_, i) => `${'layer.'.repeat(20)}${i}`);
    const many = Object.fromEntries(names.map((name, i) => [name, noise([2], i)]));
    const bytes = legacyTorchFile(many);
    expect(bytes.length).toBeGreaterThan(2 * 64 * 1024);
    expect(await readAll(await open(bytes))).toEqual(many);
  });

  it.each<[string, Bytes, string]>([
    ['saved big-endian', legacyTorchFile({}, { littleEndian: false }), 'the file was saved big-endian, expected little-endian numbers'],
    ['of pickle alone', new Uint8Array(pickle(dict({}))), 'the file is a pickle that torch.save did not write, expected a state dict saved with torch.save(model.state_dict(), ...)'],
    ["that asks for NumPy's arrays", legacyPickle(global('numpy.core.multiarray._reconstruct')), 'the pickle in the file asks for numpy.core.multiarray._reconstruct, which only a program may run; expected a state dict saved with torch.save(model.state_dict(), ...)'],
    ['that hides a command in a number', legacyPickle(numpyScalar('core', global('posix.system'))), 'the pickle in the file asks for posix.system, which only a program may run; expected a state dict saved with torch.save(model.state_dict(), ...)'],
    ['that asks for a function by a dotted name', legacyPickle(global('torch.os.system')), 'the pickle in the file asks for torch.os.system, which only a program may run; expected a state dict saved with torch.save(model.state_dict(), ...)'],
  ])('refuses a file %s', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toMatchObject({ code: 'invalid-weights', message });
  }); // prettier-ignore
});

describe('what is neither safetensors nor a checkpoint', () => {
  it.each<[string, Bytes, string]>([
    ['empty', new Uint8Array(0), 'the file is truncated: it has 0 bytes'],
    ['short', new Uint8Array(7), 'the file is truncated: it has 7 bytes'],
    ['HDF5', new Uint8Array([0x89, 0x48, 0x44, 0x46, ...Array<number>(20).fill(0)]), 'the file is neither a safetensors file nor a PyTorch checkpoint: it begins with the bytes 89 48 44 46'],
  ])('is refused: %s', async (_, bytes, message) => {
    const opening = openTensorFile(new MemorySource(bytes));
    await expect(opening).rejects.toMatchObject({ code: 'invalid-weights', message });
  }); // prettier-ignore
});
