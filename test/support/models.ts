import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest, type ModelManifest } from '../../src/engine/manifest.ts';
import type { Model } from '../../src/engine/model.ts';
import { openModel, untrainedTwin } from '../../src/engine/openModel.ts';
import { seededRandom } from '../../src/engine/random.ts';
import { sizeOf, type TensorData } from '../../src/engine/layout.ts';
import { MemorySource } from '../../src/engine/weights/byteSource.ts';
import type { ModelDescription } from '../../src/worker/protocol.ts';
import { modelsFolder } from './repository.ts';

/** A manifest for models that no file stands behind. */
export function smallManifest(inputSize = 8, inputChannels = 3): ModelManifest {
  return {
    id: `small-${inputSize}`,
    title: 'SmallCNN for tests',
    architecture: { name: 'smallcnn', inputChannels, inputSize, classCount: 10 },
    labels: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    preprocessing: {
      width: inputSize,
      height: inputSize,
      colour: inputChannels === 3 ? 'rgb' : 'grey',
      mean: Array<number>(inputChannels).fill(0.5),
      std: Array<number>(inputChannels).fill(0.25),
    },
    weights: { file: 'model.safetensors', bytes: 0, sha256: '', header: '', tensors: {} },
    parameters: 0,
    licence: 'MIT',
    metrics: { accuracy: 0.1, images: 1, precision: 'float32' },
  };
}

/** SmallCNN's layers, untrained; at 8x8 pixels a pass takes a sixteenth of the usual time. */
export function smallModel(inputSize = 8, inputChannels = 3): Model {
  return untrainedTwin(smallManifest(inputSize, inputChannels));
}

/** What the worker says of a small model. */
export function smallDescription(inputSize = 8): ModelDescription {
  const { id, title, architecture, labels, preprocessing } = smallManifest(inputSize);
  const { modules } = smallModel(inputSize);
  return { id, title, architecture, labels, preprocessing, modules };
}

export async function readManifest(id: string): Promise<ModelManifest> {
  const path = join(modelsFolder, id, 'model.json');
  return parseManifest(await readFile(path, 'utf8'), path);
}

/** A model that ships, read from disk; for inputs of another size where one is given. */
export async function shippedModel(id: string, inputSize?: number): Promise<Model> {
  const manifest = await readManifest(id);
  const bytes = new Uint8Array(await readFile(join(modelsFolder, id, manifest.weights.file)));
  const { architecture } = manifest;
  const sized = { ...architecture, inputSize: inputSize ?? architecture.inputSize };
  return openModel({ ...manifest, architecture: sized }, new MemorySource(bytes, id));
}

/** Seeded values, uniform on [-1, 1). */
export function noise(shape: readonly number[], seed = 1): TensorData {
  const random = seededRandom(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => 2 * random() - 1) };
}
