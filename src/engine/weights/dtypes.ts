import { EngineError } from '../errors.ts';
import type { Bytes } from './byteSource.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './floats.ts';

/** Bytes of one element for each dtype of the safetensors format that is a number. */
export const elementBytes = {
  BOOL: 1, U8: 1, I8: 1, U16: 2, I16: 2, F16: 2, BF16: 2,
  U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8,
} as const; // prettier-ignore

export type Dtype = keyof typeof elementBytes;

/** Values as float32, exact for every dtype but F64 and 64-bit integers; little-endian bytes. */
export function decodeValues(dtype: Dtype, bytes: Bytes): Float32Array {
  const buffer = bytes.slice().buffer;
  switch (dtype) {
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'U64':
      return Float32Array.from(new BigUint64Array(buffer), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer));
    case 'U32':
      return Float32Array.from(new Uint32Array(buffer));
    case 'I16':
      return Float32Array.from(new Int16Array(buffer));
    case 'U16':
      return Float32Array.from(new Uint16Array(buffer));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(new Uint8Array(buffer));
  }
}

/**
 * The values as they came.
 * @throws {EngineError} `invalid-weights` if one of them is not finite
 */
export function finite(values: Float32Array, name: string, label: string): Float32Array {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new EngineError(
    'invalid-weights',
    `tensor "${name}" of ${label} holds ${values[bad]} at index ${bad}, expected finite numbers`,
  );
}
