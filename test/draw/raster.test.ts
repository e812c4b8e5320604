import { describe, expect, test } from 'vitest';
import {
  averageResize,
  bilinearResize,
  blankRaster,
  isStill,
  nearestResize,
  rasterFromRgb,
} from '../../src/draw/raster.ts';

describe('rasterFromRgb', () => {
  const expected = [1, 2, 3, 255, 4, 5, 6, 255];

  test('reads interleaved and planar colours alike', () => {
    expect([...rasterFromRgb([1, 2, 3, 4, 5, 6], 2, 1).rgba]).toEqual(expected);
    expect([...rasterFromRgb([1, 4, 2, 5, 3, 6], 2, 1, 'chw').rgba]).toEqual(expected);
  });

  test('reads grey and alpha', () => {
    expect([...rasterFromRgb([7, 8], 2, 1).rgba]).toEqual([7, 7, 7, 255, 8, 8, 8, 255]);
    expect([...rasterFromRgb([1, 2, 3, 4], 1, 1).rgba]).toEqual([1, 2, 3, 4]);
  });

  test('refuses any other number of values', () => {
    expect(() => rasterFromRgb([1, 2, 3], 2, 1)).toThrow(
      'invalid picture: 3 values for 2x1; expected 1, 3 or 4 per pixel',
    );
  });
});

const red = [255, 0, 0, 255];
const clear = [0, 0, 0, 0];

test('nearestResize repeats pixels', () => {
  const raster = { width: 2, height: 1, rgba: Uint8ClampedArray.from([...red, ...clear]) };
  expect([...nearestResize(raster, 4, 2).rgba]).toEqual([
    ...red,
    ...red,
    ...clear,
    ...clear,
    ...red,
    ...red,
    ...clear,
    ...clear,
  ]);
});

test('averageResize averages whole and cut pixels, and colour counts by its opacity', () => {
  expect([...averageResize(rasterFromRgb([0, 100, 200, 60], 2, 2), 1, 1).rgba]).toEqual([
    90, 90, 90, 255,
  ]);
  // Three pixels into two: each takes one whole and half of the middle one, (0 + 45) / 1.5 and (45 + 180) / 1.5.
  expect([...averageResize(rasterFromRgb([0, 90, 180], 3, 1), 2, 1).rgba]).toEqual([
    30, 30, 30, 255, 150, 150, 150, 255,
  ]);
  const half = { width: 2, height: 1, rgba: Uint8ClampedArray.from([...red, ...clear]) };
  expect([...averageResize(half, 1, 1).rgba]).toEqual([255, 0, 0, 128]);
});

test('bilinearResize has half-pixel centres', () => {
  const grey = bilinearResize(rasterFromRgb([0, 100], 2, 1), 4, 1).rgba.filter(
    (_, i) => i % 4 === 0,
  );
  expect([...grey]).toEqual([0, 25, 75, 100]);
});

test('blankRaster refuses sizes that are none', () => {
  expect(() => blankRaster(0, 3)).toThrow('invalid raster size: 0x3; expected positive integers');
});

test('isStill tells a file from pixels', () => {
  expect(isStill({ width: 1, height: 1, url: 'still.png' })).toBe(true);
  expect(isStill(blankRaster(1, 1))).toBe(false);
});
