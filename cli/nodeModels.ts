import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../src/engine/errors.ts';
import { MemorySource, type ByteSource } from '../src/engine/weights/byteSource.ts';
import type { ModelFiles } from '../src/worker/models.ts';

/** The repository's `public` folder. */
export const publicFolder = fileURLToPath(new URL('../public/', import.meta.url));

/** A file of the disk, read once, when first needed. */
function diskSource(path: string): ByteSource {
  const memory = readFile(path).then(
    (bytes) => new MemorySource(new Uint8Array(bytes), path),
    (cause: unknown) => {
      throw new EngineError('unknown-model', `could not read ${path}`, { cause });
    },
  );
  memory.catch(() => undefined);
  return {
    label: path,
    size: undefined,
    read: async (start, end) => (await memory).read(start, end),
  };
}

/** The models in a folder on disk. */
export function diskModelFiles(folder = join(publicFolder, 'models')): ModelFiles {
  return {
    async manifest(model) {
      if (!/^[\w-][\w.-]*$/.test(model))
        throw new EngineError('unknown-model', `unknown model: ${model}, expected a folder's name`);
      return readFile(join(folder, model, 'model.json'), 'utf8').catch((cause: unknown) => {
        throw new EngineError(
          'unknown-model',
          `unknown model: ${model}, no model.json in ${folder}/${model}`,
          { cause },
        );
      });
    },
    source: (model, { file }) => diskSource(join(folder, model, file)),
  };
}
