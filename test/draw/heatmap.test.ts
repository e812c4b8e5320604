import { describe, expect, test } from 'vitest';
import { heatmap } from '../../src/draw/heatmap.ts';
import { overlay, overlayByValue } from '../../src/draw/overlay.ts';
import { rasterFromRgb } from '../../src/draw/raster.ts';

const pixel = (raster: { rgba: Uint8ClampedArray }, at: number) => [
  ...raster.rgba.slice(4 * at, 4 * at + 4),
];

describe('heatmap', () => {
  test('spans the colour map over the values and clamps beyond a given range', () => {
    const own = heatmap(Float32Array.of(-2, 0, 2), 3, 1);
    expect(pixel(own, 0)).toEqual([0x44, 0x01, 0x54, 255]);
    expect(pixel(own, 1)).toEqual([0x21, 0x91, 0x8c, 255]);
    expect(pixel(own, 2)).toEqual([0xfd, 0xe7, 0x25, 255]);
    expect(pixel(heatmap(Float32Array.of(5), 1, 1, { range: [0, 1], colormap: 'jet' }), 0)).toEqual(
      [128, 0, 0, 255],
    );
  });

  test('draws a constant map in the lowest colour, a diverging one of zeros in the middle one', () => {
    expect(pixel(heatmap(Float32Array.of(3, 3), 2, 1, { colormap: 'hot' }), 1)).toEqual([
      11, 0, 0, 255,
    ]);
    const flat = heatmap(Float32Array.of(0), 1, 1, { colormap: 'diverging', range: [0, 0] });
    expect(Math.min(...pixel(flat, 0))).toBeGreaterThan(235);
  });

  test('leaves NaN transparent', () => {
    expect(pixel(heatmap(Float32Array.of(NaN, 1), 2, 1), 0)).toEqual([0, 0, 0, 0]);
  });

  test('refuses a map of another size', () => {
    expect(() => heatmap(new Float32Array(3), 2, 2)).toThrow(
      'invalid map: 3 values; expected 2x2 = 4',
    );
  });
});

describe('overlay', () => {
  const base = rasterFromRgb([100, 100, 100, 0, 0, 0], 2, 1);
  const heat = rasterFromRgb([200, 0, 0, 0, 80, 0], 2, 1);

  test('mixes by alpha', () => {
    expect([...overlay(base, heat, 0.5).rgba]).toEqual([150, 50, 50, 255, 0, 40, 0, 255]);
    expect([...overlay(base, heat, 0).rgba]).toEqual([...base.rgba]);
    expect([...overlay(base, heat, 1).rgba]).toEqual([...heat.rgba]);
  });

  test('mixes by value', () => {
    expect([...overlayByValue(base, heat, Float32Array.of(0.5, NaN), 0.5).rgba]).toEqual([
      125, 75, 75, 255, 0, 0, 0, 255,
    ]);
  });

  test('shows the base where the heat is transparent', () => {
    expect([...overlay(base, heatmap(Float32Array.of(NaN, NaN), 2, 1), 1).rgba]).toEqual([
      ...base.rgba,
    ]);
  });

  test('refuses different sizes', () => {
    expect(() => overlay(base, rasterFromRgb([1], 1, 1), 0.5)).toThrow(
      'invalid overlay: 1x1 over 2x1; expected the same size',
    );
    expect(() => overlayByValue(base, heat, new Float32Array(1))).toThrow(
      'invalid overlay: 1 values; expected 2x1 = 2',
    );
  });
});
