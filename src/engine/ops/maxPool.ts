import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Operation } from '../trace.ts';
import { interleaveRows, unpackColumns } from './interleave.ts';

export interface MaxPoolOptions {
  readonly size: number;
  readonly stride: number;
  /** Rows and columns of minus infinity on each side. */
  readonly padding: number;
}

const lowestFloat32 = -3.4028234663852886e38;

/**
 * PyTorch's `MaxPool2d`. Its gradient goes to the first maximum of a window in row-major order, as
 * in PyTorch, on every backend (TensorFlow.js's own kernels take the last, and the WASM one drops
 * gradients where the maximum is not positive).
 */
export function maxPool({ size, stride, padding }: MaxPoolOptions): Operation {
  return {
    forward: (x) => tf.maxPool(x as Tensor4D, size, stride, padding),
    vjp: (outputGradient, [x], output) =>
      tf.tidy(() =>
        scatterToFirstMaximum(outputGradient as Tensor4D, x as Tensor4D, output as Tensor4D, {
          size,
          stride,
          padding,
        }),
      ),
  };
}

/** Extent of one axis, padded so that every window lies inside and the stride divides it. */
function paddedPhases(outputs: number, extent: number, { size, stride, padding }: MaxPoolOptions) {
  return Math.ceil(Math.max((outputs - 1) * stride + size, extent + padding) / stride);
}

function scatterToFirstMaximum(
  outputGradient: Tensor4D,
  x: Tensor4D,
  output: Tensor4D,
  options: MaxPoolOptions,
): Tensor4D {
  const { size, stride, padding } = options;
  const [batch, height, width, channels] = x.shape;
  const [, outRows, outColumns] = output.shape;
  const rows = paddedPhases(outRows, height, options);
  const columns = paddedPhases(outColumns, width, options);
  const bottom = rows * stride - height - padding;
  const right = columns * stride - width - padding;
  const pads: Array<[number, number]> = [
    [0, 0],
    [padding, bottom],
    [padding, right],
    [0, 0],
  ];
  const padded = tf.pad(x, pads, lowestFloat32);
  const planes = new Map<number, Tensor4D>();
  const gradients = new Map<number, Tensor4D>();
  let free: tf.Tensor = tf.onesLike(output);
  for (let ky = 0; ky < size; ky++)
    for (let kx = 0; kx < size; kx++) {
      const phase = (ky % stride) * stride + (kx % stride);
      const plane = planes.get(phase) ?? phasePlane(padded, ky % stride, kx % stride, stride);
      planes.set(phase, plane);
      const top = Math.floor(ky / stride);
      const left = Math.floor(kx / stride);
      const window = tf.slice(plane, [0, top, left, 0], output.shape);
      const hit = tf.mul(tf.cast(tf.equal(window, output), 'float32'), free);
      free = tf.sub(free, hit);
      const placed = tf.pad(tf.mul(outputGradient, hit) as Tensor4D, [
        [0, 0],
        [top, rows - top - outRows],
        [left, columns - left - outColumns],
        [0, 0],
      ]);
      const previous = gradients.get(phase);
      gradients.set(phase, previous ? tf.add(previous, placed) : placed);
    }
  const zero = tf.zeros<tf.Rank.R4>([batch, rows, columns, channels]);
  const lines = Array.from({ length: stride }, (_, ry) =>
    unpackColumns(
      tf.concat(
        Array.from({ length: stride }, (__, rx) => gradients.get(ry * stride + rx) ?? zero),
        3,
      ),
      stride,
    ),
  );
  const full = interleaveRows(lines);
  return tf.slice(full, [0, padding, padding, 0], [batch, height, width, channels]);
}

/** Every `stride`-th row and column of `x`, from `(row, column)` on. */
function phasePlane(x: Tensor4D, row: number, column: number, stride: number): Tensor4D {
  return tf.stridedSlice(x, [0, row, column, 0], x.shape, [1, stride, stride, 1]) as Tensor4D;
}
