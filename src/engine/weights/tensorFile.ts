import { EngineError } from '../errors.ts';
import { MemorySource, type ByteSource, type Bytes, type ReadOptions } from './byteSource.ts';
import type { Dtype } from './dtypes.ts';
import { LazyWeights, type WeightProvider } from './lazyWeights.ts';
import { TorchCheckpoint } from './torchCheckpoint.ts';

/** What is known of a tensor before its values are read. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A file of named tensors, of which only those asked for are read. */
export interface TensorFile extends WeightProvider {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** Enough of a file to know its kind. */
const firstBytes = 16;
const brace = 0x7b;
/** First byte of every pickle of protocol 2 or later. */
const pickleProtocol = 0x80;

/**
 * Opens a safetensors file or a checkpoint of PyTorch, whichever its first bytes tell it is.
 * @throws {EngineError} `invalid-weights`, `network`, `aborted`
 */
export async function openTensorFile(
  source: ByteSource,
  options: ReadOptions = {},
): Promise<TensorFile> {
  const start = await source.read(0, firstBytes, options);
  switch (kindOf(start)) {
    case 'safetensors': {
      const weights = await LazyWeights.open(source, {}, options);
      return {
        tensors: weights.header.tensors,
        load: (specs, loading) => weights.load(specs, loading),
      };
    }
    case 'torch': {
      const { sized, size } = await measured(source, options);
      return TorchCheckpoint.open(sized, size, options);
    }
    case undefined:
      throw new EngineError('invalid-weights', `${source.label} ${whyNot(start)}`);
  }
}

function kindOf(start: Bytes): 'safetensors' | 'torch' | undefined {
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  if (isZip) return 'torch';
  // Eight bytes of length, of which the upper four are zero for any header that is accepted.
  const isShort = start.subarray(4, 8).every((byte) => byte === 0);
  if (start.byteLength > 8 && isShort && start[8] === brace) return 'safetensors';
  return start[0] === pickleProtocol ? 'torch' : undefined;
}

function whyNot(start: Bytes): string {
  if (start.byteLength < firstBytes) return `is truncated: it has ${start.byteLength} bytes`;
  const hex = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  return `is neither a safetensors file nor a PyTorch checkpoint: it begins with the bytes ${hex.join(' ')}`;
}

/** The file with its length; one that does not tell is read whole. */
async function measured(
  source: ByteSource,
  options: ReadOptions,
): Promise<{ sized: ByteSource; size: number }> {
  if (source.size !== undefined) return { sized: source, size: source.size };
  const whole = await source.read(0, Number.MAX_SAFE_INTEGER, options);
  return { sized: new MemorySource(whole, source.label), size: whole.byteLength };
}
