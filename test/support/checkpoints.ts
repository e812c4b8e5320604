import { mkdtemp, readFile, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorData } from '../../src/engine/layout.ts';
import type { Bytes } from '../../src/engine/weights/byteSource.ts';
import { runWithTorch } from './pytorch.ts';
import { goldenFolder, root } from './repository.ts';
import { readTensors } from './tensorFile.ts';

/** A file that PyTorch wrote, and what should be found in it. */
export interface CheckpointCase {
  readonly file: string;
  readonly bytes: Bytes;
  /** Float32 values by name, where the file is to be read. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** Part of the sentence with which it is to be refused. */
  readonly refusal?: string;
}

export interface CheckpointFolder {
  readonly folder: string;
  readonly pytorch: string;
  readonly cases: readonly CheckpointCase[];
}

interface Listing {
  readonly pytorch: string;
  readonly cases: ReadonlyArray<{ file: string; tensors?: string[]; refusal?: string }>;
}

/** What `training/golden_checkpoints.py` wrote into a folder; the committed files unless told otherwise. */
export async function readCheckpoints(
  folder = join(goldenFolder, 'checkpoints'),
): Promise<CheckpointFolder> {
  const read = async (name: string) => new Uint8Array(await readFile(join(folder, name)));
  const listing = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as Listing;
  const expected = readTensors(await read('expected.safetensors')).tensors;
  const cases = listing.cases.map(async ({ file, tensors = [], refusal }) => ({
    file,
    bytes: await read(file),
    tensors: new Map(tensors.map((name) => [name, expected.get(`${file}/${name}`)!])),
    ...(refusal && { refusal }),
  }));
  return { folder, pytorch: listing.pytorch, cases: await Promise.all(cases) };
}

/** Every form of file, written by the PyTorch of this machine; undefined where there is none. */
export async function freshCheckpoints(): Promise<CheckpointFolder | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  const script = join(root, 'training/golden_checkpoints.py');
  if (runWithTorch([script, '--all', folder], folder)) return readCheckpoints(folder);
  await rmdir(folder);
  return undefined;
}
