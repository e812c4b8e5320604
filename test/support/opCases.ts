import { dispose } from '@tensorflow/tfjs-core';
import type { Shape4, TensorData } from '../../src/engine/layout.ts';
import { batchNorm } from '../../src/engine/ops/batchNorm.ts';
import { conv2d } from '../../src/engine/ops/conv2d.ts';
import { globalAveragePool } from '../../src/engine/ops/globalAveragePool.ts';
import { linear } from '../../src/engine/ops/linear.ts';
import { maxPool } from '../../src/engine/ops/maxPool.ts';
import { relu } from '../../src/engine/ops/relu.ts';
import type { Operation } from '../../src/engine/trace.ts';
import type { TensorFile } from './tensorFile.ts';
import { download, upload } from './tensors.ts';

/** One operation with PyTorch's output and input gradient. */
export interface OpCase {
  readonly name: string;
  /** PyTorch's name of the operation. */
  readonly op: string;
  readonly input: TensorData;
  readonly output: TensorData;
  readonly outputGradient: TensorData;
  readonly inputGradient: TensorData;
  /** Makes the engine's operation; the caller disposes of it. */
  make(): Operation;
}

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

type Part = (part: string) => TensorData;

/** How the engine builds each operation; those that it draws with rather than computes with are not here. */
const makers: Readonly<Record<string, (part: Part, parameters: Window) => Operation>> = {
  conv2d(part, { stride, padding }) {
    const { shape, data } = part('weight');
    return conv2d({ weightOIHW: data, shape: shape as Shape4, stride, padding });
  },
  max_pool2d: (_part, { kernel: size, stride, padding }) => maxPool({ size, stride, padding }),
  batch_norm: (part) =>
    batchNorm({
      weight: part('weight').data,
      bias: part('bias').data,
      runningMean: part('runningMean').data,
      runningVar: part('runningVar').data,
    }),
  relu: () => relu,
  linear(part) {
    const { shape, data } = part('weight');
    return linear({ weightOI: data, shape: shape as [number, number], bias: part('bias').data });
  },
  adaptive_avg_pool2d: () => globalAveragePool,
};

/** The cases of `ops.safetensors` that the engine has an operation for. */
export function opCases({ tensors, metadata }: TensorFile): OpCase[] {
  const cases = JSON.parse(metadata['cases']!) as Array<Window & { name: string; op: string }>;
  return cases
    .filter(({ op }) => op in makers)
    .map(({ name, op, ...parameters }) => {
      const part: Part = (which) => tensors.get(`${name}.${which}`)!;
      return {
        name,
        op,
        input: part('input'),
        output: part('output'),
        outputGradient: part('outputGradient'),
        inputGradient: part('inputGradient'),
        make: () => makers[op]!(part, parameters),
      };
    });
}

/** Runs a case forward and backward on the active backend. */
export async function runOpCase(
  opCase: OpCase,
): Promise<{ output: TensorData; inputGradient: TensorData }> {
  const operation = opCase.make();
  const x = upload(opCase.input);
  const gradient = upload(opCase.outputGradient);
  const y = operation.forward(x);
  const dx = operation.vjp(gradient, [x], y, 0);
  const result = { output: await download(y), inputGradient: await download(dx) };
  dispose([x, gradient, y, dx]);
  operation.dispose?.();
  return result;
}
