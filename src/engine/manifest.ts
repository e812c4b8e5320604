import type { ArchitectureConfig } from './archs/architecture.ts';
import { EngineError } from './errors.ts';

/** How a picture becomes an input. */
export interface Preprocessing {
  readonly width: number;
  readonly height: number;
  readonly colour: 'rgb' | 'grey';
  /** Per channel, on values in [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** How pictures are scaled: this engine knows Pillow's antialiased bilinear filter only. */
  readonly resize?: 'bilinear-antialias';
}

/** A safetensors file and the digests by which it is known. */
export interface WeightFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** SHA-256 of the file's first bytes, up to the first tensor: which dtype and shape lie where. */
  readonly header: string;
  /** SHA-256 of each tensor's bytes. */
  readonly tensors: Readonly<Record<string, string>>;
}

/** `model.json`: what a weight file holds and where it comes from. */
export interface ModelManifest {
  readonly id: string;
  readonly title: string;
  readonly architecture: ArchitectureConfig;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly weights: WeightFile;
  /** One tensor of the network in the course of training, `epoch-0`, `epoch-1` and so on. */
  readonly history?: WeightFile & { readonly tensor: string };
  /** PyTorch's maps of one picture under every convention. */
  readonly conventions?: WeightFile;
  readonly parameters: number;
  readonly licence: string;
  readonly metrics: {
    readonly accuracy: number;
    readonly images: number;
    readonly precision: string;
  };
}

/** What has to be known of a model to run it, wherever its weights come from. */
export type ModelSummary = Pick<
  ModelManifest,
  'id' | 'title' | 'architecture' | 'labels' | 'preprocessing'
>;

/**
 * Reads a manifest. The site's own are checked in full when the site is built; here only what the
 * engine rests on.
 * @throws {EngineError} `unknown-model`
 */
export function parseManifest(json: string, label: string): ModelManifest {
  let value: Partial<ModelManifest> | null;
  try {
    value = JSON.parse(json) as Partial<ModelManifest> | null;
  } catch (cause) {
    throw new EngineError('unknown-model', `${label} is not JSON`, { cause });
  }
  for (const field of ['id', 'architecture', 'labels', 'preprocessing', 'weights'] as const)
    if (!value?.[field]) throw new EngineError('unknown-model', `${label} has no "${field}"`);
  const manifest = value as ModelManifest;
  if (manifest.labels.length !== manifest.architecture.classCount)
    throw new EngineError(
      'unknown-model',
      `${label} names ${manifest.labels.length} labels, expected ${manifest.architecture.classCount}`,
    );
  return manifest;
}
