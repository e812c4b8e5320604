import { describe, expect, it } from 'vitest';
import { baseline, baselineBlur, baselineKinds } from '../../../src/engine/inputs/baselines.ts';
import { gaussianBlur } from '../../../src/engine/inputs/gaussianBlur.ts';
import { noise } from '../../support/models.ts';

const preprocessing = { mean: [0.5, 0.25], std: [0.25, 0.5] };
const pixels = noise([1, 2, 16, 16], 3);
const plane = 256;

describe('baseline', () => {
  it.each([
    ['black', -2, -0.5],
    ['white', 2, 1.5],
    ['mean', 0, 0],
  ] as const)('%s is that of the picture, normalised', (kind, first, second) => {
    const { shape, data } = baseline(kind, pixels, preprocessing);
    expect(shape).toEqual(pixels.shape);
    expect(new Set(data.subarray(0, plane))).toEqual(new Set([first]));
    expect(new Set(data.subarray(plane))).toEqual(new Set([second]));
  });

  it('blurred is the picture under a bell of a sixteenth of its width', () => {
    expect(baselineBlur).toBe(1 / 16);
    expect(baseline('blurred', pixels, preprocessing)).toEqual(gaussianBlur(pixels, 1));
  });

  it('noise lies between black and white, fills that range, and follows its seed', () => {
    const { data } = baseline('noise', pixels, preprocessing, 4);
    const first = data.subarray(0, plane);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...first)).toBeLessThanOrEqual(2);
    expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(3.8);
    expect(baseline('noise', pixels, preprocessing, 4).data).toEqual(data);
    expect(baseline('noise', pixels, preprocessing, 5).data).not.toEqual(data);
  });

  it.each(baselineKinds)('%s leaves the picture as it was', (kind) => {
    const before = pixels.data.slice();
    const { data } = baseline(kind, pixels, preprocessing);
    expect(pixels.data).toEqual(before);
    expect(data).not.toBe(pixels.data);
  });
});
