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

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Reorders the axes of a rank-4 array: output axis `i` is input axis `order[i]`. */
function permute4(data: Float32Array, shape: Shape4, order: Shape4): Float32Array {
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1] as const;
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let k = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++) {
        let source = a * s0 + b * s1 + c * s2;
        for (let d = 0; d < n3; d++, source += s3) out[k++] = data[source]!;
      }
  return out;
}

/** `[N, C, H, W]` to `[N, H, W, C]`; `shape` is the NCHW one. */
export function nchwToNhwc(data: Float32Array, shape: Shape4): Float32Array {
  return permute4(data, shape, [0, 2, 3, 1]);
}

/** `[N, H, W, C]` to `[N, C, H, W]`; `shape` is the NHWC one. */
export function nhwcToNchw(data: Float32Array, shape: Shape4): Float32Array {
  return permute4(data, shape, [0, 3, 1, 2]);
}

/** Convolution weights `[out, in, kh, kw]` to `[kh, kw, in, out]`; `shape` is the OIHW one. */
export function oihwToHwio(data: Float32Array, shape: Shape4): Float32Array {
  return permute4(data, shape, [2, 3, 1, 0]);
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
