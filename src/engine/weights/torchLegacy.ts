import { EngineError } from '../errors.ts';
import type { Bytes, ByteSource, ReadOptions } from './byteSource.ts';
import { EndOfPickle } from './pickleBytes.ts';
import { readTorchPickle, tensorsIn, type TorchPickle, type TorchStorage } from './torchPickle.ts';
import type { StoredBytes, TorchContents } from './torchStorages.ts';
import { maxPickleBytes } from './torchZip.ts';

/** What PyTorch writes first, as a pickle of its own. */
const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
/** Read at first; doubled until the pickles are complete. */
const firstBytes = 64 * 1024;
/** Length of the number that leads each storage. */
const countBytes = 8;

const invalid = (message: string) => new EngineError('invalid-weights', message);

/**
 * A checkpoint as PyTorch wrote it before 1.6, and writes it still when asked to: pickles of a magic
 * number, a version, the machine, the object and the keys of the storages, then the storages.
 * Reads the pickles.
 * @throws {EngineError} `invalid-weights`, `network`, `aborted`
 */
export async function openTorchLegacy(
  source: ByteSource,
  size: number,
  options: ReadOptions = {},
): Promise<TorchContents> {
  for (let length = firstBytes; ; length *= 2) {
    const bytes = await source.read(0, Math.min(size, length), options);
    try {
      return parse(bytes, size, source.label);
    } catch (error) {
      if (!(error instanceof EndOfPickle) || length >= size) throw error;
      if (length >= maxPickleBytes)
        throw invalid(
          `the pickles in ${source.label} have more than ${maxPickleBytes} bytes, expected less`,
        );
    }
  }
}

function parse(bytes: Bytes, size: number, label: string): TorchContents {
  let position = 0;
  const next = (): TorchPickle => {
    const pickle = readTorchPickle(bytes, position, label);
    position = pickle.end;
    return pickle;
  };
  if (next().value !== magicNumber)
    throw invalid(
      `${label} is a pickle that torch.save did not write, expected a state dict saved with torch.save(model.state_dict(), ...)`,
    );
  const version = next().value;
  if (version !== protocolVersion)
    throw invalid(`${label} is not of PyTorch's version ${protocolVersion} of this format`);
  const machine = next().value;
  if (!(machine instanceof Map) || machine.get('little_endian') !== true)
    throw invalid(`${label} was saved big-endian, expected little-endian numbers`);
  const { value, storages } = next();
  const keys = next().value;
  if (!Array.isArray(keys)) throw invalid(`${label} has no list of its storages`);
  return {
    tensors: tensorsIn(value, label),
    storages: layOut(keys, storages, position, size, label),
  };
}

/** The storages lie one after the other in the order of the keys, each led by its number of elements. */
function layOut(
  keys: readonly unknown[],
  storages: ReadonlyMap<string, TorchStorage>,
  start: number,
  size: number,
  label: string,
): ReadonlyMap<string, StoredBytes> {
  const located = new Map<string, StoredBytes>();
  let begin = start;
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (!storage) throw invalid(`${label} lists a storage ${String(key)} that no tensor has`);
    const end = begin + countBytes + storage.bytes;
    located.set(storage.key, {
      begin,
      end,
      bytes: storage.bytes,
      unpack: (bytes) => checked(bytes, storage, label),
    });
    begin = end;
  }
  if (begin > size)
    throw invalid(`${label} is truncated: its storages end at byte ${begin}, the file has ${size}`);
  return located;
}

function checked(bytes: Bytes, storage: TorchStorage, label: string): Bytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, countBytes);
  const elements = Number(view.getBigUint64(0, true));
  const expected = storage.bytes / storage.elementBytes;
  if (elements !== expected)
    throw invalid(
      `storage ${storage.key} of ${label} says it has ${elements} elements, expected ${expected}`,
    );
  return bytes.subarray(countBytes);
}
