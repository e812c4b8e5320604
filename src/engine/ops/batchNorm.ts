import { add, mul, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Operation } from '../trace.ts';

/** Added to the variance; PyTorch's default. */
const epsilon = 1e-5;

export interface BatchNormOptions {
  /** Each of length C. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly runningMean: Float32Array;
  readonly runningVar: Float32Array;
}

/** PyTorch's `BatchNorm2d` in inference mode, as one scale and one shift for each channel. */
export function batchNorm({ weight, bias, runningMean, runningVar }: BatchNormOptions): Operation {
  const scales = weight.map((value, c) => value / Math.sqrt(runningVar[c]! + epsilon));
  const scale = tensor1d(scales);
  const shift = tensor1d(bias.map((value, c) => value - runningMean[c]! * scales[c]!));
  return {
    forward: (x) => tidy(() => add(mul(x, scale), shift)),
    vjp: (outputGradient) => mul(outputGradient, scale),
    dispose() {
      scale.dispose();
      shift.dispose();
    },
  };
}
