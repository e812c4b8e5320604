import { expect, test } from 'vitest';
import { answerable } from '../../src/components/figures/camTarget.ts';
import { channelText, filmText } from '../../src/components/figures/gradCamChannels.ts';
import {
  gradCamText,
  gradCamView,
  loadGradCam,
  type GradCamData,
} from '../../src/components/figures/gradCamMap.ts';
import type { Ask } from '../../src/worker/protocol.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

const vector = (...values: number[]) => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

/** Three channels of 1x2: alpha (1, -2, 0.5), maps (4, 0), (1, 1), (2, 6). */
const data: GradCamData = {
  kind: 'logit' as const,
  picture: greyPicture,
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
const drawing = {
  colormap: 'viridis',
  opacity: 0.5,
  sort: 'magnitude',
  channels: 4096,
  channel: -1,
  show: 'usual',
  upsampling: 'bilinear',
} as const;
const values = (cells: ReadonlyArray<{ value: number }>) => cells.map(({ value }) => value);
const indices = (channels: ReadonlyArray<{ index: number }>) => channels.map(({ index }) => index);

test('all channels add up to the map of the engine', () => {
  const view = gradCamView(data, drawing);
  // 1*(4, 0) - 2*(1, 1) + 0.5*(2, 6).
  expect(values(view.sum.cells)).toEqual([3, 1]);
  expect(values(view.rectified.cells)).toEqual([3, 1]);
  expect(values(view.against.cells)).toEqual([0, 0]);
  expect(view).toMatchObject({
    pictureKey: 'grey',
    layer: 'wide',
    stop: 0,
    channels: 3,
    channelCount: 3,
    peak: { row: 0, column: 0 },
    blank: false,
    notes: [],
    target: { text: 'logit of class 1', value: Math.log(3) },
    targetClass: 1,
    predictedClass: 1,
    enlarged: { evidence: 'rectified', colormap: 'viridis', range: [0, 3] },
  });
  expect(view.stops.map(({ name }) => name)).toEqual(['wide']);
  expect(indices(view.leading)).toEqual([1, 0, 2]);
  expect(view.leading[1]).toMatchObject({ alpha: 1, range: [0, 4] });
  expect(view.probabilities).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.75, 6)]);
});

test.each([
  // alpha (1, -2, 0.5); alpha times the map's sum (4, -4, 4).
  ['alpha', [0, 2, 1], [4, 8, 4]],
  ['magnitude', [1, 0, 2], [-4, 0, 4]],
  ['contribution', [0, 1, 2], [4, 0, 4]],
] as const)(
  'in the order of %s the sum runs its own way to the same end',
  (sort, order, running) => {
    const view = gradCamView(data, { ...drawing, sort });
    expect(indices(view.order)).toEqual(order);
    expect(view.running).toEqual(running);
    expect(values(view.sum.cells)).toEqual([3, 1]);
  },
);

test('the first channels alone make a sum of their own, with evidence for and against', () => {
  const two = gradCamView(data, { ...drawing, channels: 2 });
  expect(values(two.sum.cells)).toEqual([2, -2]);
  expect(values(two.rectified.cells)).toEqual([2, 0]);
  expect(values(two.against.cells)).toEqual([0, 2]);
  expect(two.sum.range).toEqual([-2, 2]);
  expect(filmText(two.running, 1)).toBe('−4 of 4 (−100 %)');
  expect(filmText(two.running, 3)).toBe('4 of 4 (100 %)');
});

test('a channel chosen is shown with its map and its part of the sum', () => {
  const { chosen } = gradCamView(data, { ...drawing, channel: 2 });
  expect(chosen).toMatchObject({ index: 2, place: 2, alpha: 0.5, contribution: 4 });
  expect(values(chosen.map.cells)).toEqual([2, 6]);
  expect(values(chosen.weighted.cells)).toEqual([1, 3]);
  expect(chosen.weighted.range).toEqual([-3, 3]);
  expect(channelText(chosen, chosen.place, 3)).toBe(
    'Channel 2, number 3 of 3: α = 0.5, adds 4 to the sum over all cells.',
  );
  // A link's channel that the layer does not have gives way to the first of the order.
  expect(gradCamView(data, { ...drawing, channel: 99 }).chosen.index).toBe(1);
});

test('where nothing speaks for the class the map is blank and what is against it can be seen', () => {
  const one = gradCamView(data, { ...drawing, channels: 1 });
  expect(values(one.sum.cells)).toEqual([-2, -2]);
  expect(one).toMatchObject({ blank: true, enlarged: { range: [0, 0] } });
  expect(gradCamText(one)).toBe(
    'Grad-CAM of the logit of class 1 at wide, 1×2, is zero everywhere',
  );
  const against = gradCamView(data, { ...drawing, channels: 1, show: 'against' });
  expect(against.enlarged).toMatchObject({ evidence: 'against', range: [0, 2] });
  const signed = gradCamView(data, { ...drawing, channels: 1, show: 'signed' });
  expect(signed.enlarged).toMatchObject({ colormap: 'diverging', range: [-2, 2] });
  expect(gradCamText(signed)).toContain('before the ReLU: from −2 to 0');
});

test('a difference is shown with both signs, and says of which two classes it is', () => {
  const pair = {
    ...data,
    kind: 'difference' as const,
    explained: { ...data.explained, target: { class: 1, against: 0, value: 1 } },
  };
  const view = gradCamView(pair, drawing);
  expect(view.enlarged).toMatchObject({ evidence: 'signed', range: [-3, 3] });
  expect(view.target.text).toBe('logit of class 1 minus class 0');
  expect(gradCamView(pair, { ...drawing, show: 'rectified' }).enlarged.evidence).toBe('rectified');
});

test('only bicubic upsampling leaves the range of the cells', () => {
  const reach = (upsampling: 'nearest' | 'bilinear' | 'bicubic') =>
    gradCamView(data, { ...drawing, upsampling }).enlarged.reach;
  expect(reach('nearest')).toEqual([1, 3]);
  expect(reach('bilinear')).toEqual([1, 3]);
  expect(reach('bicubic')[0]).toBeLessThan(1);
  expect(reach('bicubic')[1]).toBeGreaterThan(3);
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

test.each([
  ['an explained class of its own', { class: 2, against: 2 }, { class: 2 }],
  ['a class that there is not', { class: 2, against: 10 }, { class: 2 }],
  ['the predicted class', { class: 'predicted', against: 4 }, { class: 'predicted' }],
  ['another class', { class: 'predicted', against: 3 }, { class: 'predicted', against: 3 }],
  ['the runner-up', { class: 2, against: 'runner-up' }, { class: 2, against: 'runner-up' }],
] as const)('of a difference against %s', async (_name, wanted, asked) => {
  const ask = (() => Promise.resolve({ target: { class: 4, value: 1 } })) as unknown as Ask;
  const model = { id: 'small', labels: Array.from({ length: 10 }, String) };
  const target = { kind: 'difference', ...wanted } as const;
  expect(await answerable(ask, model, data.picture, target)).toEqual({
    kind: 'difference',
    ...asked,
  });
});
