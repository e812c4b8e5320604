import { expect, test } from 'vitest';
import {
  benchMethods,
  loadSaliency,
  referenceIds,
  saliencyView,
  shownMap,
  type SaliencyData,
  type SaliencyDrawing,
} from '../../src/components/figures/saliencyMap.ts';
import type { Raster } from '../../src/draw/raster.ts';
import { reductionOption } from '../../src/engine/methods/reductions.ts';
import type { Ask, MethodDescription, Params } from '../../src/worker/protocol.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

/** 101 values 0 to 100, the largest at the right end of a single row. */
const values = Float32Array.from({ length: 101 }, (_, i) => i);
const model = smallDescription();
const saliency: MethodDescription = {
  id: 'saliency',
  name: 'Saliency',
  family: 'gradient',
  unit: 'target units per unit of normalised input',
  atLayer: false,
  long: false,
  options: [reductionOption],
};
const drawing: SaliencyDrawing = {
  colormap: 'greys',
  clip: 99,
  blur: 0,
  signs: 'signed',
  opacity: 1,
};
const data: SaliencyData = {
  model,
  method: saliency,
  reduction: 'max',
  settings: {},
  progress: undefined,
  kind: 'logit' as const,
  picture: greyPicture,
  view: { width: 101, height: 1, channels: 3, data: new Uint8Array(303).fill(7) },
  explained: {
    map: { shape: [1, 101], data: values },
    details: {},
    notes: [],
    range: { min: 0, max: 100 },
    layer: undefined,
    unit: 'target units',
    logits: [Math.log(3), 0],
    target: { class: 0, value: Math.log(3) },
  },
};

test('the clip is the end of the colours, the largest value is told beside it', () => {
  const view = saliencyView(data, { ...drawing, clip: 80 });
  expect(view).toMatchObject({
    pictureKey: 'grey',
    range: [0, 80],
    signed: false,
    unit: 'logit per unit of input',
    legend: 'clipped at percentile 80; raw values 0 to 100',
    hasSigns: false,
    completeness: undefined,
    maximum: 100,
    peak: { x: 100, y: 0 },
    targetClass: 0,
    predictedClass: 0,
    model: { id: model.id, labels: model.labels },
  });
  const { rgba } = view.map as Raster;
  expect([rgba[0], rgba[4 * 40], rgba[4 * 80], rgba[4 * 100]]).toEqual([0, 128, 255, 255]);
  // 96 to 100 of 5050.
  expect(view.topShare).toBeCloseTo(490 / 5050, 12);
  expect(view.probabilities[0]).toBeCloseTo(0.75, 12);
});

test('without opacity the overlay is the picture', () => {
  const { rgba } = saliencyView(data, { ...drawing, opacity: 0 }).overlay as Raster;
  expect([...rgba.subarray(0, 4)]).toEqual([128, 128, 128, 255]);
});

test('a map of 512 by 512 pixels is drawn like any other', () => {
  const side = 512;
  const large = new Float32Array(side * side);
  large[3 * side + 5] = 2;
  const explained = { ...data.explained, map: { shape: [side, side], data: large } };
  const view = { ...data.view, width: side, height: side, data: new Uint8Array(3 * side * side) };
  const drawn = saliencyView({ ...data, view, explained }, drawing);
  expect(drawn).toMatchObject({ maximum: 2, peak: { x: 5, y: 3 } });
});

test('the signed sum over the colours takes the place of a map without signs', () => {
  const gradient = { shape: [1, 3, 1, 2], data: Float32Array.of(1, -2, 1, 1, -1, -4) };
  const map = { shape: [1, 2], data: Float32Array.of(1, 4) };
  const view = { ...data.view, width: 2, data: new Uint8Array(6) };
  const found = { ...data, view, explained: { ...data.explained, map, details: { gradient } } };
  expect(shownMap(found)).toBe(map);
  const signed = { ...found, reduction: 'signed' } as const;
  expect([...shownMap(signed).data]).toEqual([1, -5]);
  expect(saliencyView(signed, { ...drawing, clip: 100 })).toMatchObject({
    colormap: 'diverging',
    signed: true,
    range: [-5, 5],
    maximum: -5,
    peak: { x: 1, y: 0 },
    hasSigns: true,
  });
  expect(saliencyView(signed, { ...drawing, clip: 100, signs: 'magnitude' })).toMatchObject({
    colormap: 'greys',
    range: [0, 5],
  });
});

test('what a path comes to is told beside what it should come to', () => {
  const number = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
  const details = { sum: number(3), difference: number(2.5), gap: number(0.5) };
  const explained = { ...data.explained, details };
  expect(saliencyView({ ...data, explained }, drawing).completeness).toEqual({
    sum: 3,
    difference: 2.5,
    gap: 0.5,
  });
});

test('the bench has the methods that end at the input', () => {
  const cam = { ...saliency, id: 'grad-cam', family: 'class-activation' } as const;
  const free = { ...saliency, id: 'rise', family: 'gradient-free' } as const;
  expect(benchMethods([saliency, cam, free])).toEqual([saliency, free]);
});

test('only a method that compares pictures is given others, spread over the list', () => {
  const ids = Array.from({ length: 13 }, (_, i) => `p${i}`);
  expect(referenceIds(saliency, ids, 'p0')).toEqual([]);
  const comparing = { ...saliency, id: 'expected-gradients' };
  expect(referenceIds(comparing, ids, 'p0')).toEqual(['p1', 'p3', 'p5', 'p7', 'p9', 'p11']);
  expect(referenceIds(comparing, ['p0', 'p1'], 'p0')).toEqual(['p1']);
});

test("a method is asked with its options, the signs' reduction is not one of them", async () => {
  const asked: Array<Params<'explain'>> = [];
  const ask = (async (kind: string, params: Params<'explain'>) => {
    if (kind === 'explain') asked.push(params);
    return { describe: model, view: data.view, explain: data.explained }[kind];
  }) as unknown as Ask;
  const subject = { picture: data.picture, target: { kind: 'logit', class: 0 } } as const;
  const options = { model: model.id, method: saliency, settings: {}, layer: 'features.0' };
  await loadSaliency(ask, subject, { ...options, reduction: 'l2' });
  await loadSaliency(ask, subject, { ...options, reduction: 'signed' });
  const atLayer = { ...saliency, id: 'guided-grad-cam', atLayer: true };
  await loadSaliency(ask, subject, { ...options, method: atLayer, reduction: 'max' });
  await loadSaliency(ask, subject, {
    ...options,
    method: atLayer,
    reduction: 'max',
    layer: 'nowhere',
  });
  expect(asked.map(({ options: values, layer }) => [values, layer])).toEqual([
    [{ reduction: 'l2' }, undefined],
    [{}, undefined],
    [{ reduction: 'max' }, 'features.0'],
    [{ reduction: 'max' }, undefined],
  ]);
});
