import type { ModelManifest } from './manifest.ts';
import { Model } from './model.ts';
import { untrainedSuffix } from './untrainedSuffix.ts';
import type { ByteSource, ReadOptions } from './weights/byteSource.ts';
import { LazyWeights } from './weights/lazyWeights.ts';
import { SeededWeights } from './weights/seededWeights.ts';

/** Seed of every untrained twin. */
const twinSeed = 19;

/** A trained network, from its manifest and the file of its weights; only the header is read. */
export async function openModel(
  manifest: ModelManifest,
  source: ByteSource,
  options?: ReadOptions,
): Promise<Model> {
  const { bytes, header, tensors } = manifest.weights;
  const weights = await LazyWeights.open(source, { bytes, header, tensors }, options);
  return new Model(manifest.id, manifest.architecture, weights);
}

/** The control for every claim about training: the same network before it. */
export function untrainedTwin(manifest: Pick<ModelManifest, 'id' | 'architecture'>): Model {
  const id = `${manifest.id}${untrainedSuffix}`;
  return new Model(id, manifest.architecture, new SeededWeights(twinSeed));
}
