import { expect, test } from 'vitest';
import {
  alphaChart,
  alphaText,
  alphaView,
  channelWords,
  loadAlpha,
  verdictText,
  type AlphaData,
} from '../../src/components/figures/alphaIsW.ts';
import { drawChart } from '../../src/draw/lineChart.ts';
import type { Ask } from '../../src/worker/protocol.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

const model = smallDescription();

/** Three channels of 1x2 cells; their weights are twice their alphas, but for a hair in the second. */
const data: AlphaData = {
  model,
  picture: greyPicture,
  layer: 'features.5',
  alpha: Float32Array.of(0.5, -2, 1),
  gradients: { shape: [1, 3, 1, 2], data: Float32Array.of(0.5, 0.5, -2, -2, 1, 1) },
  weights: Float32Array.of(1, -4.25, 2),
  logits: [Math.log(3), 0],
  targetClass: 0,
};
/** The same layer if other layers followed: the gradients differ from cell to cell. */
const earlier: AlphaData = {
  ...data,
  layer: 'features.4',
  gradients: { shape: [1, 3, 1, 2], data: Float32Array.of(-2.5, 3.5, -2, -2, 0, 2) },
  weights: undefined,
};

test('alpha stands against the weight divided by the number of positions', () => {
  const view = alphaView(data, { channel: -1 });
  expect(view.points.map(({ weight }) => weight)).toEqual([0.5, -2.125, 1]);
  expect(view.order).toEqual([1, 0, 2]);
  expect(view.farthest).toEqual({ index: 1, difference: 0.125 });
  // That with the largest alpha in size.
  expect(view.chosen).toMatchObject({ index: 1, place: 0, difference: 0.125 });
  expect(view.chosen.gradient.cells.map(({ value }) => value)).toEqual([-2, -2]);
  expect(view).toMatchObject({ largest: 2, spread: 0 });
  expect(view.probabilities[0]).toBeCloseTo(0.75, 6);
  expect(channelWords(view)).toBe('Channel 1: α = −2, w/Z = −2.125, apart by 0.13.');
  expect(verdictText(view)).toContain(
    'channel 1 has the largest difference, 0.13, where the largest α is 2',
  );
  expect(verdictText(view)).toContain('taking its mean loses nothing');
  expect(alphaText(view)).toContain(
    '3 channels of features.5, for class 0: alpha by backpropagation',
  );
});

test('where they agree to the last bit, that is what is said', () => {
  const view = alphaView({ ...data, weights: Float32Array.of(1, -4, 2) }, { channel: 2 });
  expect(view.farthest!.difference).toBe(0);
  expect(channelWords(view)).toBe('Channel 2: α = 1, w/Z = 1, no difference at all.');
  expect(verdictText(view)).toMatch(/^In all 3 channels the two agree to the last bit/);
});

test('an earlier layer has no weights, and alpha is held against what it is the mean of', () => {
  const view = alphaView(earlier, { channel: 0 });
  expect(view.points.map(({ spread }) => spread)).toEqual([3, 0, 1]);
  // sqrt((9 + 0 + 1) / 3) over sqrt((0.25 + 4 + 1) / 3).
  expect(view.spread).toBeCloseTo(Math.sqrt(10 / 5.25), 12);
  // The first channel alone is below 0 in one cell and above it in the other.
  expect(view.mixed).toBe(1);
  expect(verdictText(view)).toContain('in 1 of 3 channels it has both signs');
  expect(view.farthest).toBeUndefined();
  expect(view.chosen.difference).toBeUndefined();
  expect(channelWords(view)).toBe('Channel 0: α = 0.5; over its map g strays from it by σ = 3.');
  expect(verdictText(view)).toContain('No single weight belongs to a channel');
  const { spans } = alphaChart(view);
  expect(spans).toEqual([
    { at: 0.5, from: -2.5, to: 3.5 },
    { at: -2, from: -2, to: -2 },
    { at: 1, from: 0, to: 2 },
  ]);
});

test('equal values have no spread to the last bit, whatever they are', () => {
  const odd = Math.fround(0.1);
  const gradients = { shape: [1, 1, 7, 7], data: new Float32Array(49).fill(odd) };
  const { points } = alphaView(
    { ...data, alpha: Float32Array.of(odd), gradients, weights: Float32Array.of(49 * odd) },
    { channel: 0 },
  );
  expect(points[0]!.spread).toBe(0);
});

test('the chart has a point for each channel and a diagonal, on one range for both axes', () => {
  const chart = alphaChart(alphaView(data, { channel: -1 }));
  expect(chart.x.range).toEqual([-2.125 - 0.06 * 3.125, 1 + 0.06 * 3.125]);
  expect(chart.spans).toEqual([]);
  const [channels, diagonal] = drawChart(chart).lines;
  expect(channels!.path).toBe('');
  expect(channels!.dots.match(/M/g)).toHaveLength(3);
  expect(diagonal!.path).not.toBe('');
  expect(diagonal!.dots).toBe('');
});

test.each([
  ['', 'features.5', true],
  ['features.4', 'features.4', false],
  ['head', 'features.5', true],
] as const)('a link to the layer "%s" shows %s', async (layer, shown, weighed) => {
  const asked: unknown[] = [];
  const answers: Record<string, unknown> = {
    describe: model,
    capture: {
      gradients: { [shown]: { shape: [1, 2, 1, 2], data: Float32Array.of(1, 2, -4, 2) } },
      logits: [0, 1],
      target: { class: 1, value: 1 },
    },
  };
  const ask = ((kind: string, params: { gradients?: readonly string[] }) => {
    if (kind === 'capture') asked.push(params.gradients);
    if (kind !== 'parameter') return Promise.resolve(answers[kind]);
    return Promise.resolve({ shape: [2, 2], data: Float32Array.of(5, 6, 8, -2) });
  }) as unknown as Ask;
  const subject = { picture: data.picture, target: { kind: 'logit', class: 1 } } as const;
  const found = await loadAlpha(ask, subject, { model: 'small', layer });
  expect(asked).toEqual([[shown]]);
  expect(found).toMatchObject({ layer: shown, targetClass: 1 });
  // Of the gradients that came back to the layer, not of what the method makes of the pooled ones.
  expect([...found.alpha]).toEqual([1.5, -1]);
  // The weights of class 1.
  expect(found.weights && [...found.weights]).toEqual(weighed ? [8, -2] : undefined);
});
