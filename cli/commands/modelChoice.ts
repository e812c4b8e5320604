import { untrainedSuffix } from '../../src/engine/untrainedSuffix.ts';
import { openModelFile } from '../../src/worker/modelFile.ts';
import { ModelShelf, type OpenedModel } from '../../src/worker/models.ts';
import type { Ask, ModelFile, ModuleInfo } from '../../src/worker/protocol.ts';
import { nodeEngine } from '../nodeEngine.ts';
import { diskModelFiles } from '../nodeModels.ts';
import { choice, nodeBackends, optional, text, UsageError, type Given } from './command.ts';
import { readBlob, readText } from './files.ts';

/** Endings of files that hold a state dict; anything else names a folder of `models/`. */
const endings = ['.pt', '.pth', '.safetensors'];

/** A state dict of the user's own, under its path as id. */
type OwnModel = { readonly model: string } & ModelFile;

const withoutSuffix = (model: string) =>
  model.endsWith(untrainedSuffix) ? model.slice(0, -untrainedSuffix.length) : model;

/**
 * The file that `--model` names, if it names one.
 * @throws {UsageError} where a flag does not fit
 */
async function ownModel(given: Given): Promise<OwnModel | undefined> {
  const path = withoutSuffix(text(given, 'model'));
  const isFile = endings.some((ending) => path.toLowerCase().endsWith(ending));
  const unfit = ['labels', 'input-size'].find((flag) => optional(given, flag) !== undefined);
  if (!isFile && unfit)
    throw new UsageError(
      `--${unfit} is for a file ending in ${endings.join(' or ')}, ${path} is a folder of models/`,
    );
  if (!isFile) return undefined;
  const inputSize = sizeOf(given);
  const labels = await labelsOf(given);
  return { model: path, file: await readBlob(path), name: path, labels, inputSize };
}

function sizeOf(given: Given): number | undefined {
  const size = optional(given, 'input-size');
  if (size === undefined || /^\d+$/.test(size)) return size === undefined ? size : Number(size);
  throw new UsageError(`invalid --input-size: ${size}, expected a number of pixels`);
}

async function labelsOf(given: Given): Promise<string[] | undefined> {
  const path = optional(given, 'labels');
  if (path === undefined) return undefined;
  const lines = (await readText(path)).split(/\r?\n/).map((line) => line.trim());
  if (lines.at(-1) === '') lines.pop();
  const empty = lines.indexOf('');
  if (empty >= 0) throw new Error(`${path} has no label in line ${empty + 1}`);
  return lines;
}

/** What `--model` names, opened without an engine. */
export async function openChosenModel(given: Given): Promise<OpenedModel> {
  const shelf = new ModelShelf(diskModelFiles(optional(given, 'models')));
  const own = await ownModel(given);
  if (own) await shelf.put(own.model, openModelFile(own.model, own));
  return shelf.open(text(given, 'model'));
}

export interface ChosenEngine {
  readonly ask: Ask;
  /** Id under which requests name the model. */
  readonly model: string;
  readonly labels: readonly string[];
  readonly modules: readonly ModuleInfo[];
}

/** The engine on the backend asked for, with what `--model` names open. */
export async function engineWithModel(given: Given): Promise<ChosenEngine> {
  const backend = choice(given, 'backend', nodeBackends);
  const own = await ownModel(given);
  const ask = await nodeEngine(backend, diskModelFiles(optional(given, 'models')));
  if (own) await ask('openModel', own);
  const model = text(given, 'model');
  const { labels, modules } = await ask('describe', { model });
  return { ask, model, labels, modules };
}
