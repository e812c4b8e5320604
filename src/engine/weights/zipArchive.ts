import { EngineError } from '../errors.ts';
import type { Bytes, ByteSource, ReadOptions } from './byteSource.ts';
import { crc32 } from './crc32.ts';
import { readExactly, type ByteRange } from './ranges.ts';

/** One file of an archive; its range also spans what stands before and after its bytes. */
export interface ZipEntry extends ByteRange {
  readonly name: string;
  /** Length of its bytes. */
  readonly size: number;
  /** 0 where the writer computed none. */
  readonly crc: number;
  /** 0 for bytes that are stored as they are. */
  readonly method: number;
  readonly encrypted: boolean;
}

const signatures = {
  localHeader: 0x04034b50,
  directoryEntry: 0x02014b50,
  directoryEnd: 0x06054b50,
  zip64End: 0x06064b50,
  zip64Locator: 0x07064b50,
} as const;

const endBytes = 22;
const locatorBytes = 20;
const zip64EndBytes = 56;
const localHeaderBytes = 30;
const entryBytes = 46;
/** Longest local header: with a name and an extra field of 65,535 bytes each. */
const maxHeaderBytes = localHeaderBytes + 2 * 0xffff;
/** The last bytes of a file, read first: longest comment, locator and end of the directory. */
const tailBytes = 0xffff + endBytes + locatorBytes + zip64EndBytes;
/** Longest directory accepted: some hundred thousand tensors. */
const maxDirectoryBytes = 64 * 1024 * 1024;

const invalid = (message: string) => new EngineError('invalid-weights', message);
const viewOf = (bytes: Bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const uint64 = (view: DataView, at: number) => Number(view.getBigUint64(at, true));

/**
 * The files of a zip archive by name, from its central directory; zip64 is understood.
 * Source: PKWARE, APPNOTE.TXT 6.3.10.
 * @param size length of the archive in bytes
 * @throws {EngineError} `invalid-weights`, `network`, `aborted`
 */
export async function readZipDirectory(
  source: ByteSource,
  size: number,
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, ZipEntry>> {
  const start = Math.max(0, size - tailBytes);
  const tail = await readExactly(source, { begin: start, end: size }, options);
  const directory = await locateDirectory(source, tail, start, options);
  const { begin, end } = directory;
  if (begin > end || end > size)
    throw invalid(
      `${source.label} is truncated: its directory should lie in bytes ${begin} to ${end}, the file has ${size}`,
    );
  if (end - begin > maxDirectoryBytes)
    throw invalid(
      `the directory of ${source.label} has ${end - begin} bytes, at most ${maxDirectoryBytes} are allowed`,
    );
  const bytes =
    begin >= start
      ? tail.subarray(begin - start, end - start)
      : await readExactly(source, directory, options);
  return parseDirectory(bytes, directory, source.label);
}

/** Where the central directory lies, and how many entries it has. */
interface Directory extends ByteRange {
  readonly count: number;
}

async function locateDirectory(
  source: ByteSource,
  tail: Bytes,
  start: number,
  options: ReadOptions,
): Promise<Directory> {
  const view = viewOf(tail);
  const at = endOfDirectory(view);
  if (at < 0)
    throw invalid(
      `${source.label} is a zip archive without a directory at its end: it is truncated or damaged`,
    );
  const locator = at - locatorBytes;
  if (locator < 0 || view.getUint32(locator, true) !== signatures.zip64Locator) {
    const length = view.getUint32(at + 12, true);
    const begin = view.getUint32(at + 16, true);
    return { begin, end: begin + length, count: view.getUint16(at + 10, true) };
  }
  const recordAt = uint64(view, locator + 8);
  const record = viewOf(
    recordAt >= start && recordAt + zip64EndBytes <= start + tail.byteLength
      ? tail.subarray(recordAt - start, recordAt - start + zip64EndBytes)
      : await readExactly(source, { begin: recordAt, end: recordAt + zip64EndBytes }, options),
  );
  if (record.getUint32(0, true) !== signatures.zip64End)
    throw invalid(`${source.label} has no zip64 directory at byte ${recordAt}, where it should be`);
  const begin = uint64(record, 48);
  return { begin, end: begin + uint64(record, 40), count: uint64(record, 32) };
}

/** Offset of the end record, whose comment fills the rest of the file; -1 where there is none. */
function endOfDirectory(view: DataView): number {
  for (let at = view.byteLength - endBytes; at >= 0; at--)
    if (
      view.getUint32(at, true) === signatures.directoryEnd &&
      at + endBytes + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  return -1;
}

/** An entry as the directory has it; `stored` is its length in the file. */
type Listed = Omit<ZipEntry, 'end'> & { readonly stored: number };

function parseDirectory(
  bytes: Bytes,
  { begin, count }: Directory,
  label: string,
): ReadonlyMap<string, ZipEntry> {
  const view = viewOf(bytes);
  const listed: Listed[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const header = at + entryBytes <= bytes.byteLength;
    if (!header || view.getUint32(at, true) !== signatures.directoryEntry)
      throw invalid(`the directory of ${label} is damaged at entry ${listed.length}`);
    const nameEnd = at + entryBytes + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > bytes.byteLength)
      throw invalid(`the directory of ${label} is damaged at entry ${listed.length}`);
    const name = new TextDecoder().decode(bytes.subarray(at + entryBytes, nameEnd));
    listed.push(parseEntry(name, view, at, viewOf(bytes.subarray(nameEnd, extraEnd)), label));
    at = end;
  }
  if (listed.length !== count)
    throw invalid(`the directory of ${label} has ${listed.length} entries, expected ${count}`);
  return withEnds(listed, begin, label);
}

function parseEntry(
  name: string,
  view: DataView,
  at: number,
  extra: DataView,
  label: string,
): Listed {
  const [size, stored, begin] = widen(
    [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
    extra,
    `"${name}" in ${label}`,
  ) as [number, number, number];
  const encrypted = (view.getUint16(at + 8, true) & 1) === 1;
  const method = view.getUint16(at + 10, true);
  return { name, size, stored, begin, crc: view.getUint32(at + 16, true), method, encrypted };
}

/** Values of a directory entry, those that do not fit 32 bits taken from the zip64 extra field. */
function widen(values: readonly number[], extra: DataView, what: string): number[] {
  if (!values.includes(0xffffffff)) return [...values];
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1) {
      let next = at + 4;
      const end = Math.min(extra.byteLength, next + length);
      return values.map((value) => {
        if (value !== 0xffffffff) return value;
        next += 8;
        if (next > end) throw invalid(`the zip64 field of ${what} is too short`);
        return uint64(extra, next - 8);
      });
    }
    at += 4 + length;
  }
  return [...values];
}

/** Adds where each entry ends: where the next one begins, the directory does, or padding must. */
function withEnds(
  entries: readonly Listed[],
  directoryBegin: number,
  label: string,
): ReadonlyMap<string, ZipEntry> {
  const sorted = entries.toSorted((a, b) => a.begin - b.begin);
  const byName = new Map<string, ZipEntry>();
  sorted.forEach(({ stored, ...entry }, i) => {
    const next = sorted[i + 1]?.begin ?? directoryBegin;
    if (entry.begin + localHeaderBytes + stored > next)
      throw invalid(`"${entry.name}" in ${label} overlaps what follows it`);
    if (byName.has(entry.name)) throw invalid(`${label} holds "${entry.name}" twice`);
    const end = Math.min(next, entry.begin + maxHeaderBytes + stored);
    byName.set(entry.name, { ...entry, end });
  });
  return byName;
}

/**
 * The bytes of an entry, from those of its range.
 * @throws {EngineError} `invalid-weights` where they are not what the directory says
 */
export function unpackEntry(entry: ZipEntry, bytes: Bytes, label: string): Bytes {
  const what = `"${entry.name}" in ${label}`;
  const view = viewOf(bytes);
  if (entry.encrypted) throw invalid(`${what} is encrypted`);
  if (entry.method !== 0)
    throw invalid(
      `${what} is compressed (method ${entry.method}), expected it stored as by torch.save`,
    );
  if (view.getUint32(0, true) !== signatures.localHeader)
    throw invalid(`${what} does not begin at byte ${entry.begin}, where it should`);
  const nameBytes = view.getUint16(26, true);
  const begin = localHeaderBytes + nameBytes + view.getUint16(28, true);
  const name = new TextDecoder().decode(
    bytes.subarray(localHeaderBytes, localHeaderBytes + nameBytes),
  );
  if (name !== entry.name)
    throw invalid(`${what} lies where "${name}" should: the archive is damaged`);
  if (begin + entry.size > bytes.byteLength) throw invalid(`${what} overlaps what follows it`);
  const own = bytes.subarray(begin, begin + entry.size);
  if (entry.crc !== 0 && crc32(own) !== entry.crc)
    throw invalid(`${what} is damaged: it does not match its CRC-32`);
  return own;
}
