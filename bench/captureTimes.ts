import { capture, type CaptureRequest } from '../src/engine/capture.ts';
import type { TensorData } from '../src/engine/layout.ts';
import type { Model } from '../src/engine/model.ts';
import { sampleTimes, type Samples } from './median.ts';

/** What is asked of a network: gradients at these taps, or at every module, beside the logits. */
interface CaptureTask {
  readonly title: string;
  readonly gradients: readonly string[] | 'all';
  /** Whether the activations of all modules are read as well. */
  readonly activations?: boolean;
}

/** A network and what is timed for one picture, from a fresh run to arrays in PyTorch's layout. */
export interface BenchedNetwork {
  readonly model: string;
  readonly title: string;
  /** Share of the rounds that the lab's small network gets. */
  readonly share: number;
  readonly tasks: Readonly<Record<string, CaptureTask>>;
}

const forward: CaptureTask = { title: 'forward', gradients: [] };

export const networks: readonly BenchedNetwork[] = [
  {
    model: 'smallcnn-cifar10',
    title: 'SmallCNN, 32x32',
    share: 1,
    tasks: {
      forward,
      inputGradient: { title: '+ input gradient', gradients: ['input'] },
      moduleGradients: { title: '+ gradient at every module', gradients: 'all' },
      everything: {
        title: '+ activation at every module',
        gradients: 'all',
        activations: true,
      },
    },
  },
  {
    model: 'resnet18-objects11',
    title: 'ResNet-18, 224x224',
    share: 0.1,
    tasks: {
      forward,
      layer4Gradient: { title: '+ layer4 gradient', gradients: ['layer4'] },
      inputGradient: { title: '+ gradients at input and layer4', gradients: ['input', 'layer4'] },
    },
  },
];

/** @throws Error for a model that is not benched */
export function benchedNetwork(model: string): BenchedNetwork {
  const found = networks.find((network) => network.model === model);
  if (!found) throw new Error(`no bench for ${model}`);
  return found;
}

/** A smooth, fixed picture: what is timed does not depend on it. `[1, 3, size, size]` */
export function benchInput(size: number): TensorData {
  const data = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i / 7));
  return { shape: [1, 3, size, size], data };
}

/** Milliseconds of every round of each task. */
export function captureSamples(
  model: Model,
  rounds: number,
  warmUps?: number,
): Promise<Samples<string>> {
  const modules = model.modules.map(({ name }) => name);
  const input = benchInput(model.config.inputSize);
  const once = (request: CaptureRequest) => async () => {
    const run = model.run(input);
    await capture(run, { target: { kind: 'logit', class: 3 }, ...request });
    run.dispose();
  };
  const tasks = Object.entries(benchedNetwork(model.id).tasks).map(([name, task]) => {
    const gradients = task.gradients === 'all' ? ['input', ...modules] : task.gradients;
    return [name, once({ gradients, layers: task.activations ? modules : [] })] as const;
  });
  return sampleTimes(Object.fromEntries(tasks), rounds, warmUps);
}
