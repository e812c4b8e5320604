import type { TensorData } from '../src/worker/protocol.ts';

/** Share of a filter's variance that the two Sobel kernels must explain for it to count as an edge. */
const leastShare = 0.6;

const sobelX = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const sobelY = [-1, -2, -1, 0, 0, 0, 1, 2, 1];
/** Squared norm of either kernel. */
const sobelEnergy = 12;

/**
 * How many filters of a first layer are oriented edges: summed over the input channels, the part of
 * their variation that lies in the plane of the two Sobel kernels exceeds 60 percent.
 * @param weights `[filters, channels, 3, 3]`
 */
export function countEdges({ shape, data }: TensorData): number {
  const [filters, channels] = shape as [number, number, number, number];
  let edges = 0;
  for (let filter = 0; filter < filters; filter++) {
    const kernel = sobelX.map((_, tap) => {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++)
        sum += data[(filter * channels + channel) * 9 + tap]!;
      return sum;
    });
    if (sobelShare(kernel) > leastShare) edges++;
  }
  return edges;
}

/** Share of a 3x3 kernel's variance that lies in the span of the Sobel kernels, 0 to 1. */
function sobelShare(kernel: readonly number[]): number {
  const mean = kernel.reduce((a, b) => a + b, 0) / 9;
  const variation = kernel.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const along = (sobel: readonly number[]) =>
    sobel.reduce((sum, value, tap) => sum + value * kernel[tap]!, 0);
  const explained = (along(sobelX) ** 2 + along(sobelY) ** 2) / sobelEnergy;
  return variation > 0 ? explained / variation : 0;
}
