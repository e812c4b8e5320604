import { describe, expect, test } from 'vitest';
import { anatomyOf } from '../../src/components/figures/filterAnatomy.ts';
import type { FilterCensus, PrototypeFit, TensorData } from '../../src/worker/protocol.ts';

type Analysis = FilterCensus['filters'][number];

const gabor = {
  kind: 'gabor',
  parameters: {
    orientation: 93.4,
    wavelength: 5.06,
    phase: -97.2,
    bandwidth: 1.04,
    aspect: 0.5,
    sigma: 1.5,
  },
  colour: [0.5, 0, -0.5],
  explained: 0.8,
  noiseFloor: 0.41,
  prototype: Float32Array.of(1, -1, 0, 0, -1, 1),
  residual: Float32Array.of(1, 0, 0, 0, 0, -3),
} as unknown as PrototypeFit;
const other = (kind: string, explained: number) =>
  ({ ...gabor, kind, explained, parameters: {} }) as unknown as PrototypeFit;

/** One colour filter of 1x2. */
function census(changes: Partial<Analysis> = {}): FilterCensus {
  const analysis = {
    verdict: 'colourEdge',
    best: 1,
    fits: [other('blob', 0.5), gabor, other('sobel', 0.6)],
    ...changes,
  } as unknown as Analysis;
  const weights = { shape: [1, 3, 1, 2], data: Float32Array.of(2, -1, 0, 0, -1, -2) };
  return { weights, filters: [analysis] } as unknown as FilterCensus;
}
const anatomy = (changes?: Partial<Analysis>) => anatomyOf(census(changes), 0);
/** A filter of 2x2 with upright stripes, 3 and 4 strong in red and green. */
function striped(shown?: TensorData) {
  const parts = { prototype: new Float32Array(12), residual: new Float32Array(12) };
  const { filters } = census({ fits: [{ ...gabor, ...parts }], best: 0 } as never);
  const data = Float32Array.from([3, 4, 0].flatMap((w) => [w, -w, w, -w]));
  const weights = { shape: [1, 3, 2, 2], data };
  return anatomyOf({ weights, filters } as unknown as FilterCensus, 0, shown);
}
const value = (parameters: object, name: string) =>
  anatomy({ fits: [gabor, { ...gabor, parameters }] as never }).parameters.find(
    (row) => row.name === name,
  )?.value;

describe('a filter taken apart', () => {
  test('names the fit that counts, and the others from the best', () => {
    expect(anatomy()).toMatchObject({
      verdict: 'colour edge',
      best: { name: 'Gabor filter', explained: 0.8 },
      noiseFloor: 0.41,
      others: [
        { name: 'Sobel kernel', explained: 0.6 },
        { name: 'Gaussian blob', explained: 0.5 },
      ],
    });
  });

  test('shows filter, prototype and residual on one signed scale', () => {
    const { range, filter, prototype, residual } = anatomy();
    expect(range).toEqual([-3, 3]);
    // 127.5 (1 + w / 3): 2 is 212.5, 1 is 170, -1 is 85, -2 is 42.5 and -3 is 0.
    const shades = (image: unknown) => [...(image as { rgba: Uint8ClampedArray }).rgba];
    expect(shades(filter)).toEqual([212, 128, 85, 255, 85, 128, 42, 255]);
    expect(shades(prototype)).toEqual([170, 128, 85, 255, 85, 128, 170, 255]);
    expect(shades(residual)).toEqual([170, 128, 128, 255, 128, 128, 0, 255]);
  });

  test('adds the power of the channels up', () => {
    // Stripes of one pixel: 4 at half a cycle, times the root of 9 + 16.
    const { spectrum, spectrumRange, peak } = striped();
    expect(spectrumRange[0]).toBe(0);
    expect(spectrumRange[1]).toBeCloseTo(20, 4);
    expect(spectrum).toMatchObject({ width: 32, height: 32 });
    expect(peak).toBe('0.5 cycles per pixel (2\u00a0px a cycle) at 90° (upright)');
  });

  test('has the spectrum of the weights shown, where they are others than the analysed ones', () => {
    const flat = { shape: [1, 3, 2, 2], data: new Float32Array(12).fill(2) };
    const { peak, spectrumRange, verdict } = striped(flat);
    // 8 in each of three channels, at frequency 0.
    expect(spectrumRange[1]).toBeCloseTo(Math.sqrt(3 * 64), 4);
    expect(peak).toBe('none');
    expect(verdict).toBe(striped().verdict);
  });

  test('gives the pattern two opposite colours, around grey', () => {
    expect(anatomy().colours).toEqual(['rgb(255 128 0)', 'rgb(0 128 255)']);
  });
});

describe('parameters', () => {
  test('come in words and units', () => {
    expect(anatomy().parameters).toEqual([
      { name: 'orientation', value: '93° (upright)' },
      { name: 'wavelength', value: '5.1\u00a0px' },
      { name: 'phase', value: '−97° (edge)' },
      { name: 'bandwidth', value: '1 octave' },
      { name: 'aspect', value: '0.5 (across : along)' },
      { name: 'width (σ)', value: '1.5\u00a0px' },
    ]);
  });

  test.each([
    [0, '0° (level)'],
    [46, '46° (rising)'],
    [135, '135° (falling)'],
    [179.8, '0° (level)'],
  ])('turn %d into the direction %s', (orientation, text) => {
    expect(value({ orientation }, 'orientation')).toBe(text);
  });

  test.each([
    [2, '2° (light stripe)'],
    [-178, '−178° (dark stripe)'],
    [45, '45° (in between)'],
    [88, '88° (edge)'],
  ])('turn the phase %d into %s', (phase, text) => {
    expect(value({ phase }, 'phase')).toBe(text);
  });

  test('name what only some kinds have', () => {
    expect(value({ bandwidth: null }, 'bandwidth')).toBe('no band');
    expect(value({ size: 5, towards: -90 }, 'kernel')).toBe('5×5');
    expect(value({ size: 5, towards: -90 }, 'lighter towards')).toBe('−90°');
    expect(value({ sigma: 1, surroundSigma: 2.25 }, 'centre (σ)')).toBe('1\u00a0px');
    expect(value({ sigma: 1, surroundSigma: 2.25 }, 'surround (σ)')).toBe('2.3\u00a0px');
    expect(value({ sigma: 1 }, 'surround (σ)')).toBeUndefined();
  });
});
