import type { TensorData } from '../layout.ts';

/** Standard deviations after which a Gaussian is cut off, as in SciPy. */
const truncation = 4;

/** Weights at the offsets -radius to radius; they sum to 1. */
function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.floor(truncation * sigma + 0.5);
  const raw = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    radius === 0 ? 1 : Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / sum);
}

/**
 * What each of `size` outputs takes of each input: the weights of a Gaussian whose samples are mirrored
 * at the borders (`d c b a | a b c d | d c b a`), `[size, size]`. Every row sums to 1.
 */
export function gaussianMatrix(size: number, sigma: number): Float64Array {
  const weights = gaussianWeights(sigma);
  const radius = (weights.length - 1) / 2;
  const period = 2 * size;
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    weights.forEach((weight, i) => {
      const place = (((row + i - radius) % period) + period) % period;
      const column = place < size ? place : period - 1 - place;
      matrix[row * size + column]! += weight;
    });
  return matrix;
}

/** The part of a matrix's row that is not 0. */
function extent(matrix: Float64Array, size: number, row: number): readonly [number, number] {
  let first = row * size;
  let end = first + size;
  while (matrix[first] === 0) first++;
  while (matrix[end - 1] === 0) end--;
  return [first - row * size, end - row * size];
}

/**
 * Gaussian blur of every plane of `[..., H, W]`, `sigma` in pixels; 0 gives a copy. Equal to SciPy's
 * `gaussian_filter(mode='reflect')`: nothing is lost at the borders, and a constant stays what it is.
 */
export function gaussianBlur({ shape, data }: TensorData, sigma: number): TensorData {
  const [height, width] = shape.slice(-2) as [number, number];
  const across = gaussianMatrix(width, sigma);
  const down = height === width ? across : gaussianMatrix(height, sigma);
  const out = new Float32Array(data.length);
  const lines = new Float64Array(height * width);
  for (let start = 0; start < data.length; start += height * width) {
    for (let x = 0; x < width; x++) {
      const [first, end] = extent(across, width, x);
      for (let y = 0; y < height; y++) {
        let sum = 0;
        for (let i = first; i < end; i++)
          sum += across[x * width + i]! * data[start + y * width + i]!;
        lines[y * width + x] = sum;
      }
    }
    const line = new Float64Array(width);
    for (let y = 0; y < height; y++) {
      const [first, end] = extent(down, height, y);
      line.fill(0);
      for (let i = first; i < end; i++) {
        const weight = down[y * height + i]!;
        for (let x = 0; x < width; x++) line[x]! += weight * lines[i * width + x]!;
      }
      out.set(line, start + y * width);
    }
  }
  return { shape, data: out };
}
