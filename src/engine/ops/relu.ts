import { mul, relu as rectify, step, tidy } from '@tensorflow/tfjs-core';
import type { Operation } from '../trace.ts';

/** max(x, 0); its derivative at 0 is 0, as in PyTorch. */
export const relu: Operation = {
  forward: (x) => rectify(x),
  vjp: (outputGradient, _inputs, output, _index, rule = 'gradient') =>
    tidy(() => {
      const passed = rule === 'gradient' ? outputGradient : rectify(outputGradient);
      return rule === 'deconvnet' ? passed : mul(passed, step(output));
    }),
};
