import { createHash } from 'node:crypto';
import type { ParameterSpec } from '../../src/engine/archs/architecture.ts';
import type { Checksums } from '../../src/engine/weights/lazyWeights.ts';

/** A tensor as it lies in a file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export type Header = Record<string, unknown>;

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The header entries of tensors that lie one after the other. */
export function headerOf(
  tensors: readonly StoredTensor[],
  metadata?: Record<string, string>,
): Header {
  let offset = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = offset;
    offset += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  return { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) };
}

/** A safetensors file: eight bytes of length, the header padded with spaces, the data. */
export function assemble(header: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(header);
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + data.length).fill(0x20, 8, 8 + padded);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, 8);
  file.set(data, 8 + padded);
  return file;
}

export interface WeightFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headerEnd: number;
  readonly specs: readonly ParameterSpec[];
  /** What a manifest says of this file. */
  readonly checksums: Required<Checksums>;
}

/** The file of the tensors, as the project's own Python code lays it out. */
export function weightFile(
  tensors: readonly StoredTensor[],
  metadata: Record<string, string> = { format: 'pt' },
): WeightFile {
  const data = Buffer.concat(tensors.map(({ bytes }) => bytes));
  const bytes = assemble(JSON.stringify(headerOf(tensors, metadata)), data);
  const headerEnd = bytes.length - data.length;
  return {
    bytes,
    headerEnd,
    specs: tensors.map(({ name, shape }) => ({
      name,
      shape,
      initial: { kind: 'constant', value: 0 },
    })),
    checksums: {
      bytes: bytes.length,
      header: sha256(bytes.subarray(0, headerEnd)),
      tensors: Object.fromEntries(tensors.map((tensor) => [tensor.name, sha256(tensor.bytes)])),
    },
  };
}
