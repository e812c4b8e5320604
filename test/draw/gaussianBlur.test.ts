import { expect, test } from 'vitest';
import { gaussianBlur } from '../../src/draw/gaussianBlur.ts';

test('without width, the map is left alone', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  expect(gaussianBlur(values, 2, 0)).toEqual(values);
});

test('a constant stays what it is, at the borders as well', () => {
  for (const value of gaussianBlur(new Float32Array(35).fill(3), 5, 2))
    expect(value).toBeCloseTo(3, 5);
});

test('a dot becomes the Gaussian, sampled', () => {
  const values = new Float32Array(41 * 41);
  values[20 * 41 + 20] = 1;
  const blurred = gaussianBlur(values, 41, 1);
  // 1 / sum of exp(-k^2 / 2) for k from -4 to 4.
  const middle = 1 / (1 + 2 * (Math.exp(-0.5) + Math.exp(-2) + Math.exp(-4.5) + Math.exp(-8)));
  expect(blurred[20 * 41 + 20]).toBeCloseTo(middle ** 2, 6);
  expect(blurred[20 * 41 + 21]).toBeCloseTo(middle ** 2 * Math.exp(-0.5), 6);
  expect(blurred[22 * 41 + 21]).toBeCloseTo(middle ** 2 * Math.exp(-2.5), 6);
});
