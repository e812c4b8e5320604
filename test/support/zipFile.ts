import { crc32 } from 'node:zlib';
import type { Bytes, ByteSource } from '../../src/engine/weights/byteSource.ts';

/** One file of an archive. */
export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where it begins; by default after the one before. */
  readonly at?: number;
  /** Fields of its directory entry and local header to be written wrongly. */
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
}

interface Chunk {
  readonly begin: number;
  readonly bytes: Uint8Array;
}

const beyond = 0xffffffff;

/** Little-endian numbers one after the other, each with its width in bytes. */
function fields(...numbers: ReadonlyArray<readonly [width: 2 | 4 | 8, value: number]>): Buffer {
  return Buffer.concat(
    numbers.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      if (width === 8) bytes.writeBigUInt64LE(BigInt(value));
      else bytes.writeUIntLE(value, 0, width);
      return bytes;
    }),
  );
}

/** Version, flags, method, time, date, CRC and sizes, as both headers of a file have them. */
const shared = ({ bytes, crc, method = 0, flags = 0x0808 }: ZipPart) =>
  fields(
    ...([[2, 0], [2, flags], [2, method], [4, 0], [4, crc ?? crc32(bytes)]] as const),
    ...([[4, bytes.length], [4, bytes.length]] as const),
  ); // prettier-ignore

function localHeader(part: ZipPart): Buffer {
  const name = Buffer.from(part.name);
  return Buffer.concat([
    fields([4, 0x04034b50]),
    shared(part),
    fields([2, name.length], [2, 0]),
    name,
  ]);
}

/** A directory entry; what does not fit 32 bits stands in a zip64 field. */
function directoryEntry(part: ZipPart, begin: number): Buffer {
  const name = Buffer.from(part.name);
  const extra = begin < beyond ? Buffer.alloc(0) : fields([2, 1], [2, 8], [8, begin]);
  return Buffer.concat([
    fields([4, 0x02014b50], [2, 0]),
    shared(part),
    fields([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0]),
    fields([4, Math.min(begin, beyond)]),
    name,
    extra,
  ]);
}

/** An archive of stored files with a zip64 directory, as PyTorch writes it, in pieces with holes between. */
function chunksOf(parts: readonly ZipPart[]): Chunk[] {
  const chunks: Chunk[] = [];
  const entries: Buffer[] = [];
  let position = 0;
  for (const part of parts) {
    const begin = part.at ?? position;
    const bytes = Buffer.concat([localHeader(part), part.bytes]);
    chunks.push({ begin, bytes });
    entries.push(directoryEntry(part, begin));
    position = begin + bytes.length;
  }
  const directory = Buffer.concat(entries);
  const count = parts.length;
  const end = Buffer.concat([
    directory,
    fields([4, 0x06064b50], [8, 44], [2, 0], [2, 45], [4, 0], [4, 0], [8, count], [8, count]),
    fields([8, directory.length], [8, position]),
    fields([4, 0x07064b50], [4, 0], [8, position + directory.length], [4, 1]),
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directory.length]),
    fields([4, Math.min(position, beyond)], [2, 0]),
  ]);
  return [...chunks, { begin: position, bytes: end }];
}

/** The archive as one piece. */
export function zipFile(parts: readonly ZipPart[]): Bytes {
  const chunks = chunksOf(parts);
  const { begin, bytes } = chunks.at(-1)!;
  const file = new Uint8Array(begin + bytes.length);
  for (const chunk of chunks) file.set(chunk.bytes, chunk.begin);
  return file;
}

/** An archive that may be larger than memory: zeros lie between its files. */
export function zipSource(parts: readonly ZipPart[]): ByteSource & { readonly size: number } {
  const chunks = chunksOf(parts);
  const last = chunks.at(-1)!;
  const size = last.begin + last.bytes.length;
  return {
    label: 'the archive',
    size,
    read(start, wanted) {
      const end = Math.min(size, wanted);
      const out = new Uint8Array(Math.max(0, end - start));
      for (const { begin, bytes } of chunks) {
        const from = Math.max(begin, start);
        const to = Math.min(begin + bytes.length, end);
        if (from < to) out.set(bytes.subarray(from - begin, to - begin), from - start);
      }
      return Promise.resolve(out);
    },
  };
}
