import { expect, test } from 'vitest';
import {
  channelMap,
  loadReportCard,
  reportCardData,
  reportCardView,
  type CardNumbers,
} from '../../src/components/figures/reportCardFigure.ts';
import type { Raster } from '../../src/draw/raster.ts';
import { reportCardSvg } from '../../src/draw/reportCardSheet.ts';
import type { Ask, KeyedPicture, ModelDescription } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const picture: KeyedPicture = {
  key: 'tiny',
  bitmap: { width: 4, height: 4, channels: 3, data: new Uint8Array(48) },
};
const model: ModelDescription = {
  ...smallDescription(),
  labels: ['plane', 'car', 'bird'],
  modules: [
    { name: 'one.conv', type: 'Conv2d', outputShape: [2, 2, 2], parameters: 6, inputs: ['input'] },
    { name: 'one', type: 'Sequential', outputShape: [2, 2, 2], parameters: 6, inputs: ['input'] },
    { name: 'two', type: 'Sequential', outputShape: [2, 1, 2], parameters: 0, inputs: ['one'] },
    { name: 'head', type: 'Linear', outputShape: [3], parameters: 9, inputs: ['two'] },
  ],
};
const explained = {
  details: {},
  notes: [],
  range: { min: 0, max: 6 },
  unit: 'target units',
  logits: [0, Math.log(2), 0],
  target: { class: 1, value: Math.log(2) },
};

const numbers: CardNumbers = {
  picture,
  model,
  view: { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 50, 100, 200) },
  weights: { shape: [2, 3, 1, 1], data: Float32Array.of(0, 1, 2, 4, 2, 0) },
  layer: 'two',
  maps: { shape: [1, 2, 1, 2], data: Float32Array.of(1, 2, 3, 8) },
  saliency: { ...explained, layer: undefined, map: { shape: [2, 2], data: Float32Array.of(0, 1, 2, 4) } },
  cam: { ...explained, layer: 'two', map: { shape: [1, 2], data: Float32Array.of(0, 6) } },
}; // prettier-ignore

test('a feature map is one channel or the mean of all', () => {
  expect(channelMap(numbers.maps, 1)).toEqual({
    values: Float32Array.of(3, 8),
    width: 2,
    height: 1,
  });
  expect(channelMap(numbers.maps, -1)).toEqual({
    values: Float32Array.of(2, 5),
    width: 2,
    height: 1,
  });
});

test('six panels with their true ranges', () => {
  const view = reportCardView(numbers, { channel: -1 });
  expect(view.panels.map(({ title, legend }) => [title, legend?.colormap, legend?.range])).toEqual([
    ['Input', undefined, undefined],
    ['First-layer filters', undefined, undefined],
    ['two, mean over 2 channels', 'viridis', [2, 5]],
    ['Saliency', 'hot', [0, 4]],
    ['Saliency overlay', 'jet', [0, 4]],
    ['Grad-CAM overlay (two)', 'jet', [0, 6]],
  ]);
  const input = view.panels[0]!.image as Raster;
  expect([...input.rgba.subarray(12)]).toEqual([200, 200, 200, 255]);
});

test('says what can be chosen and what was decided', () => {
  const view = reportCardView(numbers, { channel: 1 });
  expect(view).toMatchObject({
    pictureKey: 'tiny',
    model: { id: model.id, title: model.title, labels: model.labels },
    layer: 'two',
    channel: 1,
    channels: 2,
    predictedClass: 1,
    targetClass: 1,
  });
  expect(view.layers).toEqual([
    { name: 'one.conv', shape: [2, 2, 2] },
    { name: 'one', shape: [2, 2, 2] },
    { name: 'two', shape: [2, 1, 2] },
  ]);
  expect(view.probabilities[1]).toBeCloseTo(0.5, 12);
  expect(view.panels[2]!.title).toBe('two, channel 1');
});

test('a channel that the layer does not have gives the mean', () => {
  const view = reportCardView(numbers, { channel: 2 });
  expect(view.channel).toBe(-1);
  expect(view.panels[2]!.title).toBe('two, mean over 2 channels');
});

test('the card names the true class where it is known, and the explained one where it differs', () => {
  const own = reportCardData(numbers, { channel: -1 });
  expect(own).not.toHaveProperty('trueLabel');
  expect(own).not.toHaveProperty('explainedLabel');
  const other = { ...numbers, saliency: { ...numbers.saliency, target: { class: 2, value: 0 } } };
  const svg = reportCardSvg(reportCardData(other, { channel: -1, trueLabel: 'car' }));
  expect(svg).toContain('True: car  ·  Predicted: car (50.0 %)');
  expect(svg).toContain('Maps explain: bird');
  expect(svg).toContain('width="1650" height="1125"');
});

test.each([
  ['', 'one'],
  ['two', 'two'],
  ['head', 'one'],
])('asks for the first convolution, the layer "%s" and the last block', async (wanted, layer) => {
  const asked: string[] = [];
  const answers: Record<string, unknown> = {
    describe: model,
    view: numbers.view,
    parameter: numbers.weights,
    capture: { activations: { [layer]: numbers.maps } },
    explain: numbers.cam,
  };
  const ask = ((kind: string, params: Record<string, unknown>) => {
    const { name, layer: at, layers } = params;
    asked.push([kind, params['model'], name, at, layers].filter(Boolean).join(' '));
    return Promise.resolve(answers[kind]);
  }) as Ask;
  const subject = { picture, target: { kind: 'logit', class: 'predicted' } } as const;
  const loaded = await loadReportCard(ask, subject, { model: 'net', layer: wanted });
  expect(loaded).toMatchObject({ layer, maps: numbers.maps });
  expect(asked).toEqual([
    'describe net',
    'view net',
    'parameter net one.conv.weight',
    `capture net ${layer}`,
    'explain net',
    'explain net two',
  ]);
});
