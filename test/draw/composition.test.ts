import { describe, expect, it } from 'vitest';
import {
  compose,
  opacityAt,
  scaledCutout,
  visibleShares,
  type Layer,
} from '../../src/draw/composition.ts';
import { averageMap, blankRaster, type Raster, type Rgba } from '../../src/draw/raster.ts';

const row = (...pixels: Rgba[]): Raster => ({
  width: pixels.length,
  height: 1,
  rgba: Uint8ClampedArray.from(pixels.flat()),
});
const values = (layer: { premultiplied: Float32Array }) => Array.from(layer.premultiplied);
const pixel = ({ rgba, width }: Raster, x: number, y: number) =>
  Array.from(rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 4));

const red: Rgba = [200, 0, 0, 255];
const halfGreen: Rgba = [0, 100, 0, 128];
const clearWhite: Rgba = [255, 255, 255, 0];

describe('a scaled cut-out', () => {
  it('has at its own size its colours times their opacity, rounded', () => {
    const cutout = scaledCutout(row(red, halfGreen), 2);
    // 100 * 128 / 255 = 50.2.
    expect(values(cutout)).toEqual([200, 0, 0, 255, 0, 50, 0, 128]);
    expect(cutout).toMatchObject({ width: 2, height: 1 });
  });

  it('lets nothing of the colour under transparent pixels through', () => {
    const [r, g, b, a] = values(scaledCutout(row(red, clearWhite), 1));
    // One pixel from two: the triangle gives each half, and the white one counts for nothing.
    expect([r, g, b, a]).toEqual([100, 0, 0, 127.5]);
  });

  it('is enlarged bilinearly, with centres of pixels on centres of pixels', () => {
    const four = scaledCutout(row([0, 0, 0, 255], [80, 0, 0, 255]), 4);
    const reds = values(four).filter((_, i) => i % 4 === 0);
    // Centres lie at -0.25, 0.25, 0.75, 1.25 of the two; outside, the border goes on.
    expect(reds).toEqual([0, 20, 60, 80, 0, 20, 60, 80]);
    expect(four.height).toBe(2);
  });

  it('is made smaller by all the pixels that it covers, not by samples of them', () => {
    const stripes = row(...Array.from({ length: 8 }, (_, i): Rgba => [i % 2 ? 160 : 0, 0, 0, 255]));
    const two = scaledCutout(stripes, 2);
    // Heights 5, 7, 7, 5, 3, 1 of the triangle over the first six: 7 + 5 + 1 of 28 are bright.
    const [left, right] = values(two).filter((_, i) => i % 4 === 0);
    expect(left).toBeCloseTo((160 * 13) / 28, 4);
    expect(right).toBeCloseTo((160 * 15) / 28, 4);
  });

  it('is mirrored on demand', () => {
    expect(values(scaledCutout(row(red, halfGreen), 2, true))).toEqual([
      0, 50, 0, 128, 200, 0, 0, 255,
    ]);
  });
});

const background = blankRaster(3, 2, [10, 20, 30, 255]);
const layer = (raster: Raster, left: number, top: number): Layer => ({
  cutout: scaledCutout(raster, raster.width),
  left,
  top,
});

describe('a composition', () => {
  it('lets the background through where a cut-out is transparent', () => {
    const out = compose(background, [layer(row(red, halfGreen), 1, 1)]);
    expect(pixel(out, 0, 1)).toEqual([10, 20, 30, 255]);
    expect(pixel(out, 1, 0)).toEqual([10, 20, 30, 255]);
    expect(pixel(out, 1, 1)).toEqual([200, 0, 0, 255]);
    // A share of 127/255 of the background: 10, 20, 30 become 4.98, 50 + 9.96, 14.94.
    expect(pixel(out, 2, 1)).toEqual([5, 60, 15, 255]);
    expect(pixel(background, 1, 1)).toEqual([10, 20, 30, 255]);
  });

  it('cuts off what leaves the picture on any side', () => {
    const left = compose(background, [layer(row(red, halfGreen), -1, 0)]);
    expect(pixel(left, 0, 0)).toEqual([5, 60, 15, 255]);
    expect(pixel(left, 2, 1)).toEqual([10, 20, 30, 255]);
    const right = compose(background, [layer(row(red, halfGreen), 2, 0)]);
    expect(pixel(right, 2, 0)).toEqual([200, 0, 0, 255]);
    expect(pixel(right, 0, 1)).toEqual([10, 20, 30, 255]);
    expect(compose(background, [layer(row(red), 0, -3)]).rgba).toEqual(background.rgba);
  });

  it('has the last layer in front, and shares out what is seen of each', () => {
    const layers = [layer(row(red, red), 0, 0), layer(row(halfGreen), 1, 0)];
    const out = compose(blankRaster(2, 2, [0, 0, 0, 255]), layers);
    // 50 of the green, and 127/255 of 200: 99.6.
    expect(pixel(out, 1, 0)).toEqual([100, 50, 0, 255]);
    const [under, over] = visibleShares(layers, 2);
    expect(Array.from(under!)).toEqual([1, expect.closeTo(127 / 255, 6), 0, 0]);
    expect(Array.from(over!)).toEqual([0, expect.closeTo(128 / 255, 6), 0, 0]);
  });

  it('tells how opaque a layer is at a point', () => {
    const at = layer(row(red, halfGreen), 1, 1);
    expect(opacityAt(at, 1.5, 1.9)).toBe(1);
    expect(opacityAt(at, 2.5, 1.1)).toBeCloseTo(128 / 255, 6);
    expect(opacityAt(at, 0.9, 1.1)).toBe(0);
    expect(opacityAt(at, 1.5, 2.1)).toBe(0);
  });
});

describe('the mean of a map', () => {
  it('weighs every value by how much of it lies in the cell', () => {
    // Cells of one and a half pixels: (0 + 3 / 2) / 1.5 and (3 / 2 + 6) / 1.5.
    expect(Array.from(averageMap(Float32Array.of(0, 3, 6), 3, 1, 2, 1))).toEqual([1, 5]);
    expect(Array.from(averageMap(Float32Array.of(1, 2, 3, 6), 2, 2, 1, 1))).toEqual([3]);
  });
});
