import { describe, expect, it } from 'vitest';
import {
  countText,
  isCount,
  quickSettings,
  quickText,
  readSettings,
  sharedSettings,
  stops,
  withSetting,
  writeSettings,
} from '../../src/components/figures/methodOptions.ts';
import type { MethodOption } from '../../src/worker/protocol.ts';

const baseline: MethodOption = {
  kind: 'choice',
  name: 'baseline',
  label: 'Compared with',
  choices: ['black', 'white', 'blurred'],
  default: 'black',
};
const copies: MethodOption = {
  kind: 'number',
  name: 'samples',
  label: 'Noisy copies',
  min: 1,
  max: 1000,
  step: 1,
  default: 50,
  integer: true,
};
const noise: MethodOption = {
  kind: 'number',
  name: 'sigma',
  label: 'Noise',
  min: 0,
  max: 2,
  step: 0.01,
  default: 0.15,
};
const seed: MethodOption = {
  ...copies,
  name: 'seed',
  label: 'Seed',
  min: 0,
  max: 9999,
  default: 1,
};
const options = [baseline, copies, noise, seed];

describe('settings of a link', () => {
  it('are read by what the method allows', () => {
    expect(readSettings(options, 'samples-20_sigma-0.1_baseline-blurred')).toEqual({
      samples: 20,
      sigma: 0.1,
      baseline: 'blurred',
    });
  });

  it.each([
    ['an option that there is not', 'steps-20'],
    ['a word that there is not', 'baseline-green'],
    ['a number beyond the range', 'samples-2000'],
    ['a broken number', 'samples-2.5'],
    ['no number', 'samples-many'],
    ['a default', 'samples-50_baseline-black'],
    ['nothing', ''],
  ])('drop %s', (_what, text) => {
    expect(readSettings(options, text)).toEqual({});
  });

  it('are written as they are read', () => {
    const settings = { baseline: 'blurred', sigma: 0.1 };
    expect(writeSettings(settings)).toBe('baseline-blurred_sigma-0.1');
    expect(readSettings(options, writeSettings(settings))).toEqual(settings);
  });

  it('take no place for a default', () => {
    const changed = withSetting({ samples: 20 }, noise, 0.3);
    expect(changed).toEqual({ samples: 20, sigma: 0.3 });
    expect(withSetting(changed, copies, 50)).toEqual({ sigma: 0.3 });
  });

  it('keep their words with another method, where it knows them, and no numbers', () => {
    const settings = { baseline: 'white', samples: 20 };
    expect(sharedSettings(settings, options)).toEqual({ baseline: 'white' });
    expect(sharedSettings(settings, [copies])).toEqual({});
  });
});

describe('counts', () => {
  it('are whole numbers up to hundreds', () => {
    expect(options.filter(isCount)).toEqual([copies]);
  });

  it('go in steps that grow, past the default and the present value', () => {
    expect(stops({ min: 1, max: 300, default: 50 }, 33)).toEqual([
      1, 2, 5, 10, 20, 33, 50, 100, 200, 300,
    ]);
  });

  it('are told in the words of their option', () => {
    expect(countText(options, {}, { done: 12, total: 50 })).toBe('12 of 50 noisy copies');
    expect(countText(options, { samples: 64 }, { done: 16, total: 64 })).toBe(
      '16 of 64 noisy copies',
    );
    expect(countText(options, {}, { done: 1, total: 225 })).toBe('1 of 225 steps');
  });

  it('are smaller for one of many pictures, and it is said', () => {
    expect(quickSettings(options)).toEqual({ samples: 16 });
    expect(quickText(options)).toBe('16 noisy copies here, 50 above');
    const masks: MethodOption = { ...copies, name: 'masks', label: 'Masks', default: 500 };
    expect(quickSettings([masks])).toEqual({ masks: 200 });
    const few: MethodOption = { ...copies, default: 8 };
    expect(quickText([few])).toBe('');
  });
});
