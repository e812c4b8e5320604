import { EngineError } from '../errors.ts';
import { add } from '../ops/add.ts';
import { globalAveragePool } from '../ops/globalAveragePool.ts';
import { maxPool } from '../ops/maxPool.ts';
import { relu } from '../ops/relu.ts';
import type { Trace, Value } from '../trace.ts';
import type {
  Architecture,
  ArchitectureConfig,
  ModuleInfo,
  SlidingWindow,
  Stage,
} from './architecture.ts';
import {
  averagePoolModule,
  batchNormLayer,
  container,
  conv2dLayer,
  linearLayer,
  reluModule,
  slidOver,
  type Layer,
} from './layers.ts';

/** Channels of `layer1` to `layer4`; the first keeps its input's size, the others halve it. */
const widths = [64, 128, 256, 512] as const;
const leastInputSize = 64;
const largestInputSize = 512;

interface ConvNormPlan {
  readonly conv: string;
  readonly norm: string;
  /** What it reads: a module or `input`, and its `[C, H, W]`. */
  readonly input: string;
  readonly inputShape: readonly number[];
  readonly channels: number;
  readonly window: SlidingWindow;
  readonly rectifiesInput?: true;
}

/** A convolution and its BatchNorm2d; the convolution starts from He's normal distribution over the fan out. */
function convNorm({
  conv,
  norm,
  input,
  inputShape,
  channels,
  window,
  rectifiesInput,
}: ConvNormPlan) {
  const convolution = conv2dLayer({
    name: conv,
    input,
    inChannels: inputShape[0]!,
    outChannels: channels,
    window,
    rectifiesInput,
    inputSize: inputShape[1]!,
    initial: {
      kind: 'normal',
      standardDeviation: Math.sqrt(2 / (channels * window.kernel ** 2)),
    },
  });
  const layers = [convolution, batchNormLayer(norm, convolution.module)];
  return {
    modules: layers.map((layer) => layer.module),
    parameters: layers.flatMap((layer) => layer.parameters),
    build(weights: ReadonlyMap<string, Float32Array>) {
      const operations = layers.map((layer) => layer.build(weights));
      const forward = (trace: Trace, x: Value) =>
        layers.reduce(
          (value, { module }, index) =>
            trace.tap(module.name, trace.apply(operations[index]!, value)),
          x,
        );
      return { operations, forward };
    },
  };
}

/** `conv1` 7x7 stride 2, `bn1`, `relu`, `maxpool` 3x3 stride 2. */
function stemStage({ inputChannels, inputSize }: ArchitectureConfig): Stage {
  const first = convNorm({
    conv: 'conv1',
    norm: 'bn1',
    input: 'input',
    inputShape: [inputChannels, inputSize, inputSize],
    channels: widths[0],
    window: { kernel: 7, stride: 2, padding: 3 },
  });
  const [channels, height] = first.modules[0]!.outputShape as [number, number];
  const window = { kernel: 3, stride: 2, padding: 1 };
  const size = slidOver(height, window);
  const pooling: ModuleInfo = {
    name: 'maxpool',
    type: 'MaxPool2d',
    outputShape: [channels, size, size],
    parameters: 0,
    inputs: ['relu'],
    window,
  };
  const rectifier = reluModule('relu', ['bn1'], first.modules[0]!.outputShape);
  const pool = maxPool({ size: window.kernel, stride: window.stride, padding: window.padding });
  return {
    name: 'conv1',
    modules: [...first.modules, rectifier, pooling],
    parameters: first.parameters,
    build(weights) {
      const built = first.build(weights);
      return {
        operations: built.operations,
        forward(trace, x) {
          const rectified = trace.tap('relu', trace.apply(relu, built.forward(trace, x)));
          return trace.tap('maxpool', trace.apply(pool, rectified));
        },
      };
    },
  };
}

interface BlockPlan {
  /** Path of the block, e.g. `layer2.0`. */
  readonly name: string;
  /** The module it reads. */
  readonly input: ModuleInfo;
  readonly channels: number;
  readonly stride: number;
}

/**
 * torchvision's `BasicBlock`: two 3x3 convolutions and a shortcut, a strided 1x1 convolution where the
 * shape changes. Its `relu` is called twice; as with PyTorch's hooks the tap holds the last call.
 */
function basicBlock({ name, input, channels, stride }: BlockPlan): Stage {
  const plan = { input: input.name, inputShape: input.outputShape, channels };
  const first = convNorm({
    ...plan,
    conv: `${name}.conv1`,
    norm: `${name}.bn1`,
    window: { kernel: 3, stride, padding: 1 },
  });
  const { outputShape } = first.modules[0]!;
  const second = convNorm({
    conv: `${name}.conv2`,
    norm: `${name}.bn2`,
    input: `${name}.bn1`,
    inputShape: outputShape,
    channels,
    window: { kernel: 3, stride: 1, padding: 1 },
    rectifiesInput: true,
  });
  const reshapes = stride !== 1 || input.outputShape[0] !== channels;
  const shortcut = reshapes ? downsample(name, plan, stride) : undefined;
  const from = shortcut ? `${name}.downsample` : input.name;
  const rectifier = reluModule(`${name}.relu`, [`${name}.bn2`, from], outputShape);
  const inside = [...first.modules, ...second.modules, ...(shortcut?.modules ?? [])];
  return {
    name,
    modules: [
      ...inside,
      rectifier,
      container(
        name,
        'BasicBlock',
        inside.filter(({ returns }) => !returns),
        rectifier,
      ),
    ],
    parameters: [first, second, shortcut].flatMap((part) => part?.parameters ?? []),
    build(weights) {
      const [one, two, side] = [first, second, shortcut].map((part) => part?.build(weights));
      return {
        operations: [one, two, side].flatMap((part) => part?.operations ?? []),
        forward(trace, x) {
          const hidden = trace.apply(relu, one!.forward(trace, x));
          const residual = two!.forward(trace, hidden);
          const kept = side ? trace.tap(`${name}.downsample`, side.forward(trace, x)) : x;
          const sum = trace.apply(relu, trace.apply(add, residual, kept));
          return trace.tap(name, trace.tap(`${name}.relu`, sum));
        },
      };
    },
  };
}

function downsample(
  block: string,
  plan: Pick<ConvNormPlan, 'input' | 'inputShape' | 'channels'>,
  stride: number,
) {
  const name = `${block}.downsample`;
  const projection = convNorm({
    ...plan,
    conv: `${name}.0`,
    norm: `${name}.1`,
    window: { kernel: 1, stride, padding: 0 },
  });
  const whole = container(name, 'Sequential', projection.modules);
  return { ...projection, modules: [...projection.modules, whole] };
}

/** The blocks of `layer<index + 1>`; the last one also taps the whole. */
function layerStages(index: number, count: number, input: ModuleInfo): Stage[] {
  const name = `layer${index + 1}`;
  const stages: Stage[] = [];
  let before = input;
  for (let block = 0; block < count; block++) {
    const stage = basicBlock({
      name: `${name}.${block}`,
      input: before,
      channels: widths[index]!,
      stride: index > 0 && block === 0 ? 2 : 1,
    });
    before = stage.modules.at(-1)!;
    stages.push(stage);
  }
  const blocks = stages.map((stage) => stage.modules.at(-1)!);
  const last = stages.pop()!;
  return [...stages, tappedAs(container(name, 'Sequential', blocks), last)];
}

/** The stage with the container that it completes. */
function tappedAs(whole: ModuleInfo, stage: Stage): Stage {
  return {
    ...stage,
    modules: [...stage.modules, whole],
    build(weights) {
      const built = stage.build(weights);
      return {
        operations: built.operations,
        forward: (trace, x) => trace.tap(whole.name, built.forward(trace, x)),
      };
    },
  };
}

/** `avgpool` and `fc`. */
function headStage({ classCount }: ArchitectureConfig, features: ModuleInfo): Stage {
  const pool = averagePoolModule('avgpool', features);
  const head: Layer = linearLayer('fc', pool, classCount);
  return {
    name: 'fc',
    modules: [pool, head.module],
    parameters: head.parameters,
    build(weights) {
      const classify = head.build(weights);
      return {
        operations: [classify],
        forward(trace, x) {
          const pooled = trace.tap('avgpool', trace.apply(globalAveragePool, x));
          return trace.tap('fc', trace.apply(classify, pooled));
        },
      };
    },
  };
}

/**
 * Residual networks of basic blocks with torchvision's module paths (He et al. 2016, "Deep Residual
 * Learning for Image Recognition"), for square inputs of 64 to 512 pixels.
 *
 * @param counts number of blocks in `layer1` to `layer4`
 */
function resnet(name: string, counts: readonly number[]): Architecture {
  return {
    name,
    stages(config) {
      checkSize(config);
      const stages = [stemStage(config)];
      for (const [index, count] of counts.entries())
        stages.push(...layerStages(index, count, stages.at(-1)!.modules.at(-1)!));
      return [...stages, headStage(config, stages.at(-1)!.modules.at(-1)!)];
    },
  };
}

function checkSize({ name, inputSize }: ArchitectureConfig): void {
  const fits = inputSize >= leastInputSize && inputSize <= largestInputSize;
  if (Number.isInteger(inputSize) && fits) return;
  throw new EngineError(
    'invalid-option',
    `invalid input size of ${name}: ${inputSize}, expected a whole number from ${leastInputSize} to ${largestInputSize}`,
  );
}

export const resnet18 = resnet('resnet18', [2, 2, 2, 2]);
export const resnet34 = resnet('resnet34', [3, 4, 6, 3]);
