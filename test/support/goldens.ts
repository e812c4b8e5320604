import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { goldenFrom, type Golden } from './goldenFile.ts';
import { readTensors, type TensorFile } from './tensorFile.ts';
import { filesIn, foldersIn, goldenFolder, modelsFolder } from './repository.ts';

/** The goldens there are, as pairs of model and input. */
export function goldenNames(): Array<{ model: string; input: string }> {
  const models = foldersIn(modelsFolder);
  const folders = foldersIn(goldenFolder).filter((folder) => models.includes(folder));
  return folders.flatMap((model) =>
    filesIn(join(goldenFolder, model), '.safetensors').map((file) => ({
      model,
      input: basename(file, '.safetensors'),
    })),
  );
}

/** The bytes of a file of `test/golden`, read whole. */
export async function readGoldenFile(name: string): Promise<TensorFile> {
  return readTensors(new Uint8Array(await readFile(join(goldenFolder, name))));
}

export async function readGolden({
  model,
  input,
}: {
  model: string;
  input: string;
}): Promise<Golden> {
  return goldenFrom(model, input, await readGoldenFile(`${model}/${input}.safetensors`));
}
