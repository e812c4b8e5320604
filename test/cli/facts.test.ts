import { describe, expect, it } from 'vitest';
import { correlation, gaussianBlur } from '../../cli/correlation.ts';

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
