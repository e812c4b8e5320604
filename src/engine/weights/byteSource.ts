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
  /** Length of the file in bytes, once it is known. */
  readonly size: number | undefined;
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

  async read(start: number, end: number, options: ReadOptions = {}): Promise<Bytes> {
    if (this.whole) return this.whole.subarray(start, end);
    if (end <= start) return new Uint8Array(0);
    const response = await this.request(start, end, options.signal);
    if (response.status === 416) return new Uint8Array(0);
    if (response.status === 206) {
      this.noteRange(response, start);
      return readBody(response, this.label, options);
    }
    this.whole = await readBody(response, this.label, options);
    return this.whole.subarray(start, end);
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

/** Reads a response to its end, reporting progress. */
async function readBody(
  response: Response,
  label: string,
  { signal, onBytes }: ReadOptions,
): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = response.body?.getReader();
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) break;
      chunks.push(part.value);
      length += part.value.byteLength;
      onBytes?.(part.value.byteLength);
    }
  } catch (cause) {
    throwIfAborted(signal);
    throw new EngineError('network', `the connection broke while reading ${label}`, { cause });
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
