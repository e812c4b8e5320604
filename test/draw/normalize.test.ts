import { expect, test } from 'vitest';
import { minMaxRange, percentileRange, signedRange, toUnit } from '../../src/draw/normalize.ts';

test('minMaxRange passes over what is not finite', () => {
  expect(minMaxRange([3, NaN, -2, Infinity])).toEqual([-2, 3]);
  expect(minMaxRange([])).toEqual([0, 0]);
  expect(minMaxRange([NaN])).toEqual([0, 0]);
});

test('percentileRange agrees with numpy.percentile', () => {
  const values = Float32Array.of(10, 3, 1, 4, 2);
  const [low, high] = percentileRange(values, 5, 90);
  expect(low).toBeCloseTo(1.2, 12);
  expect(high).toBeCloseTo(7.6, 12);
  expect(percentileRange(values, 0, 99)[1]).toBeCloseTo(9.76, 12);
  expect(percentileRange(values, 0, 100)).toEqual([1, 10]);
  expect([...values]).toEqual([10, 3, 1, 4, 2]);
});

test('percentileRange refuses percentiles out of order', () => {
  expect(() => percentileRange([1], 90, 10)).toThrow(
    'invalid percentiles: 90 to 10; expected 0 <= low <= high <= 100',
  );
  expect(() => percentileRange([1], 0, NaN)).toThrow(RangeError);
});

test('signedRange is centred on 0', () => {
  expect(signedRange([1, -3])).toEqual([-3, 3]);
  expect(signedRange([2, 1])).toEqual([-2, 2]);
  expect(signedRange([0, 0])).toEqual([0, 0]);
});

test('toUnit scales, clamps, and maps constant input to 0', () => {
  expect([...toUnit([-1, 0, 1, 2, 9], [0, 2])]).toEqual([0, 0, 0.5, 1, 1]);
  expect([...toUnit([5, 5], [5, 5])]).toEqual([0, 0]);
  expect([...toUnit([NaN, Infinity, -Infinity], [0, 1])]).toEqual([NaN, 1, 0]);
});
