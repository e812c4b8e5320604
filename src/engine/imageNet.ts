import type { ArchitectureConfig } from './archs/architecture.ts';
import { architectureNamed } from './archs/index.ts';
import { EngineError } from './errors.ts';
import type { Preprocessing } from './manifest.ts';

/** ResNet-18 as torchvision trained it on ImageNet-1k, the 1,000 classes of the 2012 challenge. */
export const imageNetTitle = 'ResNet-18, torchvision’s ImageNet-1k weights';

export const imageNetArchitecture: ArchitectureConfig = {
  name: 'resnet18',
  inputChannels: 3,
  inputSize: 224,
  classCount: 1000,
};

/** As torchvision's own transforms, but for the resizing: the whole picture, not a crop of it. */
export const imageNetPreprocessing: Preprocessing = {
  width: 224,
  height: 224,
  colour: 'rgb',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Counters of training steps, which PyTorch keeps with every BatchNorm2d and evaluation ignores. */
const counter = /\.num_batches_tracked$/;

/**
 * Checks that a state dict has exactly the tensors of an architecture, each of its shape.
 * @param shapes of the state dict's tensors, by name; counters of BatchNorm2d may be there or not
 * @throws {EngineError} `invalid-weights`
 */
export function checkStructure(
  shapes: ReadonlyMap<string, readonly number[]>,
  config: ArchitectureConfig,
  label: string,
): void {
  const stages = architectureNamed(config.name).stages(config);
  const specs = new Map(stages.flatMap(({ parameters }) => parameters.map((s) => [s.name, s])));
  const missing = [...specs.keys()].find((name) => !shapes.has(name));
  const extra = [...shapes.keys()].find((name) => !specs.has(name) && !counter.test(name));
  const wrong = [...specs.values()].find(({ name, shape }) => {
    return shapes.get(name) && shapes.get(name)!.join() !== shape.join();
  });
  const what = `${config.name} with ${config.classCount} classes`;
  const fault =
    (missing && `it has no tensor "${missing}"`) ??
    (extra && `it has a tensor "${extra}"`) ??
    (wrong &&
      `its tensor "${wrong.name}" has shape [${shapes.get(wrong.name)!.join(', ')}], expected [${wrong.shape.join(', ')}]`);
  if (fault) throw new EngineError('invalid-weights', `${label} is not a ${what}: ${fault}`);
}
