import { fill, mean, mul, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Operation } from '../trace.ts';

/** `[N, H, W, C]` to `[N, 1, 1, C]`: PyTorch's `AdaptiveAvgPool2d(1)`. */
export const globalAveragePool: Operation = {
  forward: (x) => mean(x!, [1, 2], true),
  vjp(outputGradient, [x]) {
    const [, height, width] = (x as Tensor4D).shape;
    return tidy(() => mul(outputGradient, fill([1, height, width, 1], 1 / (height * width))));
  },
};
