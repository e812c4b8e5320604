import {
  add,
  matMul,
  reshape,
  tensor1d,
  tensor2d,
  tidy,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Operation } from '../trace.ts';

export interface LinearOptions {
  readonly weightOI: Float32Array;
  /** `[out, in]` */
  readonly shape: readonly [number, number];
  /** Length `out`. */
  readonly bias: Float32Array;
}

/** PyTorch's `Linear` on `[N, 1, 1, in]` (flattened first) or `[N, in]`; gives `[N, out]`. */
export function linear({ weightOI, shape, bias }: LinearOptions): Operation {
  const weight = tensor2d(weightOI, [...shape]);
  const offset = tensor1d(bias);
  return {
    forward: (x) =>
      tidy(() => add(matMul(reshape(x!, [-1, shape[1]]), weight, false, true), offset)),
    vjp: (outputGradient, [x]) =>
      tidy(() => reshape(matMul(outputGradient as Tensor2D, weight), x!.shape)),
    dispose() {
      weight.dispose();
      offset.dispose();
    },
  };
}
