import { describe, expect, it } from 'vitest';
import {
  directionOf,
  fullAngle,
  orientationAcross,
  orientationDifference,
  signedAngle,
} from '../../../../src/kernels/angle.ts';
import {
  channelOf,
  energyOf,
  filtersOf,
  luminanceOf,
  meanOf,
  normOf,
} from '../../../../src/engine/lenses/filters/filter.ts';

const counting = (length: number) => Float32Array.from({ length }, (_, i) => i);

describe('filters of a layer', () => {
  it('are cut out in order, with their channels', () => {
    const filters = filtersOf({ shape: [2, 3, 3, 3], data: counting(54) });
    expect(filters).toHaveLength(2);
    expect(filters[1]).toMatchObject({ channels: 3, size: 3 });
    expect([...channelOf(filters[1]!, 2)]).toEqual([45, 46, 47, 48, 49, 50, 51, 52, 53]);
  });

  it('have a grey side: the mean of the channels', () => {
    const [filter] = filtersOf({ shape: [1, 3, 3, 3], data: counting(27) });
    expect([...luminanceOf(filter!)]).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it.each([[[1, 2, 3, 3]], [[1, 3, 3, 5]], [[1, 1, 13, 13]], [[1, 1, 1, 1]], [[3, 3, 3]]])(
    'of shape %j are refused',
    (shape) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b));
      expect(() => filtersOf({ shape, data })).toThrow(
        expect.objectContaining({ code: 'invalid-weights' }),
      );
    },
  );

  it('are measured by mean, energy and norm', () => {
    expect(meanOf([1, 2, 6])).toBe(3);
    expect(energyOf([3, -4])).toBe(25);
    expect(normOf([3, -4])).toBe(5);
  });
});

/** Vectors on the screen, y down: their direction, and the orientation of an edge across them. */
const vectors: ReadonlyArray<readonly [x: number, y: number, direction: number, across: number]> = [
  [1, 0, 0, 90],
  [0, -1, 90, 0],
  [1, -1, 45, 135],
  [1, 1, -45, 45],
  [-1, 0, 180, 90],
];

describe('angles', () => {
  it.each(vectors)('of (%d, %d), y down: %d; stripes across it at %d', (x, y, angle, across) => {
    expect(directionOf(x, y)).toBeCloseTo(angle, 10);
    expect(orientationAcross(x, y)).toBeCloseTo(across, 10);
  });

  it('are wrapped', () => {
    expect([190, -190, 180, -180, 540].map(signedAngle)).toEqual([-170, 170, 180, 180, 180]);
    expect([-90, 360, 725].map(fullAngle)).toEqual([270, 0, 5]);
  });

  it('of lines differ by 90 degrees at most', () => {
    expect(orientationDifference(170, 10)).toBe(20);
    expect(orientationDifference(0, 90)).toBe(90);
    expect(orientationDifference(-45, 135)).toBe(0);
  });
});
