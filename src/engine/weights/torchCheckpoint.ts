import type { ParameterSpec } from '../archs/architecture.ts';
import { EngineError } from '../errors.ts';
import { sizeOf } from '../layout.ts';
import type { Bytes, ByteSource, ReadOptions } from './byteSource.ts';
import { decodeValues, elementBytes, finite } from './dtypes.ts';
import type { LoadOptions, WeightProvider } from './lazyWeights.ts';
import { readRanges } from './ranges.ts';
import { openTorchLegacy } from './torchLegacy.ts';
import { lastElement, type TorchTensor } from './torchPickle.ts';
import type { StoredBytes, TorchContents } from './torchStorages.ts';
import { openTorchZip } from './torchZip.ts';

const invalid = (message: string) => new EngineError('invalid-weights', message);

/** A file of `torch.save`, in either of its formats; only the storages asked for are read. Nothing in it is run. */
export class TorchCheckpoint implements WeightProvider {
  /** Every tensor in the dict and the dicts within, by the path of keys joined with dots. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  private readonly source: ByteSource;
  private readonly storages: ReadonlyMap<string, StoredBytes>;

  private constructor(source: ByteSource, { tensors, storages }: TorchContents) {
    this.source = source;
    this.tensors = tensors;
    this.storages = storages;
  }

  /**
   * Reads which tensors there are, none of their values.
   * @param size length of the file in bytes
   * @throws {EngineError} `invalid-weights`, also for whatever is no state dict; `network`, `aborted`
   */
  static async open(
    source: ByteSource,
    size: number,
    options: ReadOptions = {},
  ): Promise<TorchCheckpoint> {
    const start = await source.read(0, 2, options);
    const isZip = start[0] === 0x50 && start[1] === 0x4b;
    const open = isZip ? openTorchZip : openTorchLegacy;
    return new TorchCheckpoint(source, await open(source, size, options));
  }

  /**
   * Values of the named tensors, float32, contiguous.
   * @throws {EngineError} `invalid-weights` for a missing, misshapen, damaged or non-finite tensor,
   * `network`, `aborted`
   */
  async load(
    specs: readonly ParameterSpec[],
    options: LoadOptions = {},
  ): Promise<Map<string, Float32Array>> {
    const wanted = new Map<StoredBytes, [name: string, tensor: TorchTensor][]>();
    for (const spec of specs) {
      const tensor = this.tensor(spec);
      const stored = this.stored(spec.name, tensor);
      wanted.set(stored, [...(wanted.get(stored) ?? []), [spec.name, tensor]]);
    }
    const loaded = new Map<string, Float32Array>();
    for await (const [stored, bytes] of readRanges(this.source, [...wanted.keys()], options)) {
      const storage = stored.unpack(bytes);
      for (const [name, tensor] of wanted.get(stored)!) {
        const values = finite(valuesOf(tensor, storage), name, this.source.label);
        loaded.set(name, values);
        options.onTensor?.(name, values);
      }
    }
    return new Map(specs.map(({ name }) => [name, loaded.get(name)!]));
  }

  private tensor({ name, shape }: ParameterSpec): TorchTensor {
    const { label } = this.source;
    const tensor = this.tensors.get(name);
    if (!tensor) throw invalid(`${label} has no tensor "${name}"`);
    if (tensor.shape.join() !== shape.join())
      throw invalid(
        `tensor "${name}" of ${label} has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    return tensor;
  }

  private stored(name: string, { storage }: TorchTensor): StoredBytes {
    const what = `tensor "${name}" of ${this.source.label}`;
    const stored = this.storages.get(storage.key);
    if (!stored) throw invalid(`${what} lies in storage ${storage.key}, which the file has not`);
    if (stored.bytes !== storage.bytes)
      throw invalid(
        `${what} lies in a storage of ${stored.bytes} bytes, expected ${storage.bytes}`,
      );
    return stored;
  }
}

/** The elements of a view in row-major order. */
function valuesOf(tensor: TorchTensor, storage: Bytes): Float32Array {
  const { dtype, shape, strides, offset } = tensor;
  const width = elementBytes[dtype];
  const end = (lastElement(tensor) + 1) * width;
  const values = decodeValues(dtype, storage.subarray(Math.min(end, offset * width), end));
  const out = new Float32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
