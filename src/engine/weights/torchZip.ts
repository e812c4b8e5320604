import { EngineError } from '../errors.ts';
import type { ByteSource, ReadOptions } from './byteSource.ts';
import { readExactly } from './ranges.ts';
import { readTorchPickle, tensorsIn } from './torchPickle.ts';
import type { StoredBytes, TorchContents } from './torchStorages.ts';
import { readZipDirectory, unpackEntry, type ZipEntry } from './zipArchive.ts';

/** Longest pickle accepted; that of a state dict has about 150 bytes for each tensor. */
export const maxPickleBytes = 8 * 1024 * 1024;

const invalid = (message: string) => new EngineError('invalid-weights', message);

/**
 * A checkpoint of PyTorch 1.6 or later, a zip archive: `<root>/data.pkl` and one file for each
 * storage, `<root>/data/<key>`. Reads the directory and the pickle.
 * @throws {EngineError} `invalid-weights`, `network`, `aborted`
 */
export async function openTorchZip(
  source: ByteSource,
  size: number,
  options: ReadOptions = {},
): Promise<TorchContents> {
  const { label } = source;
  const entries = await readZipDirectory(source, size, options);
  const root = rootOf(entries, label);
  const read = async (entry: ZipEntry) =>
    unpackEntry(entry, await readExactly(source, entry, options), label);
  const byteorder = entries.get(`${root}byteorder`);
  if (byteorder && new TextDecoder().decode(await read(byteorder)) !== 'little')
    throw invalid(`${label} was saved big-endian, expected little-endian numbers`);
  const pickle = entries.get(`${root}data.pkl`)!;
  if (pickle.size > maxPickleBytes)
    throw invalid(
      `the pickle in ${label} has ${pickle.size} bytes, at most ${maxPickleBytes} are allowed`,
    );
  const { value } = readTorchPickle(await read(pickle), 0, label);
  return { tensors: tensorsIn(value, label), storages: storagesIn(entries, root, label) };
}

/** The folder of the archive that holds all its files, with a slash at the end. */
function rootOf(entries: ReadonlyMap<string, ZipEntry>, label: string): string {
  const names = [...entries.keys()];
  const script = names.find((name) => /^[^/]*\/(constants\.pkl$|code\/)/.test(name));
  if (script)
    throw invalid(
      `${label} is a TorchScript archive, a program and its weights; expected a state dict saved with torch.save(model.state_dict(), ...)`,
    );
  const pickle = names.find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (!pickle)
    throw invalid(
      `${label} is a zip archive without data.pkl (it begins with ${names[0] ?? 'nothing'}), expected a file of torch.save`,
    );
  return pickle.slice(0, -'data.pkl'.length);
}

function storagesIn(
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
  label: string,
): ReadonlyMap<string, StoredBytes> {
  const prefix = `${root}data/`;
  const storages = new Map<string, StoredBytes>();
  for (const entry of entries.values()) {
    if (!entry.name.startsWith(prefix)) continue;
    storages.set(entry.name.slice(prefix.length), {
      begin: entry.begin,
      end: entry.end,
      bytes: entry.size,
      unpack: (bytes) => unpackEntry(entry, bytes, label),
    });
  }
  return storages;
}
