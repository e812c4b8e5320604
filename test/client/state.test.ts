import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FieldName } from '../../src/client/fields.ts';
import { field, initialValue, restore, serialize } from '../../src/client/state.ts';

const query = (text: string) => new URLSearchParams(text);

/** Every name the state knows, found by what a link can carry. */
const samples: ReadonlyArray<readonly [FieldName, string, unknown]> = [
  ['picture', 'cat', 'cat'],
  ['class', '7', 7],
  ['class', 'predicted', 'predicted'],
  ['backend', 'wasm', 'wasm'],
  ['filters.index', '31', 31],
  ['filters.sort', 'likeness', 'likeness'],
  ['filters.epoch', '0', 0],
  ['kernel.start', 'sobel', 'sobel'],
  ['kernel.angle', '45', 45],
  ['kernel.cells', 'MmSWAGTIMmSW', 'MmSWAGTIMmSW'],
  ['maps.sort', 'sparsity', 'sparsity'],
  ['maps.sort', 'difference', 'difference'],
  ['maps.opacity', '0.25', 0.25],
  ['maps.other', 'cat', 'cat'],
  ['maps.pins', '3.17.217', '3.17.217'],
  ['saliency.reduction', 'l2', 'l2'],
  ['saliency.reduction', 'signed', 'signed'],
  ['saliency.method', 'smoothgrad', 'smoothgrad'],
  ['saliency.options', 'samples-20_rule-gauss-legendre', 'samples-20_rule-gauss-legendre'],
  ['saliency.blur', '1.5', 1.5],
  ['gallery.signs', 'signed', 'signed'],
  ['softmax.range', 'common', 'common'],
  ['saliency.clip', '90', 90],
  ['saliency.colormap', 'viridis', 'viridis'],
  ['field.units', 'all', 'all'],
  ['field.x', '0.25', 0.25],
  ['cam.kind', 'probability', 'probability'],
  ['cam.show', 'against', 'against'],
  ['cam.sort', 'magnitude', 'magnitude'],
  ['cam.upsampling', 'bicubic', 'bicubic'],
  ['ledger.rows', 'channels', 'channels'],
  ['ledger.open', '12', 12],
  ['stage.ground', 'sky', 'sky'],
  ['stage.first', 'husky.210.190.150.m', 'husky.210.190.150.m'],
  ['stage.second', 'none', 'none'],
  ['stage.asked', 'second', 'second'],
  ['stage.asked', '4', 4],
  ['saliency.kind', 'difference', 'difference'],
  ['against', '3', 3],
  ['against', 'runner-up', 'runner-up'],
];

beforeEach(() => {
  for (const [name] of samples) field(name).set(initialValue(name));
});

describe('state in the address', () => {
  it('is empty where nothing was changed', () => {
    expect(serialize().toString()).toBe('');
  });

  it.each(samples)('%s=%s is read and written back', (name, text, value) => {
    restore(query(`${name}=${text}`));
    expect(field(name).get()).toBe(value);
    const expected = value === initialValue(name) ? null : text;
    expect(serialize().get(name)).toBe(expected);
  });

  it('comes back whole', () => {
    fc.assert(
      fc.property(
        fc.record({
          picture: fc.string({ minLength: 1 }).filter((key) => !key.startsWith('own:')),
          class: fc.oneof(fc.constant('predicted' as const), fc.nat(9)),
          'saliency.clip': fc.integer({ min: 80, max: 100 }),
          'cam.opacity': fc.double({ min: 0, max: 1, noNaN: true }).map((value) => Math.abs(value)),
          'maps.sort': fc.constantFrom('index', 'activation', 'sparsity'),
        }),
        (state) => {
          for (const [name, value] of Object.entries(state))
            field(name as FieldName).set(value as never);
          const link = serialize().toString();
          for (const name of Object.keys(state))
            field(name as FieldName).set(initialValue(name as FieldName) as never);
          restore(query(link));
          for (const [name, value] of Object.entries(state))
            expect(field(name as FieldName).get()).toEqual(value);
        },
      ),
      { numRuns: 200, seed: 196 },
    );
  });

  it.each([
    'class=cat',
    'class=-1',
    'class=',
    'class=1e9',
    'class=NaN',
    'class=1.5',
    'backend=cuda',
    'backend=',
    'filters.index=4096',
    'filters.sort=beauty',
    'filters.epoch=0.5',
    'filters.index=x',
    'kernel.start=sobels',
    'kernel.angle=361',
    'maps.sort=random',
    'saliency.clip=79',
    'saliency.clip=Infinity',
    'saliency.colormap=toString',
    'cam.kind=__proto__',
    'cam.show=signs',
    'cam.upsampling=cubic',
    'ledger.sort=x',
    'maps.opacity=1.01',
    'maps.pins=4096',
    'maps.pins=-1.x',
    'maps.pins=',
    'nothing=1',
    'constructor=1',
    '%ff=%00',
  ])('%s is not understood and changes nothing', (text) => {
    const before = samples.map(([name]) => field(name).get());
    restore(query(text));
    expect(samples.map(([name]) => field(name).get())).toEqual(before);
  });

  it.each(['picture', 'model', 'maps.other'] as const)(
    "does not carry the reader's own file in %s",
    (name) => {
      field(name).set('own:1');
      expect(serialize().has(name)).toBe(false);
      field(name).set(initialValue(name));
    },
  );

  it('keeps each pin once, a dozen at most, and drops what is none', () => {
    restore(query('maps.pins=7.7.x.5000.07.12'));
    expect(field('maps.pins').get()).toBe('7.12');
    const many = Array.from({ length: 20 }, (_, i) => i);
    restore(query(`maps.pins=${many.join('.')}`));
    expect(field('maps.pins').get()).toBe(many.slice(0, 12).join('.'));
  });
});
