import { describe, expect, it } from 'vitest';
import {
  centred,
  derivativePair,
  gabor,
  gaborBandwidth,
  gaussian,
  laplacian,
  sidesIn,
  steered,
} from '../../src/kernels/handDesigned.ts';

describe('derivative kernels', () => {
  it.each([
    ['sobel', [-1, 0, 1, -2, 0, 2, -1, 0, 1], [1, 2, 1, 0, 0, 0, -1, -2, -1]],
    ['scharr', [-3, 0, 3, -10, 0, 10, -3, 0, 3], [3, 10, 3, 0, 0, 0, -3, -10, -3]],
    ['prewitt', [-1, 0, 1, -1, 0, 1, -1, 0, 1], [1, 1, 1, 0, 0, 0, -1, -1, -1]],
  ] as const)('%s of 3x3 is the one that everybody knows', (kind, right, up) => {
    const pair = derivativePair(kind, 3);
    expect([...pair.right]).toEqual(right);
    expect([...pair.up].map((value) => value + 0)).toEqual(up);
  });

  it("widen as OpenCV's getDerivKernels and as the plane of least squares", () => {
    const row = (kernel: Float64Array, at: number, size: number) =>
      [...kernel.subarray(at * size, (at + 1) * size)].map((v) => v + 0);
    expect(row(derivativePair('sobel', 5).right, 0, 5)).toEqual([-1, -2, 0, 2, 1]);
    expect(row(derivativePair('sobel', 5).right, 2, 5)).toEqual([-6, -12, 0, 12, 6]);
    expect(row(derivativePair('sobel', 7).right, 0, 7)).toEqual([-1, -4, -5, 0, 5, 4, 1]);
    expect(row(derivativePair('prewitt', 7).right, 6, 7)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    expect(row(derivativePair('scharr', 5).right, 1, 5)).toEqual([-16, -32, 0, 32, 16]);
  });

  it('turn: at 90 degrees it gets lighter upwards', () => {
    const pair = derivativePair('sobel', 3);
    const turned = steered(pair, 90);
    turned.forEach((value, i) => expect(value).toBeCloseTo(pair.up[i]!, 10));
    expect(steered(pair, 45)[2]).toBeCloseTo(Math.SQRT2, 10);
  });
});

describe('the Laplacian', () => {
  it('of 3x3 looks at the four neighbours', () => {
    expect([...laplacian(3)]).toEqual([0, 1, 0, 1, -4, 1, 0, 1, 0]);
  });

  it('of 5x5 is smoothed by 1 2 1, and adds up to nothing', () => {
    const wide = [...laplacian(5)];
    expect(wide.slice(0, 5)).toEqual([0, 1, 2, 1, 0]);
    expect(wide.slice(10, 15)).toEqual([2, -2, -8, -2, 2]);
    expect(wide.reduce((a, b) => a + b, 0)).toBe(0);
  });
});

describe('windows', () => {
  it('take kernels of every side of their own parity', () => {
    expect(sidesIn(3)).toEqual([3]);
    expect(sidesIn(7)).toEqual([3, 5, 7]);
    expect(sidesIn(6)).toEqual([4, 6]);
  });

  it('have the kernel in the middle', () => {
    const placed = centred(laplacian(3), 3, 5);
    expect([...placed.subarray(10, 15)]).toEqual([0, 1, -4, 1, 0]);
    expect([...placed.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('Gabor functions', () => {
  const upright = { orientation: 90, wavelength: 4, sigma: 2, aspect: 0.5, x: 0, y: 0 };

  it('run across their orientation', () => {
    const even = gabor({ ...upright, phase: 0 }, 5);
    expect(even[12]).toBeCloseTo(1, 10);
    // A quarter of a cycle to the right the cosine is 0, half a cycle to the right it is -1.
    expect(even[13]).toBeCloseTo(0, 10);
    expect(even[14]).toBeCloseTo(-Math.exp(-4 / 8), 10);
    // Along the stripe only the envelope falls, half as fast.
    expect(even[2]).toBeCloseTo(Math.exp(-1 / 8), 10);
  });

  it('get lighter to the right at phase -90', () => {
    const odd = gabor({ ...upright, phase: -90 }, 5);
    expect(odd[13]).toBeCloseTo(Math.exp(-1 / 8), 10);
    expect(odd[11]).toBeCloseTo(-Math.exp(-1 / 8), 10);
  });

  it('get lighter downwards at phase -90 if they are level', () => {
    const odd = gabor({ ...upright, orientation: 0, phase: -90 }, 5);
    expect(odd[17]).toBeCloseTo(Math.exp(-1 / 8), 10);
    expect(odd[7]).toBeCloseTo(-Math.exp(-1 / 8), 10);
  });

  it('may lie beside the middle', () => {
    const moved = gabor({ ...upright, phase: 0, x: 1, y: -1 }, 5);
    expect(moved.indexOf(Math.max(...moved))).toBe(1 * 5 + 3);
  });

  it('have a bandwidth of one octave at sigma 0.56 wavelengths, and none when too short', () => {
    expect(gaborBandwidth(10, 5.622)).toBeCloseTo(1, 3);
    expect(gaborBandwidth(10, 1.8)).toBeNull();
  });
});

describe('a Gaussian', () => {
  it('falls to exp(-1/2) at sigma', () => {
    const round = gaussian({ x: 0, y: 0, sigma: 1 }, 3);
    expect(round[4]).toBe(1);
    expect(round[1]).toBeCloseTo(0.60653, 5);
    expect(round[0]).toBeCloseTo(0.36788, 5);
  });
});
