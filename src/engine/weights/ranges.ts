import { EngineError, throwIfAborted } from '../errors.ts';
import type { Bytes, ByteSource, ReadOptions } from './byteSource.ts';
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
  throw new EngineError(
    'invalid-weights',
    `${source.label} is truncated: got ${bytes.byteLength} of the ${end - begin} bytes from byte ${begin}`,
  );
}

/**
 * Each range with its bytes, in the order of the file. Neighbours come in one request.
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
  for (const group of contiguous(ranges)) {
    const begin = group[0]!.begin;
    const whole = { begin, end: group.at(-1)!.end };
    const bytes = await readExactly(source, whole, { signal, onBytes });
    for (const range of group) {
      throwIfAborted(signal);
      yield [range, bytes.subarray(range.begin - begin, range.end - begin)];
    }
  }
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
