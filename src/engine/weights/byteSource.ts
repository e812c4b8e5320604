import { EngineError, throwIfAborted } from '../errors.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of new bytes as they arrive. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** Random access to the bytes of a file, wherever it lies. */
export interface ByteSource {
  /** What to call the file in an error. */
  readonly label: string;
  /** Bytes `[start, end)`; fewer where the file ends before `end`. */
  read(start: number, end: number, options?: ReadOptions): Promise<Bytes>;
  /** The same bytes piece by piece as they arrive, where they do not come at once. */
  parts?(start: number, end: number, options?: ReadOptions): AsyncIterable<Bytes>;
  /** Length of the file in bytes, once it is known. */
  readonly size: number | undefined;
}

/** Bytes `[start, end)` of any source, piece by piece. */
export async function* partsOf(
  source: ByteSource,
  start: number,
  end: number,
  options: ReadOptions = {},
): AsyncGenerator<Bytes> {
  if (source.parts) yield* source.parts(start, end, options);
  else yield await source.read(start, end, options);
}

/** Bytes that are already in memory. */
export class MemorySource implements ByteSource {
  readonly label: string;
  readonly size: number;
  private readonly bytes: Bytes;

  constructor(bytes: Bytes, label = 'the file') {
    this.bytes = bytes;
    this.size = bytes.byteLength;
    this.label = label;
  }

  read(start: number, end: number): Promise<Bytes> {
    return Promise.resolve(this.bytes.subarray(start, end));
  }
}

/** A file the reader picked or dropped; only the parts asked for are read from disk. */
export class BlobSource implements ByteSource {
  readonly label: string;
  readonly size: number;
  private readonly blob: Blob;

  constructor(blob: Blob, label = 'the file') {
    this.blob = blob;
    this.size = blob.size;
    this.label = label;
  }

  async read(start: number, end: number, options: ReadOptions = {}): Promise<Bytes> {
    throwIfAborted(options.signal);
    try {
      return new Uint8Array(await this.blob.slice(start, end).arrayBuffer());
    } catch (cause) {
      throw new EngineError('network', `could not read ${this.label} from disk`, { cause });
    }
  }
}

/**
 * A file on a web server, read by HTTP Range. A server that ignores Range and sends the whole file
 * is understood: the file is kept and serves all later reads.
 */
export class HttpSource implements ByteSource {
  readonly label: string;
  private readonly url: string;
  private whole: Bytes | undefined;
  private total: number | undefined;

  constructor(url: string) {
    this.url = url;
    this.label = url;
  }

  get size(): number | undefined {
    return this.whole?.byteLength ?? this.total;
  }

  read(start: number, end: number, options: ReadOptions = {}): Promise<Bytes> {
    return joined(this.parts(start, end, options));
  }

  async *parts(start: number, end: number, options: ReadOptions = {}): AsyncGenerator<Bytes> {
    if (end <= start) return;
    if (!this.whole) {
      const response = await this.request(start, end, options.signal);
      if (response.status === 416) return;
      if (response.status === 206) {
        this.noteRange(response, start);
        yield* bodyParts(response, this.label, options);
        return;
      }
      this.whole = await readBody(response, this.label, options);
    }
    yield this.whole.subarray(start, end);
  }

  private async request(start: number, end: number, signal?: AbortSignal): Promise<Response> {
    throwIfAborted(signal);
    let response: Response;
    try {
      const headers = { Range: `bytes=${start}-${end - 1}` };
      response = await fetch(this.url, signal ? { headers, signal } : { headers });
    } catch (cause) {
      throwIfAborted(signal);
      throw new EngineError('network', `could not reach ${this.url}`, { cause });
    }
    if (!response.ok && response.status !== 416)
      throw new EngineError('network', `${this.url} answered with status ${response.status}`);
    return response;
  }

  private noteRange(response: Response, start: number): void {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('Content-Range') ?? '');
    if (!range) return;
    if (Number(range[1]) !== start)
      throw new EngineError(
        'network',
        `${this.url} sent bytes from ${range[1]}, expected from ${start}`,
      );
    if (range[2] !== '*') this.total = Number(range[2]);
  }
}

/**
 * Reads a response to its end, reporting progress.
 * @throws {EngineError} `network`, `aborted`
 */
export function readBody(response: Response, label: string, options: ReadOptions): Promise<Bytes> {
  return joined(bodyParts(response, label, options));
}

/** The pieces of a response as they arrive; whoever stops early stops the download. */
async function* bodyParts(
  response: Response,
  label: string,
  { signal, onBytes }: ReadOptions,
): AsyncGenerator<Bytes> {
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) return;
      onBytes?.(part.value.byteLength);
      yield part.value;
    }
  } catch (cause) {
    throwIfAborted(signal);
    throw new EngineError('network', `the connection broke while reading ${label}`, { cause });
  } finally {
    reader?.cancel().catch(() => undefined);
  }
}

/** All pieces in one; a single piece is not copied. */
async function joined(parts: AsyncIterable<Bytes>): Promise<Bytes> {
  const chunks: Bytes[] = [];
  for await (const part of parts) chunks.push(part);
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
