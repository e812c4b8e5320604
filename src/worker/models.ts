import { EngineError } from '../engine/errors.ts';
import { parseManifest, type ModelManifest, type ModelSummary } from '../engine/manifest.ts';
import type { Model } from '../engine/model.ts';
import type { ConventionGoldens } from '../engine/lenses/conventionGoldens.ts';
import { openModel, untrainedTwin } from '../engine/openModel.ts';
import { untrainedSuffix } from '../engine/untrainedSuffix.ts';
import { WeightHistory } from '../engine/weightHistory.ts';
import { HttpSource, type ByteSource } from '../engine/weights/byteSource.ts';
import type { LoadOptions } from '../engine/weights/lazyWeights.ts';

export interface OpenedModel {
  readonly manifest: ModelSummary;
  readonly model: Model;
  /** Only of models that were trained here. */
  readonly history?: WeightHistory;
  /** PyTorch's maps under every convention, read when asked for; only of models that have them. */
  readonly goldens?: (options: LoadOptions) => Promise<ConventionGoldens>;
}

/** Where the folders of `models/` lie. */
export interface ModelFiles {
  /** Text of `model.json`. */
  manifest(folder: string): Promise<string>;
  /** The weight file that the manifest names; its digest tells one release from the next. */
  source(folder: string, weights: Pick<ModelManifest['weights'], 'file' | 'sha256'>): ByteSource;
}

/** The models of a web site. */
export function httpModelFiles(base: string): ModelFiles {
  return {
    async manifest(folder) {
      const url = `${base}models/${folder}/model.json`;
      // Always asked for anew: an old manifest would refuse new weights.
      const response = await fetch(url, { cache: 'no-cache' }).catch((cause: unknown) => {
        throw new EngineError('network', `could not reach ${url}`, { cause });
      });
      if (!response.ok)
        throw new EngineError(
          'unknown-model',
          `unknown model: ${folder}, ${url} answered with status ${response.status}`,
        );
      return response.text();
    },
    source: (folder, { file, sha256 }) =>
      new HttpSource(`${base}models/${folder}/${file}?sha256=${sha256.slice(0, 16)}`),
  };
}

/** Models, each opened once; a failed attempt is forgotten, so that a retry starts anew. */
export class ModelShelf {
  private readonly files: ModelFiles;
  private readonly manifests = new Map<string, Promise<ModelManifest>>();
  private readonly opened = new Map<string, Promise<OpenedModel>>();

  constructor(files: ModelFiles) {
    this.files = files;
  }

  /** @param id a folder of `models/` or what was put here, also followed by `@untrained` for its untrained twin */
  open(id: string): Promise<OpenedModel> {
    return remember(this.opened, id, () => this.openNew(id));
  }

  /** Takes in a model of no folder; whoever asks for it waits until it is open, or hears why it is not. */
  put<T extends OpenedModel>(id: string, opening: Promise<T>): Promise<T> {
    this.opened.set(id, opening);
    return opening;
  }

  /** Frees a model's weights and those of its twin. */
  async close(id: string): Promise<void> {
    for (const name of [id, `${id}${untrainedSuffix}`]) {
      const opened = this.opened.get(name);
      this.opened.delete(name);
      await (await opened?.catch(() => undefined))?.model.dispose();
    }
  }

  private async openNew(id: string): Promise<OpenedModel> {
    const untrained = id.endsWith(untrainedSuffix);
    const folder = untrained ? id.slice(0, -untrainedSuffix.length) : id;
    const trained = untrained ? await this.opened.get(folder) : undefined;
    if (trained) return { manifest: trained.manifest, model: untrainedTwin(trained.manifest) };
    const manifest = await remember(this.manifests, folder, async () =>
      parseManifest(await this.files.manifest(folder), `${folder}/model.json`),
    );
    if (untrained) return { manifest, model: untrainedTwin(manifest) };
    const model = await openModel(manifest, this.files.source(folder, manifest.weights));
    const { history, conventions } = manifest;
    return {
      ...{ manifest, model },
      ...(history && {
        history: new WeightHistory(manifest, model, () => this.files.source(folder, history)),
      }),
      ...(conventions && {
        goldens: async (options) => {
          const { readConventionGoldens } = await import('../engine/lenses/conventionGoldens.ts');
          return readConventionGoldens(
            this.files.source(folder, conventions),
            conventions,
            options,
          );
        },
      }),
    };
  }
}

function remember<T>(
  cache: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}
