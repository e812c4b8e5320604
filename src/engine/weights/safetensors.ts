import { EngineError } from '../errors.ts';
import { sizeOf } from '../layout.ts';
import type { Bytes } from './byteSource.ts';
import { decodeValues, elementBytes, finite, type Dtype } from './dtypes.ts';

/** Where one tensor lies: `begin` and `end` count from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Length of the whole file in bytes, as the header implies it. */
  readonly fileBytes: number;
}

/** Longest header accepted, as in the reference implementation. */
const maxHeaderBytes = 100_000_000;

const invalid = (message: string) => new EngineError('invalid-weights', message);

/**
 * Length in bytes of the JSON header, from the first eight bytes of a file.
 * @throws {EngineError} `invalid-weights` if the file is shorter or the length is absurd.
 */
export function headerLength(bytes: Bytes, label: string, fileSize?: number): number {
  if (bytes.byteLength < 8)
    throw invalid(`${label} is truncated: ${bytes.byteLength} bytes, expected at least 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > maxHeaderBytes)
    throw invalid(
      `${label} is not a safetensors file: its header would be ${length} bytes, at most ${maxHeaderBytes} are allowed`,
    );
  if (fileSize !== undefined && 8 + length > fileSize)
    throw invalid(
      `${label} is truncated: its header ends at byte ${8 + length}, the file has ${fileSize}`,
    );
  return length;
}

/**
 * Reads the JSON header and checks that the tensors tile the data exactly, without overlap or hole.
 * Source: the safetensors format, https://huggingface.co/docs/safetensors.
 * @param json the header's bytes, after the eight length bytes.
 * @throws {EngineError} `invalid-weights`
 */
export function parseHeader(json: Bytes, label: string): SafetensorsHeader {
  const header = parseJsonObject(json, label);
  const dataStart = 8 + json.byteLength;
  const tensors = new Map<string, TensorEntry>();
  const { __metadata__: metadata = {}, ...entries } = header;
  for (const [name, entry] of Object.entries(entries))
    tensors.set(name, parseEntry(name, entry, dataStart, label));
  return {
    tensors,
    metadata: parseMetadata(metadata, label),
    fileBytes: checkTiling(tensors, dataStart, label),
  };
}

function parseJsonObject(json: Bytes, label: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw new EngineError('invalid-weights', `the header of ${label} is not JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`the header of ${label} is not a JSON object`);
  return value as Record<string, unknown>;
}

function parseMetadata(value: unknown, label: string): Record<string, string> {
  const isStrings =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((entry) => typeof entry === 'string');
  if (!isStrings) throw invalid(`__metadata__ of ${label} is not a map of strings`);
  return value as Record<string, string>;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function parseEntry(name: string, value: unknown, dataStart: number, label: string): TensorEntry {
  const what = `tensor "${name}" of ${label}`;
  if (typeof value !== 'object' || value === null) throw invalid(`${what} has no description`);
  const { dtype, shape, data_offsets: range } = value as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype))
    throw invalid(
      `${what} has dtype ${JSON.stringify(dtype)}, expected one of ${Object.keys(elementBytes).join(', ')}`,
    );
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw invalid(`${what} has shape ${JSON.stringify(shape)}, expected a list of sizes`);
  if (!Array.isArray(range) || range.length !== 2 || !range.every(isCount))
    throw invalid(`${what} has data_offsets ${JSON.stringify(range)}, expected [begin, end]`);
  const [begin, end] = range as [number, number];
  const expected = sizeOf(shape) * elementBytes[dtype as Dtype];
  if (end - begin !== expected)
    throw invalid(
      `${what} takes ${end - begin} bytes, expected ${expected} for ${dtype} [${shape.join(', ')}]`,
    );
  return { name, dtype: dtype as Dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** @returns the length of the file in bytes. */
function checkTiling(
  tensors: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  label: string,
): number {
  let position = dataStart;
  for (const entry of [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin < position)
      throw invalid(`tensor "${entry.name}" of ${label} overlaps the one before it`);
    if (entry.begin > position)
      throw invalid(
        `${entry.begin - position} bytes before tensor "${entry.name}" of ${label} belong to no tensor`,
      );
    position = entry.end;
  }
  return position;
}

/**
 * Values of a tensor as float32, exact for every dtype but F64 and 64-bit integers.
 * @throws {EngineError} `invalid-weights` if a value is not finite.
 */
export function decodeTensor(entry: TensorEntry, bytes: Bytes, label: string): Float32Array {
  return finite(decodeValues(entry.dtype, bytes), entry.name, label);
}

export interface StoredValues {
  readonly shape: readonly number[];
  /** Float32 values, or the bits of float16 ones. */
  readonly data: Float32Array | Uint16Array;
}

/**
 * Writes float32 or float16 tensors as a safetensors file, in the given order.
 * @returns the bytes of the file.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredValues>>,
  metadata: Readonly<Record<string, string>> = {},
): Bytes {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const dtype = data instanceof Float32Array ? 'F32' : 'F16';
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let position = 8 + padded;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}
