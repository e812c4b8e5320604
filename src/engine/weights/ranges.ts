import { EngineError, throwIfAborted } from '../errors.ts';
import { partsOf, type Bytes, type ByteSource, type ReadOptions } from './byteSource.ts';
import type { LoadOptions } from './lazyWeights.ts';

/** Bytes `[begin, end)` of a file. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * Bytes `[begin, end)`, all of them.
 * @throws {EngineError} `invalid-weights` where the file ends before `end`, `network`, `aborted`
 */
export async function readExactly(
  source: ByteSource,
  { begin, end }: ByteRange,
  options: ReadOptions = {},
): Promise<Bytes> {
  const bytes = await source.read(begin, end, options);
  if (bytes.byteLength === end - begin) return bytes;
  throw truncated(source, { begin, end }, bytes.byteLength);
}

function truncated({ label }: ByteSource, { begin, end }: ByteRange, got: number): EngineError {
  const message = `${label} is truncated: got ${got} of the ${end - begin} bytes from byte ${begin}`;
  return new EngineError('invalid-weights', message);
}

/**
 * Each range with its bytes, in the order of the file and as soon as they have arrived. Neighbours
 * come in one request.
 * @throws {EngineError} as `readExactly`
 */
export async function* readRanges<T extends ByteRange>(
  source: ByteSource,
  ranges: readonly T[],
  { signal, onProgress }: LoadOptions = {},
): AsyncGenerator<[T, Bytes]> {
  const totalBytes = ranges.reduce((sum, { begin, end }) => sum + end - begin, 0);
  let loadedBytes = 0;
  const onBytes = (count: number) => {
    loadedBytes = Math.min(totalBytes, loadedBytes + count);
    onProgress?.({ loadedBytes, totalBytes });
  };
  for (const group of contiguous(ranges))
    for await (const arrived of readGroup(source, group, { signal, onBytes })) {
      throwIfAborted(signal);
      yield arrived;
    }
}

/** Ranges that follow each other without a gap, in one request. */
async function* readGroup<T extends ByteRange>(
  source: ByteSource,
  group: readonly T[],
  options: ReadOptions,
): AsyncGenerator<[T, Bytes]> {
  const whole = { begin: group[0]!.begin, end: group.at(-1)!.end };
  const bytes = new Uint8Array(whole.end - whole.begin);
  let got = 0;
  let next = 0;
  for await (const part of partsOf(source, whole.begin, whole.end, options)) {
    bytes.set(part.subarray(0, bytes.byteLength - got), got);
    got += part.byteLength;
    for (; next < group.length && group[next]!.end - whole.begin <= got; next++) {
      const { begin, end } = group[next]!;
      yield [group[next]!, bytes.subarray(begin - whole.begin, end - whole.begin)];
    }
  }
  if (got !== bytes.byteLength) throw truncated(source, whole, got);
}

/** Groups ranges that follow each other in the file without a gap. */
function contiguous<T extends ByteRange>(ranges: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const range of ranges.toSorted((a, b) => a.begin - b.begin)) {
    const last = groups.at(-1);
    if (last && last.at(-1)!.end === range.begin) last.push(range);
    else groups.push([range]);
  }
  return groups;
}
