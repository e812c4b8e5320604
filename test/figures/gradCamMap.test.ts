import { expect, test } from 'vitest';
import {
  gradCamView,
  loadGradCam,
  type GradCamData,
} from '../../src/components/figures/gradCamMap.ts';
import type { Ask } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const vector = (...values: number[]) => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

/** Three channels of 1x2: alpha (1, -2, 0.5), maps (4, 0), (1, 1), (2, 6). */
const data: GradCamData = {
  kind: 'logit' as const,
  picture: {
    key: 'grey',
    bitmap: { width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(128) },
  },
  model: {
    ...smallDescription(),
    modules: [
      { name: 'wide', type: 'Conv2d', outputShape: [3, 1, 2], parameters: 0, inputs: ['input'] },
      {
        name: 'pool',
        type: 'AdaptiveAvgPool2d',
        outputShape: [3, 1, 1],
        parameters: 0,
        inputs: ['wide'],
      },
    ],
  },
  activations: { shape: [1, 3, 1, 2], data: Float32Array.of(4, 0, 1, 1, 2, 6) },
  explained: {
    map: { shape: [1, 2], data: Float32Array.of(3, 1) },
    details: { alpha: vector(1, -2, 0.5), signed: vector(3, 1) },
    notes: [],
    range: { min: 1, max: 3 },
    layer: 'wide',
    unit: 'target units',
    logits: [0, Math.log(3)],
    target: { class: 1, value: Math.log(3) },
  },
};
const drawing = { colormap: 'viridis', opacity: 0.5, channels: 4096 } as const;
const values = (cells: ReadonlyArray<{ value: number }>) => cells.map(({ value }) => value);

test('all channels add up to the map of the engine', () => {
  const view = gradCamView(data, drawing);
  // 1*(4, 0) - 2*(1, 1) + 0.5*(2, 6).
  expect(values(view.sum.cells)).toEqual([3, 1]);
  expect(values(view.rectified.cells)).toEqual([3, 1]);
  expect(view).toMatchObject({
    pictureKey: 'grey',
    layer: 'wide',
    channels: 3,
    channelCount: 3,
    alphas: [-2, 1, 0.5],
    range: [0, 3],
    peak: { row: 0, column: 0 },
    blank: false,
    targetClass: 1,
    predictedClass: 1,
  });
  expect(view.layers.map(({ name }) => name)).toEqual(['wide']);
  expect(view.strongest.map(({ index }) => index)).toEqual([1, 0, 2]);
  expect(view.strongest[1]).toMatchObject({ alpha: 1, range: [0, 4] });
  expect(view.probabilities).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.75, 6)]);
});

test('the strongest channels alone make a sum of their own', () => {
  const two = gradCamView(data, { ...drawing, channels: 2 });
  expect(values(two.sum.cells)).toEqual([2, -2]);
  expect(values(two.rectified.cells)).toEqual([2, 0]);
  expect(two.sum.range).toEqual([-2, 2]);
});

test('where nothing speaks for the class the map is blank', () => {
  const one = gradCamView(data, { ...drawing, channels: 1 });
  expect(values(one.sum.cells)).toEqual([-2, -2]);
  expect(one).toMatchObject({ blank: true, range: [0, 0] });
});

test.each([
  ['', 'features.5'],
  ['features.3', 'features.3'],
  ['layer4', 'features.5'],
  ['head', 'features.5'],
])('a link to the layer "%s" shows %s', async (wanted, layer) => {
  const asked: unknown[] = [];
  const ask = ((kind: string, params: Record<string, unknown>) => {
    asked.push(params['layer'] ?? params['layers'] ?? kind);
    return Promise.resolve(kind === 'describe' ? smallDescription() : { activations: {} });
  }) as unknown as Ask;
  const subject = { picture: data.picture, target: { kind: 'logit', class: 0 } } as const;
  await loadGradCam(ask, subject, { model: 'small', layer: wanted });
  expect(asked).toEqual(['describe', layer, [layer]]);
});
