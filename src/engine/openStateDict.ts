import type { ArchitectureConfig } from './archs/architecture.ts';
import { EngineError } from './errors.ts';
import { imageNetPreprocessing } from './imageNet.ts';
import type { ModelSummary, Preprocessing } from './manifest.ts';
import { Model } from './model.ts';
import { recognise } from './recognise.ts';
import type { ByteSource, ReadOptions } from './weights/byteSource.ts';
import { StateDict } from './weights/stateDict.ts';

/** What a state dict does not tell. */
export interface StateDictOptions {
  /** Names of the classes in the order of the logits; `class 0`, `class 1` and so on unless given. */
  readonly labels?: readonly string[] | undefined;
  /** Height and width of the input in pixels; that of the architecture's usual data unless given. */
  readonly inputSize?: number | undefined;
}

const titles: Readonly<Record<string, string>> = {
  smallcnn: 'SmallCNN',
  resnet18: 'ResNet-18',
  resnet34: 'ResNet-34',
};

type Statistics = Pick<Preprocessing, 'mean' | 'std'>;

/** Per channel, by architecture and number of channels: of CIFAR-10, of MNIST, of ImageNet and of its channels' average. */
const statistics = {
  smallcnn: {
    3: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
    1: { mean: [0.1307], std: [0.3081] },
  },
  resnet: {
    3: imageNetPreprocessing,
    1: { mean: [0.449], std: [0.226] },
  },
} as const;

/**
 * A network of the reader's own: a state dict of SmallCNN, ResNet-18 or ResNet-34, in a file of
 * safetensors or of `torch.save`. Only names and shapes are read; values follow when they are needed.
 * Pictures are normalised as the lab and torchvision do for these networks.
 * @param id under which the model is asked for
 * @throws {EngineError} `invalid-weights`, `unknown-architecture`, `invalid-option`, `network`, `aborted`
 */
export async function openStateDict(
  id: string,
  source: ByteSource,
  { labels, inputSize, ...options }: StateDictOptions & ReadOptions = {},
): Promise<{ manifest: ModelSummary; model: Model }> {
  const state = await StateDict.open(source, options);
  const { config, names } = recognise(state.shapes, source.label, inputSize);
  const model = new Model(id, config, state.renamed(names));
  const manifest = {
    id,
    title: `${titles[config.name]!}, ${source.label}`,
    architecture: config,
    labels: labelsFor(config, labels),
    preprocessing: preprocessingFor(config),
  };
  return { manifest, model };
}

function labelsFor(
  { classCount }: ArchitectureConfig,
  given: readonly string[] | undefined,
): readonly string[] {
  if (!given) return Array.from({ length: classCount }, (_, index) => `class ${index}`);
  if (given.length === classCount) return given;
  throw new EngineError(
    'invalid-option',
    `got ${given.length} ${given.length === 1 ? 'label' : 'labels'}, expected ${classCount}, one for each class`,
  );
}

function preprocessingFor({ name, inputChannels, inputSize }: ArchitectureConfig): Preprocessing {
  const family = statistics[name === 'smallcnn' ? 'smallcnn' : 'resnet'];
  const { mean, std }: Statistics = inputChannels === 1 ? family[1] : family[3];
  const colour = inputChannels === 1 ? 'grey' : 'rgb';
  return { width: inputSize, height: inputSize, colour, mean, std };
}
