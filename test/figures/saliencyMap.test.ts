import { expect, test } from 'vitest';
import { saliencyView, type SaliencyData } from '../../src/components/figures/saliencyMap.ts';
import type { Raster } from '../../src/draw/raster.ts';
import { smallDescription } from '../support/models.ts';

/** 101 values 0 to 100, the largest at the right end of a single row. */
const values = Float32Array.from({ length: 101 }, (_, i) => i);
const model = smallDescription();
const data: SaliencyData = {
  model,
  kind: 'logit' as const,
  picture: {
    key: 'grey',
    bitmap: { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(128) },
  },
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
  const view = saliencyView(data, { colormap: 'greys', clip: 80, opacity: 1 });
  expect(view).toMatchObject({
    pictureKey: 'grey',
    range: [0, 80],
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
  const { rgba } = saliencyView(data, { colormap: 'hot', clip: 99, opacity: 0 }).overlay as Raster;
  expect([...rgba.subarray(0, 4)]).toEqual([128, 128, 128, 255]);
});

test('a map of 512 by 512 pixels is drawn like any other', () => {
  const side = 512;
  const large = new Float32Array(side * side);
  large[3 * side + 5] = 2;
  const explained = { ...data.explained, map: { shape: [side, side], data: large } };
  const view = { ...data.view, width: side, height: side, data: new Uint8Array(3 * side * side) };
  const drawn = saliencyView(
    { ...data, view, explained },
    { colormap: 'hot', clip: 99, opacity: 1 },
  );
  expect(drawn).toMatchObject({ maximum: 2, peak: { x: 5, y: 3 } });
});
