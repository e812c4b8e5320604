import type { ArchitectureConfig } from './archs/architecture.ts';
import { architectureNamed } from './archs/index.ts';
import { EngineError } from './errors.ts';
import { blockCounts, foreignNetwork } from './foreignNetworks.ts';
import { checkStructure } from './imageNet.ts';
import { sameModules } from './sameModules.ts';
import type { Shapes } from './weights/stateDict.ts';

export interface Recognised {
  readonly config: ArchitectureConfig;
  /** Name in the state dict by the name that the architecture gives a tensor. */
  readonly names: ReadonlyMap<string, string>;
}

/** What the first and the last layer tell. */
type Ends = Pick<ArchitectureConfig, 'name' | 'inputChannels' | 'classCount'>;

/** More classes than any network of these kinds has been trained for. */
const mostClasses = 100_000;
/** Sizes in pixels that SmallCNN is run at; the ResNets check theirs themselves. */
const smallcnnSizes = { least: 8, largest: 512 } as const;
/** Names by the number of blocks in `layer1` to `layer4`. */
const resnets: Readonly<Record<string, string>> = { '2,2,2,2': 'resnet18', '3,4,6,3': 'resnet34' };

/**
 * Which network a state dict belongs to, from the names and shapes of its tensors.
 * @param label what to call the file in an error
 * @param inputSize height and width of the input in pixels, which no state dict tells: 32 for
 * SmallCNN, 28 where it takes one channel, 224 for a ResNet, unless given
 * @throws {EngineError} `unknown-architecture` for any other network, `invalid-weights` for one that
 * is not whole, `invalid-option` for an input size that does not fit
 */
export function recognise(shapes: Shapes, label: string, inputSize?: number): Recognised {
  const ends = smallcnnEnds(shapes) ?? resnetEnds(shapes);
  if (ends) {
    const config = configOf(ends, label, inputSize);
    checkStructure(shapes, config, label);
    return { config, names: new Map([...shapes.keys()].map((name) => [name, name])) };
  }
  return renamedSmallcnn(shapes, label, inputSize) ?? refuse(shapes, label);
}

function refuse(shapes: Shapes, label: string): never {
  throw new EngineError(
    'unknown-architecture',
    `${label} holds ${foreignNetwork(shapes)}; expected SmallCNN, or ResNet-18 or ResNet-34 with torchvision's names`,
  );
}

/** The network between a first convolution `[width, C, k, k]` and a last layer `[K, features]`. */
function between(
  name: string,
  [first, width, kernel]: readonly [readonly number[] | undefined, number, number],
  [last, features]: readonly [readonly number[] | undefined, number],
): Ends | undefined {
  const begins = first?.length === 4 && first[0] === width && first[2] === kernel;
  const ends = last?.length === 2 && last[1] === features;
  if (!begins || !ends) return undefined;
  return { name, inputChannels: first[1]!, classCount: last[0]! };
}

function smallcnnEnds(shapes: Shapes): Ends | undefined {
  const first = shapes.get('features.0.0.weight');
  return between('smallcnn', [first, 32, 3], [shapes.get('head.weight'), 128]);
}

function resnetEnds(shapes: Shapes): Ends | undefined {
  const name = resnets[blockCounts(shapes).join()];
  if (!name || shapes.has('layer1.0.conv3.weight')) return undefined;
  return between(name, [shapes.get('conv1.weight'), 64, 7], [shapes.get('fc.weight'), 512]);
}

/** SmallCNN's modules under other names, as those of one `nn.Sequential`. */
function renamedSmallcnn(
  shapes: Shapes,
  label: string,
  inputSize: number | undefined,
): Recognised | undefined {
  const all = [...shapes.values()];
  const first = all.find((shape) => shape.length === 4 && shape[0] === 32 && shape[1] !== 32);
  const last = all.find((shape) => shape.length === 2);
  const ends = between('smallcnn', [first, 32, 3], [last, 128]);
  if (!ends) return undefined;
  const specs = architectureNamed(ends.name)
    .stages({ ...ends, inputSize: smallcnnSizes.least })
    .flatMap(({ parameters }) => parameters);
  const names = sameModules(specs, shapes);
  return names && { config: configOf(ends, label, inputSize), names };
}

function configOf(ends: Ends, label: string, wanted: number | undefined): ArchitectureConfig {
  const { name, inputChannels, classCount } = ends;
  if (inputChannels !== 1 && inputChannels !== 3)
    throw new EngineError(
      'unknown-architecture',
      `${label} holds a ${name} for ${inputChannels} channels, expected 1 (grey) or 3 (colour)`,
    );
  if (classCount < 1 || classCount > mostClasses)
    throw new EngineError(
      'unknown-architecture',
      `${label} holds a ${name} for ${classCount} classes, expected 1 to ${mostClasses}`,
    );
  const usual = name !== 'smallcnn' ? 224 : inputChannels === 1 ? 28 : 32;
  const config = { ...ends, inputSize: wanted ?? usual };
  if (name === 'smallcnn') checkSmallcnnSize(config);
  return config;
}

function checkSmallcnnSize({ inputSize }: ArchitectureConfig): void {
  const { least, largest } = smallcnnSizes;
  if (Number.isInteger(inputSize) && inputSize >= least && inputSize <= largest) return;
  throw new EngineError(
    'invalid-option',
    `invalid input size of smallcnn: ${inputSize}, expected a whole number from ${least} to ${largest}`,
  );
}
