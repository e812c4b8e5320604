import { architectureNamed } from '../../src/engine/archs/index.ts';
import type { ModelManifest } from '../../src/engine/manifest.ts';
import { MemorySource } from '../../src/engine/weights/byteSource.ts';
import { SeededWeights } from '../../src/engine/weights/seededWeights.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { ModelFiles } from '../../src/worker/models.ts';
import { smallManifest } from './models.ts';
import { sha256, weightFile } from './weightFile.ts';

/** A site's `models/` folder in memory, with one SmallCNN for 8x8 pictures. */
export interface MemoryModels extends ModelFiles {
  readonly manifestOf: ModelManifest;
  /** Folders whose manifest was asked for. */
  readonly manifestsRead: string[];
  /** While set, each look-up of a manifest fails. */
  offline: boolean;
}

export async function memoryModels(inputSize = 8): Promise<MemoryModels> {
  const plain = smallManifest(inputSize);
  const stages = architectureNamed(plain.architecture.name).stages(plain.architecture);
  const specs = stages.flatMap((stage) => stage.parameters);
  const values = await new SeededWeights(3).load(specs);
  const { bytes, checksums } = weightFile(
    specs.map(({ name, shape }) => ({
      name,
      shape,
      dtype: 'F32',
      bytes: new Uint8Array(values.get(name)!.buffer),
    })),
  );
  const weights = { file: 'model.safetensors', ...checksums, sha256: sha256(bytes) };
  const manifest = { ...plain, weights };
  const text = JSON.stringify(manifest);
  const models: MemoryModels = {
    manifestOf: manifest,
    manifestsRead: [],
    offline: false,
    async manifest(folder) {
      models.manifestsRead.push(folder);
      if (models.offline) throw new EngineError('network', 'could not reach the models');
      if (folder !== manifest.id)
        throw new EngineError('unknown-model', `unknown model: ${folder}`);
      return text;
    },
    source: () => new MemorySource(bytes, 'model.safetensors'),
  };
  return models;
}
