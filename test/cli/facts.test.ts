import { describe, expect, it } from 'vitest';
import { correlation } from '../../cli/correlation.ts';

describe('correlation', () => {
  it('is 1 for a line, -1 for its mirror, and by hand in between', () => {
    const a = Float32Array.of(1, 2, 3);
    expect(correlation(a, Float32Array.of(5, 7, 9))).toBeCloseTo(1, 12);
    expect(correlation(a, Float32Array.of(3, 2, 1))).toBeCloseTo(-1, 12);
    // Deviations (-1, 0, 1) and (-1, 1, 0): covariance 1, variances 2 and 2.
    expect(correlation(a, Float32Array.of(1, 3, 2))).toBeCloseTo(0.5, 12);
  });
});
