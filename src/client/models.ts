import { atom } from 'nanostores';
import { untrainedSuffix, type LoadProgress, type ModelDescription } from '../worker/protocol.ts';
import { ownPrefix } from './pictures.ts';

/** A model that figures can be pointed at, as the page lists it. */
export interface ChoosableModel {
  /** A folder of `models/`, one followed by `@untrained`, or `own:` with a number. */
  readonly id: string;
  readonly title: string;
  readonly labels: readonly string[];
  /** Name of the architecture. */
  readonly architecture: string;
  /** Height and width of the input in pixels. */
  readonly inputSize: number;
}

/** Torchvision's ImageNet-1k weights: a folder of the site, or fetched from elsewhere on a click. */
export const imageNetModel = 'resnet18-imagenet1k';

/** Models of this visit: the reader's own files and what was fetched on a click. */
export const $openedModels = atom<readonly ChoosableModel[]>([]);

/** The download of weights that goes on. */
export const $fetching = atom<LoadProgress | undefined>();

export function addModel(model: ChoosableModel): void {
  removeModel(model.id);
  $openedModels.set([...$openedModels.get(), model]);
}

export function removeModel(id: string): void {
  $openedModels.set($openedModels.get().filter((model) => model.id !== id));
}

export function choosable({ id, title, labels, architecture }: ModelDescription): ChoosableModel {
  return { id, title, labels, architecture: architecture.name, inputSize: architecture.inputSize };
}

/** A state dict by its name. */
export const isModelFile = (name: string): boolean => /\.(pt|pth|safetensors)$/i.test(name);

/** A file of the reader's own, which no link can carry. */
export const isOwnModel = (id: string): boolean => id.startsWith(ownPrefix);

/** The title without what comes after its first comma: `SmallCNN` of "SmallCNN, trained on CIFAR-10". */
export const shortTitle = (title: string): string => title.split(',')[0]!;

/** The twin of a model: the same layers before training. */
export function untrainedTwin(model: ChoosableModel): ChoosableModel {
  const title = `${shortTitle(model.title)} for ${model.labels.length} classes, untrained`;
  return { ...model, id: `${model.id}${untrainedSuffix}`, title };
}

/** The model of an id among those that there are; undefined for any other id. */
export function modelNamed(
  id: string,
  models: readonly ChoosableModel[],
): ChoosableModel | undefined {
  const found = models.find((model) => model.id === id);
  if (found || !id.endsWith(untrainedSuffix)) return found;
  const trained = modelNamed(id.slice(0, -untrainedSuffix.length), models);
  return trained && untrainedTwin(trained);
}
