import type { Bytes } from './byteSource.ts';
import type { ByteRange } from './ranges.ts';
import type { TorchTensor } from './torchPickle.ts';

/** Where the bytes of one storage lie in a file. */
export interface StoredBytes extends ByteRange {
  /** Number of bytes of the storage itself. */
  readonly bytes: number;
  /**
   * The storage, from the bytes of the range.
   * @throws {EngineError} `invalid-weights` where they are damaged
   */
  unpack(bytes: Bytes): Bytes;
}

/** What either of PyTorch's file formats comes down to. */
export interface TorchContents {
  /** By the path of keys that leads to them, joined with dots. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** By key. */
  readonly storages: ReadonlyMap<string, StoredBytes>;
}
