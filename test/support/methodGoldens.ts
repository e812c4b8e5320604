import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readGoldenFile } from './goldens.ts';
import { methodGoldenFrom, type MethodGolden } from './methodCases.ts';
import { filesIn, foldersIn, goldenFolder } from './repository.ts';

/** The goldens of methods there are, as pairs of model and input. */
export function methodGoldenNames(): Array<{ model: string; input: string }> {
  const folder = join(goldenFolder, 'methods');
  if (!existsSync(folder)) return [];
  return foldersIn(folder).flatMap((model) =>
    filesIn(join(folder, model), '.safetensors').map((file) => ({
      model,
      input: basename(file, '.safetensors'),
    })),
  );
}

export const readMethodGolden = ({
  model,
  input,
}: {
  model: string;
  input: string;
}): Promise<MethodGolden> => methodGoldenFrom(model, input, readGoldenFile);
