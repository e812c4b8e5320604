import type { TensorData } from '../../src/engine/layout.ts';
import { decodeTensor, headerLength, parseHeader } from '../../src/engine/weights/safetensors.ts';

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Every tensor of a safetensors file, widened to float32. Runs in the browser as well. */
export function readTensors(bytes: Uint8Array<ArrayBuffer>, label = 'the file'): TensorFile {
  const dataStart = 8 + headerLength(bytes, label, bytes.byteLength);
  const { tensors, metadata } = parseHeader(bytes.slice(8, dataStart), label);
  const read = [...tensors.values()].map((entry) => {
    const data = decodeTensor(entry, bytes.slice(entry.begin, entry.end), label);
    return [entry.name, { shape: entry.shape, data }] as const;
  });
  return { tensors: new Map(read), metadata };
}
