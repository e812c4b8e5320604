import { transpose as transposeTensor, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * The only file that permutes axes. PyTorch writes pictures and maps as NCHW and convolution weights
 * as OIHW; TensorFlow.js computes on NHWC and HWIO.
 */

export type Shape4 = readonly [number, number, number, number];

/** A dense float32 array with its shape, row-major. On the wire: `[N, C, H, W]` or `[N, features]`. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors of one shape behind one another along the first axis: `[N1 + N2 + ..., ...]`. */
export function concatenated(tensors: readonly TensorData[]): TensorData {
  const [, ...rest] = tensors[0]!.shape;
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let offset = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, offset);
    offset += tensor.data.length;
  }
  return { shape: [data.length / sizeOf(rest), ...rest], data };
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Transposes each of `batch` matrices `[rows, columns]`. */
function transpose(data: Float32Array, batch: number, rows: number, columns: number): Float32Array {
  if (data.length !== batch * rows * columns)
    throw new RangeError(`got ${data.length} values, expected ${batch * rows * columns}`);
  const out = new Float32Array(data.length);
  let k = 0;
  for (let start = 0; start < data.length; start += rows * columns)
    for (let column = 0; column < columns; column++)
      for (let from = start + column, row = 0; row < rows; row++, from += columns)
        out[k++] = data[from]!;
  return out;
}

/** `[N, C, H, W]` to `[N, H, W, C]`; `shape` is the NCHW one. */
export function nchwToNhwc(data: Float32Array, [n, c, h, w]: Shape4): Float32Array {
  return transpose(data, n, c, h * w);
}

/**
 * `[N, H, W, C]` to `[N, C, H, W]` on the backend, a new tensor: cheaper than permuting what was
 * downloaded (a whole capture on WASM: 9.2 instead of 11.1 ms).
 */
export function toNchw(tensor: Tensor4D): Tensor4D {
  return transposeTensor(tensor, [0, 3, 1, 2]);
}

/** Convolution weights `[out, in, kh, kw]` to `[kh, kw, in, out]`; `shape` is the OIHW one. */
export function oihwToHwio(data: Float32Array, [out, input, kh, kw]: Shape4): Float32Array {
  return transpose(transpose(data, out, input, kh * kw), 1, out, kh * kw * input);
}

/** The rows of an input-gradient kernel for one phase of a strided convolution. */
export interface PhaseKernel {
  /** `[kernel rows, kernel columns, out channels, stride * in channels]`; empty rows mean "all zero". */
  readonly data: Float32Array;
  readonly shape: Shape4;
  /** Offset of the kernel's first row, in output-gradient rows, relative to the phase's own row. */
  readonly rowStart: number;
  readonly columnStart: number;
}

/** First and last offset `j` for which `phase + padding - stride * j` is a kernel index. */
function offsets(phase: number, kernel: number, stride: number, padding: number) {
  const start = Math.ceil((phase + padding - kernel + 1) / stride);
  const end = Math.floor((phase + padding) / stride);
  return { start, end };
}

/**
 * Kernels that turn the input gradient of a convolution into forward convolutions of the output
 * gradient, one per row phase `r`, with the column phases side by side in the output channels:
 * `dx[s*m + r] = sum_j dy[m + j] * w[r + padding - s*j]`.
 * Source: Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?".
 */
export function inputGradientKernels(
  weightOIHW: Float32Array,
  shape: Shape4,
  stride: number,
  padding: number,
): PhaseKernel[] {
  const [outChannels, inChannels, kernelRows, kernelColumns] = shape;
  const phases = Array.from({ length: stride }, (_, phase) => phase);
  const columnRanges = phases.map((phase) => offsets(phase, kernelColumns, stride, padding));
  const columnStart = Math.min(...columnRanges.map((range) => range.start));
  const columnEnd = Math.max(...columnRanges.map((range) => range.end));
  const columns = columnEnd - columnStart + 1;
  return phases.map((rowPhase) => {
    const rowRange = offsets(rowPhase, kernelRows, stride, padding);
    const rows = Math.max(0, rowRange.end - rowRange.start + 1);
    const data = new Float32Array(rows * columns * outChannels * stride * inChannels);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (const columnPhase of phases) {
          const ky = rowPhase + padding - stride * (rowRange.start + row);
          const kx = columnPhase + padding - stride * (columnStart + column);
          if (kx < 0 || kx >= kernelColumns) continue;
          for (let o = 0; o < outChannels; o++)
            for (let i = 0; i < inChannels; i++) {
              const to =
                ((row * columns + column) * outChannels + o) * stride * inChannels +
                columnPhase * inChannels +
                i;
              data[to] = weightOIHW[((o * inChannels + i) * kernelRows + ky) * kernelColumns + kx]!;
            }
        }
    return {
      data,
      shape: [rows, columns, outChannels, stride * inChannels],
      rowStart: rowRange.start,
      columnStart,
    };
  });
}
