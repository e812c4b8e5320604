import { describe, expect, it } from 'vitest';
import { rankFilters, type KernelMatch } from '../../src/draw/kernelMatch.ts';
import {
  kernelKinds,
  kernelPlane,
  turnedPlane,
  type KernelKind,
  type KernelShape,
} from '../../src/draw/kernels.ts';

const upright: KernelShape = { orientation: 90, wavelength: 4, phase: 0, sigma: 1, aspect: 1 };
const plane = (kind: KernelKind, size = 3, shape: Partial<KernelShape> = {}) => [
  ...kernelPlane(kind, size, { ...upright, ...shape }),
];
/** To the digits that sines and cosines of right angles leave alone. */
const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(9)) + 0);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('at side 3', () => {
  it.each<[KernelKind, number, number[]]>([
    ['sobel', 90, [-1, 0, 1, -2, 0, 2, -1, 0, 1]],
    ['sobel', 0, [-1, -2, -1, 0, 0, 0, 1, 2, 1]],
    ['sobel', 270, [1, 0, -1, 2, 0, -2, 1, 0, -1]],
    ['scharr', 90, [-3, 0, 3, -10, 0, 10, -3, 0, 3]],
    ['prewitt', 90, [-1, 0, 1, -1, 0, 1, -1, 0, 1]],
    ['laplacian', 90, [0, 1, 0, 1, -4, 1, 0, 1, 0]],
    ['identity', 90, [0, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['blank', 90, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s at %d degrees has its own whole numbers', (kind, orientation, expected) => {
    expect(rounded(plane(kind, 3, { orientation }))).toEqual(expected);
  });

  it('an edge at 45 degrees is the half-and-half mixture of both', () => {
    const half = Math.SQRT1_2;
    const expected = [-2, -2, 0, -2, 0, 2, 0, 2, 2].map((value) => half * value);
    expect(rounded(plane('sobel', 3, { orientation: 45 }))).toEqual(rounded(expected));
  });

  it('a Gaussian falls by exp(-1/2) for each pixel, and its blur adds up to 1', () => {
    const [corner, side] = [Math.exp(-1), Math.exp(-0.5)];
    const total = 1 + 4 * side + 4 * corner;
    const blur = plane('blur');
    expect(blur[0]).toBeCloseTo(corner / total, 12);
    expect(blur[1]).toBeCloseTo(side / total, 12);
    expect(blur[4]).toBeCloseTo(1 / total, 12);
    const sharp = plane('sharpen');
    expect(sharp[4]).toBeCloseTo(2 - 1 / total, 12);
    expect(sharp[1]).toBeCloseTo(-side / total, 12);
    expect(sum(sharp)).toBeCloseTo(1, 12);
  });
});

describe('at side 7', () => {
  it('the middle row of Sobel is that of OpenCV', () => {
    // cv2.getDerivKernels(1, 0, 7): -1 -4 -5 0 5 4 1 beside 1 6 15 20 15 6 1.
    const rows = plane('sobel', 7);
    expect(rounded(rows.slice(21, 28))).toEqual([-20, -80, -100, 0, 100, 80, 20]);
    expect(rounded(rows.slice(0, 7))).toEqual([-1, -4, -5, 0, 5, 4, 1]);
  });

  it('Prewitt is a plane', () => {
    expect(rounded(plane('prewitt', 7).slice(0, 7))).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  });

  it('a box has 49 equal weights', () => {
    expect(plane('box', 7)).toEqual(Array(49).fill(1 / 49));
  });

  it.each<KernelKind>(['sobel', 'scharr', 'prewitt', 'laplacian'])('%s sums to 0', (kind) => {
    expect(sum(plane(kind, 7, { orientation: 33 }))).toBeCloseTo(0, 9);
  });

  it('the centre of a Gabor is the cosine of its phase', () => {
    expect(plane('gabor', 7, { phase: 60 })[24]).toBeCloseTo(0.5, 12);
    // Half a wavelength to the right, on the axis: -exp(-4/2).
    expect(plane('gabor', 7)[26]).toBeCloseTo(-Math.exp(-2), 12);
    // Along the stripes only the envelope counts, and the aspect narrows it.
    expect(plane('gabor', 7, { aspect: 0.5 })[24 - 14]).toBeCloseTo(Math.exp(-0.5), 12);
  });

  it('a phase of -90 is an edge that gets lighter to the right', () => {
    const edge = plane('gabor', 7, { phase: -90 });
    expect(edge[25]).toBeCloseTo(Math.exp(-0.5), 12);
    expect(edge[23]).toBeCloseTo(-Math.exp(-0.5), 12);
  });
});

describe('turning', () => {
  const corner = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it('by quarter turns moves whole cells, counter-clockwise', () => {
    expect(rounded([...turnedPlane(corner, 3, 90)])).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(rounded([...turnedPlane(corner, 3, 180)])).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(rounded([...turnedPlane(corner, 3, -90)])).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect([...turnedPlane(corner, 3, 360)]).toEqual(corner);
  });

  it('by less mixes neighbours and keeps the middle', () => {
    const bar = [0, 0, 0, 0, 1, 1, 0, 0, 0];
    const turned = turnedPlane(bar, 3, 45);
    expect(turned[4]).toBeCloseTo(1, 12);
    // The cell up and to the right comes from sqrt(2) cells to the right: 2 - sqrt(2) of the last.
    expect(turned[2]).toBeCloseTo(2 - Math.SQRT2, 12);
    expect(turned[6]).toBeCloseTo(0, 12);
  });

  it('agrees with drawing a kernel at that angle, as far as sampling goes', () => {
    const shape = { wavelength: 8, sigma: 2, phase: -90 };
    const turned = turnedPlane(plane('gabor', 7, shape), 7, 30);
    const drawn = plane('gabor', 7, { ...shape, orientation: 120 });
    const [{ similarity }] = rankFilters(turned, drawn, false) as [KernelMatch];
    expect(similarity).toBeGreaterThan(0.98);
    const back = turnedPlane(plane('gabor', 7, shape), 7, -30);
    expect(rankFilters(back, drawn, false)[0]!.similarity).toBeLessThan(0.8);
  });
});

it('every kind has finite weights at both sides', () => {
  for (const kind of kernelKinds)
    for (const size of [3, 7]) {
      const weights = plane(kind, size);
      expect(weights).toHaveLength(size * size);
      expect(weights.every(Number.isFinite), kind).toBe(true);
    }
});
