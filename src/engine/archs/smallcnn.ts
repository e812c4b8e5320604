import { batchNorm } from '../ops/batchNorm.ts';
import { conv2d } from '../ops/conv2d.ts';
import { globalAveragePool } from '../ops/globalAveragePool.ts';
import { linear } from '../ops/linear.ts';
import { relu } from '../ops/relu.ts';
import type {
  Architecture,
  ArchitectureConfig,
  ModuleInfo,
  ParameterSpec,
  Stage,
} from './architecture.ts';

/** Output channels and stride of the six blocks. */
const blocks = [
  { channels: 32, stride: 1 },
  { channels: 32, stride: 2 },
  { channels: 64, stride: 1 },
  { channels: 64, stride: 2 },
  { channels: 128, stride: 1 },
  { channels: 128, stride: 2 },
] as const;

const ones = { kind: 'constant', value: 1 } as const;
const zeros = { kind: 'constant', value: 0 } as const;

interface BlockPlan {
  readonly index: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  /** Height and width of the block's output. */
  readonly size: number;
}

/** Conv2d 3x3 (padding 1, no bias), BatchNorm2d, ReLU: `features.<index>.{0,1,2}`. */
function blockStage({ index, inChannels, outChannels, stride, size }: BlockPlan): Stage {
  const name = `features.${index}`;
  const bound = 1 / Math.sqrt(inChannels * 9);
  const outputShape = [outChannels, size, size];
  const weight = { name: `${name}.0.weight`, shape: [outChannels, inChannels, 3, 3] as const };
  const vector = (field: string, initial: ParameterSpec['initial']) => ({
    name: `${name}.1.${field}`,
    shape: [outChannels],
    initial,
  });
  const parameters: ParameterSpec[] = [
    { ...weight, initial: { kind: 'uniform', bound } },
    vector('weight', ones),
    vector('bias', zeros),
    vector('running_mean', zeros),
    vector('running_var', ones),
  ];
  const learned = outChannels * inChannels * 9;
  const modules: ModuleInfo[] = [
    { name: `${name}.0`, type: 'Conv2d', outputShape, parameters: learned },
    { name: `${name}.1`, type: 'BatchNorm2d', outputShape, parameters: 2 * outChannels },
    { name: `${name}.2`, type: 'ReLU', outputShape, parameters: 0 },
    { name, type: 'Sequential', outputShape, parameters: learned + 2 * outChannels },
  ];
  return {
    name,
    modules,
    parameters,
    build(weights) {
      const get = (parameter: string) => weights.get(`${name}.${parameter}`)!;
      const conv = conv2d({ weightOIHW: get('0.weight'), shape: weight.shape, stride, padding: 1 });
      const norm = batchNorm({
        weight: get('1.weight'),
        bias: get('1.bias'),
        runningMean: get('1.running_mean'),
        runningVar: get('1.running_var'),
      });
      return {
        operations: [conv, norm],
        forward(trace, x) {
          const convolved = trace.tap(`${name}.0`, trace.apply(conv, x));
          const normalized = trace.tap(`${name}.1`, trace.apply(norm, convolved));
          const rectified = trace.tap(`${name}.2`, trace.apply(relu, normalized));
          return trace.tap(name, rectified);
        },
      };
    },
  };
}

/** Global average pooling and the linear layer; also the tap of the whole `features` sequence. */
function headStage(config: ArchitectureConfig, featureModule: ModuleInfo): Stage {
  const channels = featureModule.outputShape[0]!;
  const bound = 1 / Math.sqrt(channels);
  const weightShape = [config.classCount, channels] as const;
  return {
    name: 'head',
    modules: [
      featureModule,
      { name: 'pool', type: 'AdaptiveAvgPool2d', outputShape: [channels, 1, 1], parameters: 0 },
      {
        name: 'head',
        type: 'Linear',
        outputShape: [config.classCount],
        parameters: config.classCount * (channels + 1),
      },
    ],
    parameters: [
      { name: 'head.weight', shape: weightShape, initial: { kind: 'uniform', bound } },
      { name: 'head.bias', shape: [config.classCount], initial: { kind: 'uniform', bound } },
    ],
    build(weights) {
      const classify = linear({
        weightOI: weights.get('head.weight')!,
        shape: weightShape,
        bias: weights.get('head.bias')!,
      });
      return {
        operations: [classify],
        forward(trace, x) {
          const features = trace.tap('features', x);
          const pooled = trace.tap('pool', trace.apply(globalAveragePool, features));
          return trace.tap('head', trace.apply(classify, pooled));
        },
      };
    },
  };
}

/**
 * The lab's network: six blocks of convolution, batch normalisation and ReLU, global average pooling,
 * one linear layer. Module paths: `features.0.0` ... `features.5.2`, `features`, `pool`, `head`.
 */
export const smallcnn: Architecture = {
  name: 'smallcnn',
  stages(config) {
    let inChannels = config.inputChannels;
    let size = config.inputSize;
    const stages = blocks.map(({ channels, stride }, index) => {
      size = Math.floor((size - 1) / stride) + 1;
      const stage = blockStage({ index, inChannels, outChannels: channels, stride, size });
      inChannels = channels;
      return stage;
    });
    const features: ModuleInfo = {
      name: 'features',
      type: 'Sequential',
      outputShape: [inChannels, size, size],
      parameters: stages.reduce((sum, stage) => sum + stage.modules.at(-1)!.parameters, 0),
    };
    return [...stages, headStage(config, features)];
  },
};
