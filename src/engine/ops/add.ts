import { add as sum } from '@tensorflow/tfjs-core';
import type { Operation } from '../trace.ts';

/** Elementwise sum of two tensors of the same shape: the junction of a residual connection. */
export const add: Operation = {
  forward: (a, b) => sum(a!, b!),
  vjp: (outputGradient) => outputGradient.clone(),
};
