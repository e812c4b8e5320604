import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/engine/errors.ts';
import { sizeOf } from '../../../src/engine/layout.ts';
import {
  MemorySource,
  type ByteSource,
  type Bytes,
} from '../../../src/engine/weights/byteSource.ts';
import { LazyWeights, type Checksums } from '../../../src/engine/weights/lazyWeights.ts';
import { seededRandom } from '../../../src/engine/random.ts';
import { damaged } from '../../support/damage.ts';
import { weightFile, type StoredTensor } from '../../support/weightFile.ts';

/** Damaged files tried in each of the tests below. */
const files = 1500;

/** A tensor of random bytes, the top bit of each exponent clear so that every value is finite. */
function stored(
  name: string,
  dtype: string,
  shape: readonly number[],
  elementBytes: number,
): StoredTensor {
  const random = seededRandom(1, name.length * 31 + shape.length);
  const bytes = Uint8Array.from(
    { length: sizeOf(shape) * elementBytes },
    (_, i) =>
      Math.floor(random() * 256) &
      (i % elementBytes === elementBytes - 1 && elementBytes > 1 ? 0xbf : 0xff),
  );
  return { name, dtype, shape, bytes };
}

const tensors = [
  stored('conv.weight', 'F16', [4, 3, 3, 3], 2),
  stored('norm.weight', 'F16', [4], 2),
  stored('norm.bias', 'F16', [4], 2),
  stored('square', 'F32', [5, 5], 4),
  stored('count', 'I64', [], 8),
  stored('none', 'F32', [0, 2], 4),
];
const file = weightFile(tensors);
const original = await LazyWeights.open(new MemorySource(file.bytes)).then((weights) =>
  weights.load(file.specs),
);

/** A source that does not say how long it is, as a web server that leaves out the total. */
function unsized(bytes: Bytes): ByteSource {
  const memory = new MemorySource(bytes);
  return { label: 'the stream', size: undefined, read: (start, end) => memory.read(start, end) };
}

async function attempt(source: ByteSource, checksums: Checksums) {
  try {
    const weights = await LazyWeights.open(source, checksums);
    return { tensors: await weights.load(file.specs) };
  } catch (error) {
    return { error };
  }
}

describe('damaged weight files', () => {
  it('the whole one is read', () => {
    expect([...original.keys()]).toEqual(tensors.map(({ name }) => name));
  });

  it(`${files} of them with a manifest: an error each`, async () => {
    await fc.assert(
      fc.asyncProperty(damaged(tensors, file.bytes, file.headerEnd), async ({ bytes }) => {
        const { error } = await attempt(new MemorySource(bytes), file.checksums);
        expect(error).toBeInstanceOf(EngineError);
        expect((error as EngineError).code).toMatch(/^(invalid-weights|checksum-mismatch)$/);
      }),
      { numRuns: files, seed: 196 },
    );
  });

  it(`${files} of them from a source of unknown length: an error, or the very tensors`, async () => {
    await fc.assert(
      fc.asyncProperty(damaged(tensors, file.bytes, file.headerEnd), async ({ kind, bytes }) => {
        const { tensors: read, error } = await attempt(unsized(bytes), file.checksums);
        if (read) expect(kind).toMatch(/^extend/);
        if (read) expect(read).toEqual(original);
        else expect(error).toBeInstanceOf(EngineError);
      }),
      { numRuns: files, seed: 197 },
    );
  });

  it(`${files} of them without any checksum: an error wherever the structure is wrong, never a crash`, async () => {
    await fc.assert(
      fc.asyncProperty(
        damaged(tensors, file.bytes, file.headerEnd),
        async ({ bytes, structural }) => {
          const { tensors: read, error } = await attempt(new MemorySource(bytes), {});
          if (structural || !read) expect(error).toBeInstanceOf(EngineError);
          else
            for (const { name, shape } of file.specs) {
              expect(read.get(name)).toHaveLength(sizeOf(shape));
              expect(read.get(name)!.every(Number.isFinite)).toBe(true);
            }
        },
      ),
      { numRuns: files, seed: 198 },
    );
  });
});
