import { concat, reshape, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * Weaves row phases together: output row `s*m + r` is row `m` of `phases[r]`.
 * @param phases s tensors `[N, M, W, C]`
 * @returns `[N, s*M, W, C]`
 */
export function interleaveRows(phases: readonly Tensor4D[]): Tensor4D {
  const [batch, rows, columns, channels] = phases[0]!.shape;
  const lines = phases.map((phase) => reshape(phase, [batch * rows, columns * channels]));
  return reshape(concat(lines, 1), [batch, rows * phases.length, columns, channels]);
}

/**
 * Unpacks column phases that stand side by side in the channels: a reshape, nothing moves.
 * @param packed `[N, M, W, s*C]`
 * @returns `[N, M, s*W, C]`
 */
export function unpackColumns(packed: Tensor4D, stride: number): Tensor4D {
  const [batch, rows, columns, channels] = packed.shape;
  return reshape(packed, [batch, rows, columns * stride, channels / stride]);
}
