import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orientationDifference } from '../../../../src/kernels/angle.ts';
import { magnitudes } from '../../../../src/kernels/fourier.ts';
import { gabor } from '../../../../src/kernels/handDesigned.ts';
import { orientationOf } from '../../../../src/engine/lenses/filters/orientation.ts';
import { spectrumOf } from '../../../../src/engine/lenses/filters/spectrum.ts';

const grey = (values: readonly number[] | Float64Array, size: number) => ({
  channels: 1 as const,
  size,
  weights: Float32Array.from(values),
});

describe('the orientation of a filter', () => {
  it.each<[string, number[], number]>([
    ['an upright edge', [-1, 0, 1, -2, 0, 2, -1, 0, 1], 90],
    ['a level edge', [1, 2, 1, 0, 0, 0, -1, -2, -1], 0],
    ['an edge that rises to the right', [1, 1, 0, 1, 0, -1, 0, -1, -1], 45],
    ['an edge that falls to the right', [0, 1, 1, -1, 0, 1, -1, -1, 0], 135],
  ])('of %s', (_, weights, angle) => {
    const { angle: found, coherence } = orientationOf(grey(weights, 3));
    expect(orientationDifference(found, angle)).toBeLessThan(1e-6);
    expect(coherence).toBeGreaterThan(0.7);
  });

  it('is nowhere on a flat filter, and on one that is alike in all directions', () => {
    expect(orientationOf(grey(Array<number>(9).fill(2), 3)).coherence).toBe(0);
    const spot = orientationOf(grey([0, 0, 0, 0, 1, 0, 0, 0, 0], 3));
    expect(spot.coherence).toBeCloseTo(0, 10);
  });

  it('adds up the channels, so that opponent edges do not cancel', () => {
    const edge = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
    const weights = Float32Array.from([...edge, ...edge.map((v) => -v), ...Array(9).fill(0)]);
    const found = orientationOf({ channels: 3, size: 3, weights });
    expect(found.angle).toBeCloseTo(90, 6);
    // Slopes of (1.5, 0.5) in each of the four corners, up to signs: (9 - 1) / (9 + 1).
    expect(found.coherence).toBeCloseTo(0.8, 6);
  });
});

describe('the spectrum of a filter', () => {
  it('of a single weight is the same at every frequency', () => {
    const found = magnitudes([0, 0, 0, 0, 0, -3, 0, 0, 0], 3);
    expect(found).toHaveLength(32 * 32);
    expect([...found].every((value) => Math.abs(value - 3) < 1e-5)).toBe(true);
  });

  it('of [1, 0, -1] along x is 2 |sin(2 pi f)|', () => {
    const found = magnitudes([0, 0, 0, 1, 0, -1, 0, 0, 0], 3);
    for (const cycles of [-16, -8, 0, 4, 8])
      expect(found[9 * 32 + 16 + cycles]).toBeCloseTo(
        2 * Math.abs(Math.sin((2 * Math.PI * cycles) / 32)),
        5,
      );
  });

  it('has the energy of the filter (Parseval)', () => {
    const weight = fc.float({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 25, maxLength: 25 }), (values) => {
        const energy = values.reduce((sum, v) => sum + v * v, 0);
        const power = magnitudes(values, 5).reduce((sum, m) => sum + m * m, 0);
        expect(power / 1024).toBeCloseTo(energy, 3);
      }),
      { numRuns: 25 },
    );
  });

  it('peaks at the frequency and the orientation of a grating', () => {
    const shape = { orientation: 120, wavelength: 4, sigma: 20, aspect: 1, x: 0, y: 0, phase: 0 };
    const { peak } = spectrumOf(grey(gabor(shape, 11), 11));
    expect(peak.frequency).toBeCloseTo(0.25, 1);
    expect(Math.abs(peak.wavelength! - 4)).toBeLessThan(0.35);
    expect(orientationDifference(peak.orientation, 120)).toBeLessThan(5);
  });

  it('has no peak on a flat filter, and keeps the channels apart', () => {
    const weights = Float32Array.from({ length: 27 }, (_, i) => (i < 9 ? 1 : i < 18 ? 0 : -1));
    const { peak, channels, luminance } = spectrumOf({ channels: 3, size: 3, weights });
    expect(peak).toMatchObject({ frequency: 0, wavelength: null });
    const middle = 16 * 32 + 16;
    expect([0, 1, 2].map((c) => channels[c * 1024 + middle])).toEqual([9, 0, 9]);
    expect(luminance[middle]).toBe(0);
  });
});
