import { batchNorm } from '../ops/batchNorm.ts';
import { conv2d } from '../ops/conv2d.ts';
import { linear } from '../ops/linear.ts';
import type { Operation } from '../trace.ts';
import type { Initial, ModuleInfo, ParameterSpec, SlidingWindow } from './architecture.ts';

/** A layer with weights: its module, its tensors in the state dict, and how they become an operation. */
export interface Layer {
  readonly module: ModuleInfo;
  readonly parameters: readonly ParameterSpec[];
  build(weights: ReadonlyMap<string, Float32Array>): Operation;
}

export interface Conv2dPlan {
  readonly name: string;
  /** Module it reads. */
  readonly input: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly window: SlidingWindow;
  /** Height and width of its input. */
  readonly inputSize: number;
  readonly initial: Initial;
  readonly rectifiesInput?: true | undefined;
}

/** Height and width of what a sliding window leaves of a map. */
export function slidOver(size: number, { kernel, stride, padding }: SlidingWindow): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** `Conv2d` without a bias. */
export function conv2dLayer(plan: Conv2dPlan): Layer {
  const { name, input, inChannels, outChannels, window, inputSize, initial } = plan;
  const { kernel, stride, padding } = window;
  const shape = [outChannels, inChannels, kernel, kernel] as const;
  const size = slidOver(inputSize, window);
  return {
    module: {
      name,
      type: 'Conv2d',
      outputShape: [outChannels, size, size],
      parameters: outChannels * inChannels * kernel * kernel,
      inputs: [input],
      window,
      ...(plan.rectifiesInput && { rectifiesInput: true }),
    },
    parameters: [{ name: `${name}.weight`, shape, initial }],
    build: (weights) =>
      conv2d({ weightOIHW: weights.get(`${name}.weight`)!, shape, stride, padding }),
  };
}

const ones: Initial = { kind: 'constant', value: 1 };
const zeros: Initial = { kind: 'constant', value: 0 };

/** `BatchNorm2d` after the module given. */
export function batchNormLayer(name: string, before: ModuleInfo): Layer {
  const { outputShape } = before;
  const channels = outputShape[0]!;
  const fields = { weight: ones, bias: zeros, running_mean: zeros, running_var: ones };
  return {
    module: {
      name,
      type: 'BatchNorm2d',
      outputShape,
      parameters: 2 * channels,
      inputs: [before.name],
    },
    parameters: Object.entries(fields).map(([field, initial]) => ({
      name: `${name}.${field}`,
      shape: [channels],
      initial,
    })),
    build(weights) {
      const get = (field: keyof typeof fields) => weights.get(`${name}.${field}`)!;
      return batchNorm({
        weight: get('weight'),
        bias: get('bias'),
        runningMean: get('running_mean'),
        runningVar: get('running_var'),
      });
    },
  };
}

/** `Linear`, with PyTorch's default initialisation. */
export function linearLayer(name: string, before: ModuleInfo, classes: number): Layer {
  const channels = before.outputShape[0]!;
  const shape = [classes, channels] as const;
  const initial: Initial = { kind: 'uniform', bound: 1 / Math.sqrt(channels) };
  return {
    module: {
      name,
      type: 'Linear',
      outputShape: [classes],
      parameters: classes * (channels + 1),
      inputs: [before.name],
    },
    parameters: [
      { name: `${name}.weight`, shape, initial },
      { name: `${name}.bias`, shape: [classes], initial },
    ],
    build: (weights) =>
      linear({
        weightOI: weights.get(`${name}.weight`)!,
        shape,
        bias: weights.get(`${name}.bias`)!,
      }),
  };
}

/** A `ReLU` of what the modules named give, summed where they are two. */
export function reluModule(
  name: string,
  inputs: readonly string[],
  outputShape: readonly number[],
): ModuleInfo {
  return { name, type: 'ReLU', outputShape, parameters: 0, inputs };
}

/** Global average pooling: one number for each channel. */
export function averagePoolModule(name: string, before: ModuleInfo): ModuleInfo {
  const outputShape = [before.outputShape[0]!, 1, 1];
  return { name, type: 'AdaptiveAvgPool2d', outputShape, parameters: 0, inputs: [before.name] };
}

/** A module made of others, the last of which gives its output. */
export function container(
  name: string,
  type: string,
  members: readonly ModuleInfo[],
  returns: ModuleInfo = members.at(-1)!,
): ModuleInfo {
  return {
    name,
    type,
    outputShape: returns.outputShape,
    parameters: members.reduce((sum, member) => sum + member.parameters, 0),
    inputs: [],
    returns: returns.name,
  };
}
