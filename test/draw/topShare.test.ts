import { expect, test } from 'vitest';
import { topShare } from '../../src/draw/topShare.ts';

test('the largest fifth of ten values', () => {
  // 9 and 8 of 45.
  const values = Float32Array.of(3, 9, 0, 1, 8, 2, 4, 6, 5, 7);
  expect(topShare(values, 0.2)).toBeCloseTo(17 / 45, 12);
  expect(values[0]).toBe(3);
});

test('equal values hold their part, and nothing holds nothing', () => {
  expect(topShare(new Float32Array(100).fill(2), 0.05)).toBeCloseTo(0.05, 12);
  expect(topShare(new Float32Array(100), 0.05)).toBe(0);
});
