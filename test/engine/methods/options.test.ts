import { describe, expect, it } from 'vitest';
import { allowedValues, resolveOptions } from '../../../src/engine/methods/options.ts';

const method = {
  id: 'toy',
  options: [
    { kind: 'choice', name: 'norm', label: 'Norm', choices: ['max', 'l2'], default: 'max' },
    { kind: 'number', name: 'noise', label: 'Noise', min: 0, max: 0.5, step: 0.05, default: 0.1 },
    {
      kind: 'number',
      name: 'samples',
      label: 'Samples',
      min: 1,
      max: 100,
      step: 1,
      default: 20,
      integer: true,
      unit: 'passes',
    },
    { kind: 'names', name: 'layers', label: 'Layers', default: '' },
  ],
} as const;

describe('options', () => {
  it('take their defaults', () => {
    expect(resolveOptions(method)).toEqual({ norm: 'max', noise: 0.1, samples: 20, layers: [] });
  });

  it('are read from text as from numbers', () => {
    const given = { norm: 'l2', noise: '0.25', samples: 7, layers: 'a.0, b,' };
    expect(resolveOptions(method, given)).toEqual({
      norm: 'l2',
      noise: 0.25,
      samples: 7,
      layers: ['a.0', 'b'],
    });
  });

  it.each([
    [{ norm: 'l1' }, 'invalid norm: l1, expected one of max, l2'],
    [{ noise: 0.6 }, 'invalid noise: 0.6, expected a number from 0 to 0.5'],
    [{ noise: '' }, 'invalid noise: , expected a number from 0 to 0.5'],
    [{ noise: 'much' }, 'invalid noise: much, expected a number from 0 to 0.5'],
    [{ noise: Number.NaN }, 'invalid noise: NaN, expected'],
    [{ samples: 1.5 }, 'invalid samples: 1.5, expected a whole number from 1 to 100'],
    [{ blur: 2 }, 'unknown option: blur, toy has norm, noise, samples, layers'],
  ])('%j is refused: %s', (given, message) => {
    expect(() => resolveOptions(method, given)).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('say what they may be set to', () => {
    expect(method.options.map(allowedValues)).toEqual([
      'max, l2',
      '0 to 0.5',
      '1 to 100 passes',
      'names with commas between them',
    ]);
  });
});
