import { expect, test } from 'vitest';
import {
  camLens,
  featureMapLens,
  filtersLens,
  fourLensesView,
  loadFourLenses,
  saliencyLens,
  valuesAt,
  type FourLensesData,
  type FourLensesView,
} from '../../src/components/figures/fourLenses.ts';
import { lensTexts } from '../../src/components/figures/fourLensesTexts.ts';
import { blankRaster, type Raster, type RasterImage } from '../../src/draw/raster.ts';
import type { Ask, KeyedPicture } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const pixel = (image: RasterImage, x: number, y: number) => {
  const { rgba, width } = image as Raster;
  return [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
};
const viridis = { first: [68, 1, 84, 255], last: [253, 231, 37, 255] };
const inferno = { first: [0, 0, 4, 255], last: [252, 255, 164, 255] };
const transparent = [0, 0, 0, 0];

test('32 filters of 3x3 hang six in a row, each over its own range', () => {
  const data = new Float32Array(32 * 27);
  // Filter 1 runs from -1 (its first red weight) to 1 (its last blue one).
  data[27] = -1;
  data[53] = 1;
  data[54] = 3;
  const lens = filtersLens({ shape: [32, 3, 3, 3], data });
  expect(lens).toMatchObject({ count: 32, shape: [3, 3, 3], range: [-1, 3] });
  expect(lens.image).toMatchObject({ width: 25, height: 25 });
  expect(pixel(lens.image, 5, 1)).toEqual([0, 128, 128, 255]);
  expect(pixel(lens.image, 7, 3)).toEqual([128, 128, 255, 255]);
  expect(pixel(lens.image, 4, 1)).toEqual(transparent);
  expect(pixel(lens.image, 24, 24)).toEqual(transparent);
});

test('the feature map is the one with the largest mean', () => {
  const maps = { shape: [1, 3, 1, 2], data: Float32Array.of(0, 0, 1, 4, 5, -1) };
  const lens = featureMapLens('layer2', maps);
  expect(lens).toMatchObject({
    layer: 'layer2',
    range: [1, 4],
    channel: 1,
    mean: 2.5,
    channels: 3,
    silent: 1,
    size: [1, 2],
  });
  expect(pixel(lens.image, 0, 0)).toEqual(viridis.first);
  expect(pixel(lens.image, 1, 0)).toEqual(viridis.last);
});

test('64 filters of 7x7 hang in a square of eight by eight', () => {
  const lens = filtersLens({ shape: [64, 3, 7, 7], data: new Float32Array(64 * 147) });
  expect(lens.image).toMatchObject({ width: 65, height: 65 });
});

test('saliency runs from 0 to its 99th percentile', () => {
  // 0, 1, ..., 100: the 99th percentile is 99; five values hold 490 of 5050.
  const map = { shape: [1, 101], data: Float32Array.from({ length: 101 }, (_, i) => i) };
  const lens = saliencyLens(map);
  expect(lens.range).toEqual([0, 99]);
  expect(lens.maximum).toBe(100);
  expect(lens.topShare).toBeCloseTo((96 + 97 + 98 + 99 + 100) / 5050, 6);
  expect(pixel(lens.image, 0, 0)).toEqual(inferno.first);
  expect(pixel(lens.image, 99, 0)).toEqual(inferno.last);
  expect(pixel(lens.image, 100, 0)).toEqual(inferno.last);
});

test('a map of zeros has no strongest pixels', () => {
  expect(saliencyLens({ shape: [2, 2], data: new Float32Array(4) }).topShare).toBe(0);
});

const white = blankRaster(320, 320, [255, 255, 255, 255]);
const cam = (shape: number[], ...values: number[]) => ({
  layer: 'layer4',
  map: { shape, data: Float32Array.from(values) },
});

test('Grad-CAM lies half over the picture, upsampled', () => {
  const lens = camLens(cam([2, 2], 0, 0, 8, 2), white);
  expect(lens).toMatchObject({
    layer: 'layer4',
    range: [0, 8],
    size: [2, 2],
    peak: { row: 1, column: 0 },
    support: 0.5,
  });
  // Half of white and half of viridis' ends.
  expect(pixel(lens.image, 0, 0)).toEqual([162, 128, 170, 255]);
  expect(pixel(lens.image, 0, 319)).toEqual([254, 243, 146, 255]);
});

test('a class that nothing speaks for gives an even map', () => {
  const lens = camLens(cam([1, 2], 0, 0), white);
  expect(lens).toMatchObject({ range: [0, 0], support: 0, peak: { row: 0, column: 0 } });
  expect(pixel(lens.image, 0, 0)).toEqual(pixel(lens.image, 319, 319));
});

const picture: KeyedPicture = {
  key: 'tiny',
  bitmap: { width: 1, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30) },
};
const explained = {
  map: { shape: [1, 1], data: Float32Array.of(2) },
  details: {},
  layer: 'features.5',
  unit: 'target units',
  logits: [0, Math.log(3)],
  target: { class: 0, value: 0 },
};
const model = smallDescription();
const answers: Record<string, unknown> = {
  describe: model,
  'parameter features.0.0.weight': { shape: [1, 3, 1, 1], data: Float32Array.of(0, 1, 2) },
  'capture features.1': {
    activations: { 'features.1': { shape: [1, 1, 1, 1], data: Float32Array.of(3) } },
    gradients: {},
    logits: [0, Math.log(3)],
    target: { class: 0, value: 0 },
  },
  'explain saliency': explained,
  'explain grad-cam features.5': explained,
};

test('asks once for each lens and shows what it was told', async () => {
  const asked: string[] = [];
  const ask = ((kind: string, params: Record<string, unknown>) => {
    const { name, method, layer, layers } = params;
    const key = [kind, name, method, layer, layers].filter(Boolean).join(' ');
    expect(params['model']).toBe(model.id);
    asked.push(key);
    return Promise.resolve(answers[key]);
  }) as Ask;
  const subject = { picture, target: { kind: 'logit', class: 0 } } as const;
  const data = await loadFourLenses(ask, subject, model.id);
  expect(asked).toEqual(Object.keys(answers));

  const view = fourLensesView(data);
  expect(view).toMatchObject({ pictureKey: 'tiny', predictedClass: 1, targetClass: 0 });
  expect(view.model).toEqual({ id: model.id, title: model.title, labels: model.labels });
  expect([view.map.layer, view.cam.layer]).toEqual(['features.1', 'features.5']);
  expect(view.probabilities[0]).toBeCloseTo(0.25, 12);
  expect(view.picture).toMatchObject({ width: 320, height: 320 });
  expect(pixel(view.picture, 0, 0)).toEqual([10, 20, 30, 255]);
  // Half the picture, half viridis' last colour.
  expect(pixel(view.cam.image, 5, 5)).toEqual([132, 126, 34, 255]);
});

test('a place of the picture is found in every map, at its own resolution', () => {
  const maps = { shape: [1, 2, 2, 2], data: Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13) };
  const of = (shape: number[], ...values: number[]) => ({
    map: { shape, data: Float32Array.from(values) },
  });
  const data = {
    captured: { activations: { 'features.1': maps } },
    saliency: of([1, 4], 20, 21, 22, 23),
    cam: of([1, 1], 30),
  } as unknown as FourLensesData;
  expect(valuesAt(data, 1, { x: 0.6, y: 0.4 })).toEqual({ activation: 11, saliency: 22, cam: 30 });
  expect(valuesAt(data, 0, { x: 1, y: 1 })).toEqual({ activation: 3, saliency: 23, cam: 30 });
});

test('the texts say what the numbers are', () => {
  const view = {
    filters: { count: 32, shape: [3, 3, 3], range: [-0.5, 0.25] },
    map: {
      layer: 'features.1',
      range: [0, 4],
      channel: 7,
      mean: 1.5,
      channels: 32,
      silent: 1,
      size: [16, 16],
    },
    saliency: { range: [0, 2], maximum: 3, topShare: 0.314 },
    cam: { range: [0, 5], size: [4, 4], peak: { row: 0, column: 2 }, support: 0.25 },
  } as unknown as FourLensesView;
  expect(lensTexts(view, 'frog')).toEqual({
    filters: {
      text: '32 filters of 3 × 3 pixels in three colours. They are the same for every picture.',
      range: 'weights −0.5 to 0.25, each filter over its own range',
      alt:
        '32 filters of 3 × 3 pixels in three colours. They are the same for every picture. ' +
        'Colours: weights −0.5 to 0.25, each filter over its own range.',
    },
    map: {
      text: 'features.1, channel 7: of 32 channels the one with the largest mean, 1.5. One is silent.',
      alt:
        'Feature map, 16 × 16, values from 0 to 4. features.1, channel 7: of 32 channels the one ' +
        'with the largest mean, 1.5. One is silent.',
    },
    saliency: {
      text:
        'The strongest 5 % of the pixels hold 31 % of the total. Clipped at the 99th percentile; ' +
        'the largest is 3.',
      alt:
        'Saliency of frog. The strongest 5 % of the pixels hold 31 % of the total. Clipped at the ' +
        '99th percentile; the largest is 3.',
    },
    cam: {
      text: '4 of 16 positions speak for frog, most of all row 0, column 2.',
      alt:
        'Grad-CAM for frog over the picture, largest value 5. ' +
        '4 of 16 positions speak for frog, most of all row 0, column 2.',
    },
  });
  const nothing = { ...view, cam: { ...view.cam, support: 0 } };
  expect(lensTexts(nothing, 'frog').cam.text).toBe(
    'No position of the 4 × 4 grid speaks for frog.',
  );
});
