import { EngineError } from '../errors.ts';
import type { ParameterSpec } from '../archs/architecture.ts';
import { partsOf, type Bytes, type ByteSource, type ReadOptions } from './byteSource.ts';
import { sha256Hex } from './digest.ts';
import { readRanges } from './ranges.ts';
import { decodeTensor, headerLength, parseHeader } from './safetensors.ts';
import type { SafetensorsHeader, TensorEntry } from './safetensors.ts';

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Called with each tensor as soon as it is there; a provider that has all at once need not. */
  readonly onTensor?: ((name: string, values: Float32Array) => void) | undefined;
  /** Told of every wait for bytes, so that others can go ahead meanwhile. */
  readonly waiting?: (<T>(bytes: Promise<T>) => Promise<T>) | undefined;
}

/** Something that yields parameters by name: a weight file, or a seeded initialisation. */
export interface WeightProvider {
  load(specs: readonly ParameterSpec[], options?: LoadOptions): Promise<Map<string, Float32Array>>;
}

/** What the manifest promises about a weight file. */
export interface Checksums {
  /** Length of the file in bytes. */
  readonly bytes?: number | undefined;
  /** SHA-256 of the file's first bytes, up to the first tensor, hex. */
  readonly header?: string | undefined;
  /** SHA-256 of each tensor's bytes, hex. */
  readonly tensors?: Readonly<Record<string, string>> | undefined;
}

/** The first read fetches this much: the header and the first layer of a small network come together. */
const prefixBytes = 8192;
/** Tensors of at most so many bytes are kept: a first layer that was looked at is not fetched again to be run. */
const keptBytes = 65_536;

export interface OpenOptions extends ReadOptions {
  /** How many bytes to read first; the rest of a longer header comes in a second read. */
  readonly prefix?: number | undefined;
}

/** A safetensors file of which only the tensors asked for are read. */
export class LazyWeights implements WeightProvider {
  readonly header: SafetensorsHeader;
  private readonly source: ByteSource;
  private readonly checksums: Checksums;
  private readonly kept = new Map<string, Float32Array>();

  private constructor(source: ByteSource, header: SafetensorsHeader, checksums: Checksums) {
    this.source = source;
    this.header = header;
    this.checksums = checksums;
  }

  /**
   * Reads and checks the header, nothing else.
   * @throws {EngineError} `invalid-weights`, `checksum-mismatch`, `network` or `aborted`
   */
  static async open(
    source: ByteSource,
    checksums: Checksums = {},
    options: OpenOptions = {},
  ): Promise<LazyWeights> {
    const { label } = source;
    let prefix = await source.read(0, options.prefix ?? prefixBytes, options);
    const headerEnd = 8 + headerLength(prefix, label, source.size);
    if (headerEnd > prefix.byteLength)
      prefix = joined(prefix, await source.read(prefix.byteLength, headerEnd, options));
    if (headerEnd > prefix.byteLength)
      throw new EngineError(
        'invalid-weights',
        `${label} is truncated: its header ends at byte ${headerEnd}, the file has ${prefix.byteLength}`,
      );
    const header = parseHeader(prefix.slice(8, headerEnd), label);
    for (const [what, size] of [
      ['the file', source.size],
      ['its manifest', checksums.bytes],
    ] as const)
      if (size !== undefined && size !== header.fileBytes)
        throw new EngineError(
          'invalid-weights',
          `${label} should have ${header.fileBytes} bytes by its header, but ${what} says ${size}`,
        );
    if (checksums.header && (await sha256Hex(prefix.slice(0, headerEnd))) !== checksums.header)
      throw new EngineError(
        'checksum-mismatch',
        `the header of ${label} does not match the SHA-256 in its manifest`,
      );
    return new LazyWeights(remembering(source, prefix), header, checksums);
  }

  /**
   * Values of the named tensors, float32, in PyTorch's layout. Neighbours in the file come in one request.
   * @throws {EngineError} `invalid-weights` for a missing, misshapen or non-finite tensor,
   * `checksum-mismatch`, `network`, `aborted`
   */
  async load(
    specs: readonly ParameterSpec[],
    options: LoadOptions = {},
  ): Promise<Map<string, Float32Array>> {
    const entries = specs.map((spec) => this.entry(spec));
    const loaded = new Map<string, Float32Array>();
    const take = (name: string, values: Float32Array) => {
      loaded.set(name, values);
      options.onTensor?.(name, values);
    };
    for (const { name } of entries) if (this.kept.has(name)) take(name, this.kept.get(name)!);
    const missing = entries.filter(({ name }) => !loaded.has(name));
    for await (const [entry, bytes] of readRanges(this.source, missing, options)) {
      const values = await this.decode(entry, bytes);
      if (bytes.byteLength <= keptBytes) this.kept.set(entry.name, values);
      take(entry.name, values);
    }
    return new Map(specs.map(({ name }) => [name, loaded.get(name)!]));
  }

  private entry({ name, shape }: ParameterSpec): TensorEntry {
    const { label } = this.source;
    const entry = this.header.tensors.get(name);
    if (!entry) throw new EngineError('invalid-weights', `${label} has no tensor "${name}"`);
    if (entry.shape.join() !== shape.join())
      throw new EngineError(
        'invalid-weights',
        `tensor "${name}" of ${label} has shape [${entry.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    return entry;
  }

  private async decode(entry: TensorEntry, bytes: Bytes): Promise<Float32Array> {
    const expected = this.checksums.tensors?.[entry.name];
    if (this.checksums.tensors && (!expected || (await sha256Hex(bytes)) !== expected))
      throw new EngineError(
        'checksum-mismatch',
        `tensor "${entry.name}" of ${this.source.label} does not match the SHA-256 in its manifest`,
      );
    return decodeTensor(entry, bytes, this.source.label);
  }
}

function joined(head: Bytes, tail: Bytes): Bytes {
  const bytes = new Uint8Array(head.byteLength + tail.byteLength);
  bytes.set(head);
  bytes.set(tail, head.byteLength);
  return bytes;
}

/** A file whose first bytes have been read already; they are not asked for again. */
function remembering(source: ByteSource, prefix: Bytes): ByteSource {
  return {
    label: source.label,
    size: source.size,
    read: (start, end, options) =>
      end <= prefix.byteLength
        ? Promise.resolve(prefix.subarray(start, end))
        : source.read(start, end, options),
    async *parts(start, end, options) {
      if (end <= prefix.byteLength) yield prefix.subarray(start, end);
      else yield* partsOf(source, start, end, options);
    },
  };
}
