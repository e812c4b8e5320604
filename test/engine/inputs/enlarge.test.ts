import { describe, expect, it } from 'vitest';
import { enlarge } from '../../../src/engine/inputs/enlarge.ts';
import { relativeError } from '../../support/closeness.ts';

const map = { shape: [2, 2], data: Float32Array.of(0, 4, 8, 2) };

describe('enlarge', () => {
  it('is interpolate(mode="bilinear", align_corners=False) of PyTorch', () => {
    const { shape, data } = enlarge(map, 3, 5, 'bilinear');
    expect(shape).toEqual([3, 5]);
    const expected = [0, 0.4, 2, 3.6, 4, 4, 3.9, 3.5, 3.1, 3, 8, 7.4, 5, 2.6, 2];
    expect(relativeError(data, expected)).toBeLessThan(1e-6);
  });

  it('is interpolate(mode="nearest") of PyTorch', () => {
    const { data } = enlarge(map, 3, 5, 'nearest');
    expect([...data]).toEqual([0, 0, 0, 4, 4, 0, 0, 0, 4, 4, 8, 8, 8, 2, 2]);
  });

  it('leaves a map of the same size as it is', () => {
    expect(enlarge(map, 2, 2, 'bilinear')).toEqual(map);
    expect(enlarge(map, 2, 2, 'nearest')).toEqual(map);
  });
});
