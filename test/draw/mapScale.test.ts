import { expect, test } from 'vitest';
import { byCumulativeSum, byMaximum, byMinMax, mapScales } from '../../src/draw/mapScale.ts';

const values = Float32Array.of(-1, 0, 2, 4);
const near = (found: Float32Array, expected: readonly number[]) => {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
};

test('by the maximum, negative values stay negative', () => {
  near(byMaximum(values), [-0.25, 0, 0.5, 1]);
  near(byMaximum(Float32Array.of(-4, -2)), [2, 1]);
  near(byMaximum(Float32Array.of(0, 0)), [0, 0]);
});

test('from least to most, what was 0 is 0 no more', () => {
  near(byMinMax(values), [0, 0.2, 0.6, 1]);
  near(byMinMax(Float32Array.of(3, 3)), [0, 0]);
  // pytorch-grad-cam's 1e-7 keeps a map of small values from reaching 1.
  near(byMinMax(Float32Array.of(0, 1e-7)), [0, 0.5]);
});

test('by the cumulative sum, the strongest 2 percent are cut off', () => {
  // Magnitudes 1, 1, 2, ..., 96 in all: 98 percent of 100 is reached with the last, and with the third from the end.
  const map = Float32Array.of(1, -1, 2, 96);
  near(byCumulativeSum(map), [1 / 96, -1 / 96, 2 / 96, 1]);
  near(byCumulativeSum(Float32Array.of(-50, 48, 1.5, 0.5)), [-1, 0.96, 0.03, 0.01]);
  near(byCumulativeSum(Float32Array.from({ length: 101 }, (_, i) => (i === 7 ? 2 : -1))), [
    ...Array.from({ length: 101 }, (_, i) => (i === 7 ? 1 : -1)),
  ]);
  near(byCumulativeSum(Float32Array.of(0, 0)), [0, 0]);
});

test('none leaves the map as it is, in a copy', () => {
  const same = mapScales.none(values);
  expect([...same]).toEqual([...values]);
  expect(same).not.toBe(values);
});
