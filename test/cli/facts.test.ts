import { describe, expect, it } from 'vitest';
import { correlation, gaussianBlur } from '../../cli/correlation.ts';
import { countEdges } from '../../cli/edgeFilters.ts';

const weights = (...filters: number[][]) => ({
  shape: [filters.length, 1, 3, 3],
  data: Float32Array.from(filters.flat()),
});

describe('countEdges', () => {
  it('counts Sobel kernels and their mixtures, whatever their offset', () => {
    const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
    const diagonal = [0, 1, 2, -1, 0, 1, -2, -1, 0].map((value) => value + 5);
    expect(countEdges(weights(sobel, diagonal))).toBe(2);
  });

  it('counts neither a Laplacian, nor a single bright tap, nor a flat kernel', () => {
    const laplacian = [0, 1, 0, 1, -4, 1, 0, 1, 0];
    const corner = [1, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(countEdges(weights(laplacian, corner, Array<number>(9).fill(0.3)))).toBe(0);
  });

  it('adds up a filter over its channels first', () => {
    const half = [-0.5, 0, 0.5, -1, 0, 1, -0.5, 0, 0.5];
    expect(countEdges({ shape: [1, 2, 3, 3], data: Float32Array.from([...half, ...half]) })).toBe(
      1,
    );
  });
});

describe('correlation', () => {
  it('is 1 for a line, -1 for its mirror, and by hand in between', () => {
    const a = Float32Array.of(1, 2, 3);
    expect(correlation(a, Float32Array.of(5, 7, 9))).toBeCloseTo(1, 12);
    expect(correlation(a, Float32Array.of(3, 2, 1))).toBeCloseTo(-1, 12);
    // Deviations (-1, 0, 1) and (-1, 1, 0): covariance 1, variances 2 and 2.
    expect(correlation(a, Float32Array.of(1, 3, 2))).toBeCloseTo(0.5, 12);
  });
});

describe('gaussianBlur', () => {
  it('spreads a point by the Gaussian and keeps its sum away from the border', () => {
    const point = new Float32Array(21 * 21);
    point[10 * 21 + 10] = 1;
    const blurred = gaussianBlur(point, 21, 1);
    expect(blurred.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
    expect(blurred[10 * 21 + 11]! / blurred[10 * 21 + 10]!).toBeCloseTo(Math.exp(-0.5), 6);
    expect(blurred[11 * 21 + 10]).toBeCloseTo(blurred[10 * 21 + 11]!, 7);
  });
});
