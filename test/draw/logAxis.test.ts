import { expect, test } from 'vitest';
import { logAxis } from '../../src/draw/logAxis.ts';

test('an axis runs over the whole decades that hold the values', () => {
  const { ticks, place } = logAxis([0.002, 0.3]);
  expect(ticks.map((tick) => tick.toPrecision(3))).toEqual(['0.00100', '0.0100', '0.100', '1.00']);
  expect(place(0.001)).toBeCloseTo(0, 12);
  expect(place(Math.sqrt(0.001))).toBeCloseTo(0.5, 12);
  expect(place(1)).toBeCloseTo(1, 12);
});

test('one value has a decade, too', () => {
  expect(logAxis([10]).ticks).toEqual([10, 100]);
});
