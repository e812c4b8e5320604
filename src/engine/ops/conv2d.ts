import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { inputGradientKernels, oihwToHwio, type Shape4 } from '../layout.ts';
import type { Operation } from '../trace.ts';
import { interleaveRows, unpackColumns } from './interleave.ts';

export interface Conv2dOptions {
  readonly weightOIHW: Float32Array;
  readonly shape: Shape4;
  readonly stride: number;
  /** Zeros added on each of the four sides. */
  readonly padding: number;
}

interface UploadedKernel {
  /** `[rows, columns, out channels, stride * in channels]`, or null where the phase is all zero. */
  readonly kernel: Tensor4D | null;
  readonly rows: number;
  readonly columns: number;
  readonly rowStart: number;
  readonly columnStart: number;
}

/**
 * Backends on which the input gradient runs faster as forward convolutions than through
 * TensorFlow.js's own kernel (measured; see docs/decisions.md).
 */
const gradientByForwardConvolution: ReadonlySet<string> = new Set(['wasm']);

/** Convolution without bias, PyTorch's `Conv2d(..., bias=False)` with symmetric padding, square stride. */
export function conv2d({ weightOIHW, shape, stride, padding }: Conv2dOptions): Operation {
  const kernel = tf.tensor4d(oihwToHwio(weightOIHW, shape), [
    shape[2],
    shape[3],
    shape[1],
    shape[0],
  ]);
  let phaseKernels: UploadedKernel[] | undefined;
  const phases = () => (phaseKernels ??= uploadPhaseKernels(weightOIHW, shape, stride, padding));
  return {
    forward: (x) => tf.conv2d(x as Tensor4D, kernel, stride, padding),
    vjp(outputGradient, [x]) {
      const gradient = outputGradient as Tensor4D;
      const inputShape = (x as Tensor4D).shape;
      return gradientByForwardConvolution.has(tf.getBackend())
        ? tf.tidy(() => gradientFromPhases(gradient, inputShape, phases(), stride))
        : tf.conv2dTranspose(gradient, kernel, inputShape, stride, padding);
    },
    dispose() {
      kernel.dispose();
      tf.dispose((phaseKernels ?? []).flatMap((phase) => phase.kernel ?? []));
    },
  };
}

function uploadPhaseKernels(
  weightOIHW: Float32Array,
  shape: Shape4,
  stride: number,
  padding: number,
): UploadedKernel[] {
  return inputGradientKernels(weightOIHW, shape, stride, padding).map((phase) => ({
    kernel: phase.data.length > 0 ? tf.keep(tf.tensor4d(phase.data, [...phase.shape])) : null,
    rows: phase.shape[0],
    columns: phase.shape[1],
    rowStart: phase.rowStart,
    columnStart: phase.columnStart,
  }));
}

/** Input gradient `[N, H, W, C]`: one small forward convolution for each row phase, then interleaved. */
function gradientFromPhases(
  outputGradient: Tensor4D,
  [batch, height, width, channels]: Tensor4D['shape'],
  phases: readonly UploadedKernel[],
  stride: number,
): Tensor {
  const rows = Math.ceil(height / stride);
  const columns = Math.ceil(width / stride);
  const planes = phases.map((phase) => {
    if (!phase.kernel) return tf.zeros<tf.Rank.R4>([batch, rows, columns * stride, channels]);
    const row = fit(outputGradient.shape[1], rows, phase.rowStart, phase.rows);
    const column = fit(outputGradient.shape[2], columns, phase.columnStart, phase.columns);
    const dy = crop(outputGradient, row, column);
    const packed = tf.conv2d(dy, phase.kernel, 1, [[0, 0], row.pad, column.pad, [0, 0]]);
    return unpackColumns(packed, stride);
  });
  const full = stride === 1 ? planes[0]! : interleaveRows(planes);
  return rows * stride === height && columns * stride === width
    ? full
    : tf.slice(full, [0, 0, 0, 0], [batch, height, width, channels]);
}

interface Fit {
  readonly pad: [number, number];
  readonly start: number;
  readonly length: number;
}

/** Padding, or cropping where the padding would be negative, for `outputs` windows from offset `start`. */
function fit(extent: number, outputs: number, start: number, kernel: number): Fit {
  const before = -start;
  const after = outputs - 1 + start + kernel - extent;
  const from = Math.max(0, -before);
  return {
    pad: [Math.max(0, before), Math.max(0, after)],
    start: from,
    length: extent - from - Math.max(0, -after),
  };
}

function crop(x: Tensor4D, row: Fit, column: Fit): Tensor4D {
  const [batch, rows, columns, channels] = x.shape;
  if (row.length === rows && column.length === columns) return x;
  return tf.slice(x, [0, row.start, column.start, 0], [batch, row.length, column.length, channels]);
}
