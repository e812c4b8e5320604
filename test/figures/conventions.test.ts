import { expect, test } from 'vitest';
import { goldenDifference, goldenRow } from '../../src/components/figures/conventionGoldens.ts';
import { change, conventionMap } from '../../src/components/figures/conventionMaps.ts';
import {
  boardRows,
  conventionView,
  loadConventions,
  rankedRows,
  shownData,
  type ConventionData,
} from '../../src/components/figures/conventions.ts';
import {
  departures,
  isOpen,
  offers,
  paper,
  presets,
  settled,
  withChoice,
  type Conventions,
} from '../../src/components/figures/conventionSwitches.ts';
import {
  amountText,
  changeText,
  goldenText,
  mapText,
  presetText,
  tapsText,
  verdictText,
} from '../../src/components/figures/conventionTexts.ts';
import type { Ask, ConventionGoldens, ConventionMaps } from '../../src/worker/protocol.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

const map = (...values: number[]) => ({ shape: [2, 1], data: Float32Array.from(values) });
/** Two cells: 4 and -1 by the logit; the probability sees them the other way round. */
const cam = {
  'after.signed': map(4, -1),
  'after.rectified': map(5, 2),
  'before.signed': map(2, -2),
  'before.rectified': map(2, 1),
};
const turned = { ...cam, 'after.signed': map(-0.1, 0.4) };
const found: ConventionMaps = {
  maps: { logit: cam, probability: turned, 'log-probability': turned },
  taps: { after: 'features.5', activation: 'features.5.2', before: ['features.5.1'] },
  class: 1,
  logits: [0, Math.log(3)],
};
/** The input is 2x2 pixels, so that each of the two cells is a row. */
const description = smallDescription(32);
const model = {
  ...description,
  preprocessing: { ...description.preprocessing, width: 2, height: 2 },
};
const data: ConventionData = {
  model,
  picture: greyPicture,
  subject: 'grad-cam',
  found,
  goldens: undefined,
};
const camPaper: Conventions = { ...paper, subject: 'grad-cam' };
const size = [2, 2] as const;
const valuesOf = (conventions: Partial<Conventions>) => [
  ...conventionMap(found, { ...camPaper, ...conventions }, size).values,
];

test('the ReLU stands where the switch has it', () => {
  expect(valuesOf({})).toEqual([4, 4, 0, 0]);
  expect(valuesOf({ relu: 'none' })).toEqual([4, 4, -1, -1]);
  expect(valuesOf({ relu: 'absolute' })).toEqual([4, 4, 1, 1]);
  expect(valuesOf({ relu: 'before-sum' })).toEqual([5, 5, 2, 2]);
  expect(valuesOf({ reading: 'before', relu: 'none' })).toEqual([2, 2, -2, -2]);
});

test('normalising before and after enlarging are not the same', () => {
  // Four rows of half-pixel centres between 4 and 0: 4, 3, 1, 0; with corners aligned 4, 8/3, 4/3, 0.
  const tall = (conventions: Partial<Conventions>) => [
    ...conventionMap(found, { ...camPaper, ...conventions }, [4, 1]).values,
  ];
  expect(tall({})).toEqual([4, 3, 1, 0]);
  expect(tall({ normaliser: 'maximum', order: 'before' })).toEqual([1, 0.75, 0.25, 0]);
  const corners = tall({ upsampling: 'bilinear-corners' });
  [4, 8 / 3, 4 / 3, 0].forEach((value, i) => expect(corners[i]).toBeCloseTo(value, 6));
  expect(tall({ upsampling: 'nearest' })).toEqual([4, 4, 0, 0]);
  // 0, 4, 0 in six rows: no row falls on the middle of the largest cell, so that the largest is 3.
  const peak = { ...cam, 'after.signed': { shape: [3, 1], data: Float32Array.of(0, 4, 0) } };
  const maps = { ...found.maps, logit: peak };
  const six = (order: Conventions['order']) => [
    ...conventionMap({ maps }, { ...camPaper, normaliser: 'maximum', order }, [6, 1]).values,
  ];
  expect(six('before')).toEqual([0, 0.25, 0.75, 0.75, 0.25, 0]);
  const third = Math.fround(1 / 3);
  expect(six('after')).toEqual([0, third, 1, 1, third, 0]);
  expect(six('both')).toEqual(six('after'));
});

test('maps are compared as they are drawn', () => {
  const raw = conventionMap(found, camPaper, size);
  const scaled = conventionMap(found, { ...camPaper, normaliser: 'maximum' }, size);
  expect(raw.range).toEqual([0, 4]);
  expect(change(raw, scaled, size).amount).toBe(0);
  const signed = conventionMap(found, { ...camPaper, relu: 'none' }, size);
  expect(signed.range).toEqual([-4, 4]);
  expect(change(raw, signed, size)).toEqual({ amount: 0.25, row: 1, column: 0 });
  // The library's scale is kept: here 0 is drawn as a fifth of the colours.
  const minMax = conventionMap(found, { ...camPaper, relu: 'none', normaliser: 'min-max' }, size);
  expect(minMax.range).toEqual([0, 1]);
  expect(minMax.drawn[2]).toBe(0);
});

test('the probability and its logarithm draw the same picture, but for 1e-7', () => {
  const tiny = { ...cam, 'after.signed': map(4e-10, -1e-10) };
  const maps = { ...found.maps, probability: tiny, 'log-probability': cam };
  const most = (target: Conventions['target'], conventions: Partial<Conventions>) =>
    conventionMap({ maps }, { ...camPaper, target, ...conventions }, size).drawn[0];
  for (const conventions of [{}, { normaliser: 'maximum' }, { normaliser: 'cumulative' }] as const)
    expect(most('probability', conventions)).toBeCloseTo(most('log-probability', conventions)!, 6);
  const once = { normaliser: 'min-max', order: 'after' } as const;
  expect(most('probability', once)).toBeLessThan(0.005);
  expect(most('log-probability', once)).toBeCloseTo(1, 6);
  expect(most('probability', { ...once, order: 'both' })).toBeCloseTo(1, 4);
});

test('each choice is measured against the paper’s at its own switch alone', () => {
  const rows = boardRows(data, { ...camPaper, relu: 'none' });
  expect(rows.map(({ name }) => name)).toEqual([
    'target',
    'reading',
    'relu',
    'upsampling',
    'normaliser',
    'order',
  ]);
  const amounts = (name: string) =>
    rows.find((row) => row.name === name)!.choices.map((choice) => choice.change.amount);
  // 4, -1 against -0.1, 0.4: as drawn 1, -0.25 against -0.25, 1.
  expect(amounts('target')).toEqual([0, 1.25, 1.25]);
  expect(amounts('reading')).toEqual([0, 0.75]);
  // Against the ReLU at the sum, not against the switch as it stands.
  expect(amounts('relu')).toEqual([0, expect.closeTo(0.4, 6), 0.25, 0.25]);
  expect(rows.find(({ name }) => name === 'order')!.choices.map(({ open }) => open)).toEqual([
    true,
    false,
    false,
  ]);
  expect(rankedRows(rows).map(({ name }) => name)[0]).toBe('target');
  expect(rankedRows(rows).map(({ name }) => name)).not.toContain('order');
});

test('presets are known by their switches, and what departs from them is named', () => {
  const captum: Conventions = { ...presets.captum, subject: 'grad-cam' };
  expect(conventionView(data, captum, 'paper')).toMatchObject({ preset: 'captum' });
  const view = conventionView(data, { ...captum, upsampling: 'bicubic' }, 'captum');
  expect(view).toMatchObject({
    preset: undefined,
    base: 'captum',
    departures: [{ label: 'Enlarging', choice: 'bicubic' }],
  });
  expect(presetText(view)).toBe('Yours. It departs from Captum in enlarging: bicubic.');
  const relu = conventionView(data, { ...captum, relu: 'none' }, 'captum');
  expect(presetText(relu)).toBe('Yours. It departs from Captum in ReLU: nowhere.');
  expect(presetText(conventionView(data, camPaper, 'captum'))).toBe(
    'All switches stand as in the paper.',
  );
});

test('switches of the other subject do not count, nor does an order of nothing', () => {
  const sideways: Conventions = { ...camPaper, signs: 'signed', order: 'both' };
  expect(settled(sideways)).toEqual(camPaper);
  expect(departures(sideways, 'paper')).toEqual([]);
  const saliency = withChoice({ ...paper, subject: 'saliency' }, 'signs', 'signed');
  expect(saliency.reduction).toBe('sum');
  expect(isOpen(saliency, 'reduction', 'max')).toBe(false);
  expect(isOpen(saliency, 'reduction', 'sum')).toBe(true);
  expect(offers('pytorch-grad-cam', 'saliency')).toBe(false);
});

test('a saliency map has no pytorch-grad-cam to depart from', () => {
  const gradients = {
    'absolute.max': { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    'absolute.l2': { shape: [2, 2], data: Float32Array.of(1, 2, 4, 4) },
    'absolute.sum': { shape: [2, 2], data: Float32Array.of(2, 2, 4, 4) },
    'signed.sum': { shape: [2, 2], data: Float32Array.of(-4, 2, 0, 1) },
  };
  const maps = { logit: gradients, probability: gradients, 'log-probability': gradients };
  const other = { ...data, subject: 'saliency', found: { ...found, maps } } as const;
  const conventions: Conventions = { ...presets['pytorch-grad-cam'], subject: 'saliency' };
  const view = conventionView(other, conventions, 'pytorch-grad-cam');
  expect(view).toMatchObject({ base: 'paper', preset: undefined });
  expect(view.rows.map(({ name }) => name)).toEqual(['target', 'signs', 'reduction', 'normaliser']);
  // Signs: -1, 0.5, 0, 0.25 against 0.25, 0.5, 0.75, 1.
  const raw = boardRows(other, { ...paper, subject: 'saliency' });
  const signed = raw.find(({ name }) => name === 'signs')!.choices[1]!;
  expect(signed.change).toEqual({ amount: 1.25, row: 0, column: 0 });
  // Until the answer for another subject is there, the old one stays.
  expect(conventionView(other, camPaper, 'paper').conventions.subject).toBe('saliency');
  expect([...shownData(other, camPaper).data]).toEqual([1, 2, 3, 4]);
});

/** One axis, two rows: of the paper's scaling and of the maximum's. */
const goldens: ConventionGoldens = {
  picture: 'grey',
  class: 1,
  software: 'by hand',
  axes: {
    'grad-cam': [
      ['scaling', ['none', 'maximum.after']],
      ['columns', ['sample 0', 'sample 1', 'min', 'max', 'sum']],
    ],
  },
  tables: {
    'grad-cam': { shape: [2, 5], data: Float32Array.of(4, 0, 0, 4, 8, 1, 0, 0, 1, 2) },
  },
  positions: [1, 2],
  unsettled: [],
};

test('the map is compared with PyTorch’s row of its own combination', () => {
  const { values } = conventionMap(found, camPaper, size);
  expect(goldenDifference(goldens, camPaper, values)).toBe(0);
  const scaled: Conventions = { ...camPaper, normaliser: 'maximum' };
  expect(goldenRow(goldens, scaled)).toMatchObject({ low: 0, high: 1, sum: 2 });
  expect(goldenDifference(goldens, scaled, values)).toBe(3);
  // The sum alone finds what no sample does; nothing that is not a number passes.
  expect(goldenDifference(goldens, camPaper, Float32Array.of(2, 4, 0, 4))).toBeCloseTo(0.2, 6);
  expect(goldenDifference(goldens, camPaper, Float32Array.of(4, NaN, 0, 4))).toBe(Infinity);
  expect(() => goldenRow(goldens, { ...scaled, order: 'both' })).toThrow(
    'goldens have no scaling "maximum.both"',
  );
});

test('it is said where there is no golden', () => {
  const line = (changed: Partial<ConventionData>) =>
    goldenText(conventionView({ ...data, ...changed }, camPaper, 'paper'), (id) => `the ${id}`);
  expect(line({ goldens })).toContain('very combination: 0 of the map’s largest value (2 sampled');
  expect(line({})).toBe('No numbers of PyTorch’s are stored for SmallCNN for tests.');
  expect(line({ goldens: { ...goldens, picture: 'horse' } })).toBe(
    'PyTorch’s numbers are stored for “the horse” and the class class 1; for what is shown there are none.',
  );
  expect(line({ goldens: { ...goldens, class: 0 } })).toContain('class 0; for what is shown');
  expect(line({ goldens: { failure: 'no network' } })).toBe(
    'PyTorch’s numbers could not be read: no network.',
  );
});

test('texts name amounts, places and taps', () => {
  const view = conventionView(data, { ...camPaper, relu: 'none' }, 'paper');
  expect(changeText(view)).toBe('Up to 25 % of the colours’ length, at row 1, column 0.');
  expect(changeText(conventionView(data, camPaper, 'paper'))).toContain('No pixel');
  expect(mapText(view, view.shown, 'yours')).toBe(
    'Grad-CAM of the logit of class 1, yours: values −1 to 4 logit, colours from −4 to 4',
  );
  expect(tapsText(view)).toBe(
    'Read after the activation: features.5, 4×4 cells. Before it: features.5.1.',
  );
  const sum = { ...found.taps, before: ['layer4.1.bn2', 'layer4.0'] };
  expect(tapsText({ ...view, taps: sum })).toContain('layer4.1.bn2 + layer4.0, a sum that is no');
  // A block of torchvision's calls its one ReLU twice, and that overwrites what it reads.
  expect(tapsText({ ...view, taps: sum })).toContain('the last call of a forward pre-hook');
  expect(tapsText({ ...view, taps: sum })).toContain('to be cloned');
  expect(verdictText(view)).toContain(
    '“Target” matters most, where “probability” changes up to 125 %',
  );
  expect(amountText({ amount: 0.001 })).toBe('< 1 %');
  expect(amountText({ amount: 0 })).toBe('0 %');
});

test('goldens that cannot be had do not keep the map away', async () => {
  const ask = ((kind: string) => {
    if (kind === 'conventionGoldens') return Promise.reject(new Error('no network'));
    return Promise.resolve(kind === 'describe' ? model : found);
  }) as unknown as Ask;
  const subject = { picture: data.picture, target: { kind: 'logit', class: 1 } } as const;
  const loaded = await loadConventions(ask, subject, { model: 'small', subject: 'grad-cam' });
  expect(loaded).toMatchObject({ found, goldens: { failure: 'no network' } });
});
