import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/engine/errors.ts';
import { sizeOf } from '../../../src/engine/layout.ts';
import { MemorySource, type Bytes } from '../../../src/engine/weights/byteSource.ts';
import { openTensorFile } from '../../../src/engine/weights/tensorFile.ts';
import { readCheckpoints } from '../../support/checkpoints.ts';
import { torchParts } from '../../support/torchFile.ts';
import { zipFile } from '../../support/zipFile.ts';

/** Damaged files tried in each of the tests below. */
const files = 400;

const { cases } = await readCheckpoints();
const bytesOf = (file: string) => cases.find((one) => one.file === file)!.bytes;

/** Every tensor that the file says it has, or why not. */
async function attempt(bytes: Bytes) {
  try {
    const file = await openTensorFile(new MemorySource(bytes));
    const specs = [...file.tensors]
      .filter(([, { shape }]) => sizeOf(shape) <= 10_000)
      .map(([name, { shape }]) => ({
        name,
        shape,
        initial: { kind: 'constant', value: 0 } as const,
      }));
    return { specs, tensors: await file.load(specs) };
  } catch (error) {
    return { error };
  }
}

function expectOurs(error: unknown) {
  expect(error).toBeInstanceOf(EngineError);
  expect((error as EngineError).code).toBe('invalid-weights');
}

/** Bytes changed, cut off, added or taken out, wherever that falls. */
function damaged(bytes: Bytes): fc.Arbitrary<Bytes> {
  const place = fc.nat(bytes.length - 1);
  const flips = fc
    .array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
    .map((list) => {
      const changed = bytes.slice();
      for (const [index, mask] of list) changed[index]! ^= mask;
      return changed;
    });
  const cut = place.map((length) => bytes.slice(0, length));
  const edited = fc
    .tuple(place, fc.nat(8), fc.uint8Array({ maxLength: 8 }))
    .map(
      ([at, removed, added]) =>
        new Uint8Array([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)]),
    );
  return fc
    .oneof({ weight: 3, arbitrary: flips }, { weight: 1, arbitrary: cut }, edited)
    .filter((changed) => Buffer.compare(changed, bytes) !== 0);
}

describe('damaged checkpoints', () => {
  it(`${files} zip archives: an error, or the very tensors`, async () => {
    const original = await attempt(bytesOf('views-zip-float32.pt'));
    expect(original.tensors!.size).toBe(11);
    await fc.assert(
      fc.asyncProperty(damaged(bytesOf('views-zip-float32.pt')), async (bytes) => {
        const { tensors, error } = await attempt(bytes);
        if (tensors) expect(tensors).toEqual(original.tensors);
        else expectOurs(error);
      }),
      { numRuns: files, seed: 1961 },
    );
  });

  it.each(['views-legacy-float16.pt', 'training-legacy.pt', 'python2.pt'])(
    `${files} of the older format, which has no checksums: an error or finite numbers (%s)`,
    async (file) => {
      await fc.assert(
        fc.asyncProperty(damaged(bytesOf(file)), async (bytes) => {
          const { specs, tensors, error } = await attempt(bytes);
          if (!tensors) return expectOurs(error);
          for (const { name, shape } of specs) {
            expect(tensors.get(name)).toHaveLength(sizeOf(shape));
            expect(tensors.get(name)!.every(Number.isFinite)).toBe(true);
          }
        }),
        { numRuns: files, seed: 1962 },
      );
    },
  );

  it(`${files} pickles in an archive with the right checksums: an error or finite numbers`, async () => {
    const parts = torchParts({
      a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      b: { shape: [1], data: Float32Array.of(7) },
    });
    const [pickle, ...others] = parts;
    await fc.assert(
      fc.asyncProperty(damaged(new Uint8Array(pickle!.bytes)), async (bytes) => {
        const { tensors, error } = await attempt(zipFile([{ ...pickle!, bytes }, ...others]));
        if (!tensors) return expectOurs(error);
        for (const values of tensors.values()) expect(values.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: files, seed: 1963 },
    );
  });

  it(`${files} files of any bytes behind the first of a pickle: an error`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 400 }), async (tail) => {
        const { error } = await attempt(new Uint8Array([0x80, 2, ...tail]));
        expectOurs(error);
      }),
      { numRuns: files, seed: 1964 },
    );
  });
});
