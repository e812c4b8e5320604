import { globalAveragePool } from '../ops/globalAveragePool.ts';
import { relu } from '../ops/relu.ts';
import type { Architecture, ArchitectureConfig, ModuleInfo, Stage } from './architecture.ts';
import {
  averagePoolModule,
  batchNormLayer,
  container,
  conv2dLayer,
  linearLayer,
  reluModule,
} from './layers.ts';

/** Output channels and stride of the six blocks. */
const blocks = [
  { channels: 32, stride: 1 },
  { channels: 32, stride: 2 },
  { channels: 64, stride: 1 },
  { channels: 64, stride: 2 },
  { channels: 128, stride: 1 },
  { channels: 128, stride: 2 },
] as const;

interface BlockPlan {
  readonly name: string;
  /** What the block reads. */
  readonly input: string;
  readonly inChannels: number;
  /** Height and width of the block's input. */
  readonly inputSize: number;
  readonly outChannels: number;
  readonly stride: number;
}

/** Conv2d 3x3 (padding 1, no bias), BatchNorm2d, ReLU: `features.<index>.{0,1,2}`. */
function blockStage({ name, stride, ...plan }: BlockPlan): Stage {
  const conv = conv2dLayer({
    ...plan,
    name: `${name}.0`,
    window: { kernel: 3, stride, padding: 1 },
    initial: { kind: 'uniform', bound: 1 / Math.sqrt(plan.inChannels * 9) },
  });
  const norm = batchNormLayer(`${name}.1`, conv.module);
  const rectifier = reluModule(`${name}.2`, [`${name}.1`], conv.module.outputShape);
  const leaves = [conv.module, norm.module, rectifier];
  return {
    name,
    modules: [...leaves, container(name, 'Sequential', leaves)],
    parameters: [...conv.parameters, ...norm.parameters],
    build(weights) {
      const convolve = conv.build(weights);
      const normalize = norm.build(weights);
      return {
        operations: [convolve, normalize],
        forward(trace, x) {
          const convolved = trace.tap(`${name}.0`, trace.apply(convolve, x));
          const normalized = trace.tap(`${name}.1`, trace.apply(normalize, convolved));
          const rectified = trace.tap(`${name}.2`, trace.apply(relu, normalized));
          return trace.tap(name, rectified);
        },
      };
    },
  };
}

/** Global average pooling and the linear layer; also the tap of the whole `features` sequence. */
function headStage({ classCount }: ArchitectureConfig, features: ModuleInfo): Stage {
  const pool = averagePoolModule('pool', features);
  const head = linearLayer('head', pool, classCount);
  return {
    name: 'head',
    modules: [features, pool, head.module],
    parameters: head.parameters,
    build(weights) {
      const classify = head.build(weights);
      return {
        operations: [classify],
        forward(trace, x) {
          const pooled = trace.apply(globalAveragePool, trace.tap('features', x));
          return trace.tap('head', trace.apply(classify, trace.tap('pool', pooled)));
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
    const stages: Stage[] = [];
    let before = { name: 'input', channels: config.inputChannels, size: config.inputSize };
    for (const [index, { channels, stride }] of blocks.entries()) {
      const stage = blockStage({
        name: `features.${index}`,
        input: before.name,
        inChannels: before.channels,
        inputSize: before.size,
        outChannels: channels,
        stride,
      });
      const [, size] = stage.modules.at(-1)!.outputShape;
      before = { name: stage.name, channels, size: size! };
      stages.push(stage);
    }
    const features = container(
      'features',
      'Sequential',
      stages.map((stage) => stage.modules.at(-1)!),
    );
    return [...stages, headStage(config, features)];
  },
};
