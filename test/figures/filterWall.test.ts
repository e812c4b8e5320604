import { describe, expect, test } from 'vitest';
import {
  loadFirstLayer,
  loadResponse,
  type FirstLayer,
  type PictureResponse,
} from '../../src/components/figures/filterLayers.ts';
import {
  companionsOf,
  tellingFilter,
  wallAtlas,
  wallView,
} from '../../src/components/figures/filterWall.ts';
import { filterView, type FilterChoice } from '../../src/components/figures/filterView.ts';
import type { Ask, FilterCensus, KeyedPicture } from '../../src/worker/protocol.ts';

/** Two colour filters of 1x2, and two grey ones. */
const colour: FirstLayer = {
  model: 'colour',
  title: 'in colour',
  layer: 'conv1',
  weightOIHW: { shape: [2, 3, 1, 2], data: Float32Array.of(0, 3, 0, 0, -4, 0, 1, 1, 1, 1, 1, 1) },
  epochs: [0, 4],
};
const grey: FirstLayer = {
  model: 'grey',
  title: 'in grey',
  layer: 'features.0.0',
  weightOIHW: { shape: [2, 1, 1, 2], data: Float32Array.of(-1, 1, 0, 2) },
  epochs: [],
};
/** The colour layer once: the first filter at right angles to what it became, the second its opposite. */
const once = {
  shape: [2, 3, 1, 2],
  data: Float32Array.of(0, 4, 0, 0, 3, 0, -8, -8, -8, -8, -8, -8),
};
const response: PictureResponse = {
  picture: 'a',
  input: { width: 1, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30) },
  map: { shape: [1, 2, 2, 2], data: Float32Array.of(-2, 0, 1, 0.5, 0, 0, 0, 5) },
};

const pixels = ({ rgba }: { rgba: Uint8ClampedArray }) => [...rgba];
const index = { sort: 'index', like: 0, scale: 'each' } as const;
const first: FilterChoice = { index: 0, scale: 'each', range: [-4, 4] };

describe('a wall', () => {
  test('stretches each filter between its own extremes', () => {
    // (w + 4) / 7: red 4/7, 1; green 4/7, 4/7; blue 0, 4/7.
    expect(pixels(wallView(colour).tiles[0]!)).toEqual([146, 146, 0, 255, 255, 146, 146, 255]);
    expect(pixels(wallView(grey).tiles[1]!)).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
  });

  test('paints all filters on one signed scale', () => {
    const wall = wallView(colour, { ...index, scale: 'signed' });
    expect(wall.range).toEqual([-4, 4]);
    // 127.5 (1 + w / 4): 0 is 127.5, 1 is 159.375, 3 is 223.125 and -4 is 0.
    expect(pixels(wall.tiles[0]!)).toEqual([128, 128, 0, 255, 223, 128, 128, 255]);
    expect(pixels(wall.tiles[1]!)).toEqual([159, 159, 159, 255, 159, 159, 159, 255]);
  });

  test('says what hangs there', () => {
    const wall = wallView(colour);
    expect(wall.summary).toBe(
      '2 filters of 1×2 colour weights; norms from 2.45 (filter 1) to 5 (filter 0)',
    );
    expect(wallView(grey).summary).toContain('grey weights');
    expect(wall.labels).toEqual(['filter 0, norm 5', 'filter 1, norm 2.45']);
    expect(wall.resemblance).toBe(1);
  });

  test('shows an earlier epoch, and how far that is from the last', () => {
    const wall = wallView(colour, { ...index, scale: 'signed', earlier: once });
    // Cosines: (3 * 4 - 4 * 3) / 25 = 0 and -1.
    expect(wall.resemblance).toBeCloseTo(-0.5, 6);
    expect(wall.range).toEqual([-8, 8]);
    // 127.5 (1 + w / 8): 4 is 191.25, 3 is 175.3125 and -8 is 0.
    expect(pixels(wall.tiles[0]!)).toEqual([128, 128, 175, 255, 191, 128, 128, 255]);
    expect(pixels(wall.tiles[1]!).slice(0, 3)).toEqual([0, 0, 0]);
    expect(wall.labels[0]).toBe('filter 0, norm 5');
  });

  test('keeps its order through the epochs', () => {
    const byNorm = { ...index, sort: 'norm' } as const;
    expect(wallView(colour, byNorm).order).toEqual([0, 1]);
    expect(wallView(colour, { ...byNorm, earlier: once }).order).toEqual([0, 1]);
    expect(wallView(grey, byNorm).labels).toEqual(['filter 1, norm 2', 'filter 0, norm 1.41']);
  });

  test.each([
    [64, 7, 65, 65],
    [32, 3, 33, 17],
  ])('of %i filters of side %i is a picture of %i by %i', (count, side, width, height) => {
    const shape = [count, 3, side, side];
    const weightOIHW = { shape, data: new Float32Array(3 * count * side * side) };
    expect(wallAtlas(wallView({ ...colour, weightOIHW }))).toMatchObject({ width, height });
  });

  test('hangs beside the others of the cast', () => {
    const [resnet, lab, twin, digits] = companionsOf('own:1');
    expect(companionsOf(resnet!)).toEqual([lab, twin, digits]);
    expect(twin).toBe(`${lab}@untrained`);
  });
});

describe('a filter', () => {
  test('comes with its weights by channel, its scale and its norm', () => {
    const filter = filterView(colour, response, first);
    expect(filter.norm).toBe(5);
    expect(filter.range).toEqual([-4, 4]);
    expect(filter.extent).toEqual([-4, 3]);
    expect(filter.weights!.shape).toEqual([3, 1, 2]);
    expect(filter.channels.map(({ name }) => name)).toEqual(['red', 'green', 'blue']);
    // Sums over the channels: -4 at column 0, 3 at column 1.
    expect(filter.patchSummary).toBe('lightest at row 0, column 1, darkest at row 0, column 0');
  });

  test('is blue below zero and red above, channel by channel on one scale', () => {
    const [red, green, blue] = filterView(colour, response, first).channels;
    expect(blue!.image).toMatchObject({ width: 2, height: 1 });
    expect(pixels(blue!.image as never).slice(0, 4)).toEqual([5, 48, 97, 255]);
    const zero = pixels(green!.image as never).slice(0, 3);
    expect(Math.min(...zero)).toBeGreaterThan(235);
    expect(pixels(red!.image as never).slice(0, 3)).toEqual(zero);
    const three = pixels(red!.image as never).slice(4, 7);
    expect(three[0]).toBeGreaterThan(2 * three[2]!);
  });

  test('is painted on the scale of its wall', () => {
    const { patch } = filterView(colour, response, { ...first, scale: 'signed', range: [-8, 8] });
    // 127.5 (1 + w / 8): 3 is 175.3125 and -4 is 63.75.
    expect(pixels(patch as never)).toEqual([128, 128, 64, 255, 175, 128, 128, 255]);
  });

  test('of an earlier epoch shows the weights of then', () => {
    const filter = filterView(colour, response, { ...first, index: 1, earlier: once });
    expect(filter.extent).toEqual([-8, -8]);
    expect(filter.resemblance).toBeCloseTo(-1, 6);
  });

  test('responds with its sign, its true extremes and their place', () => {
    const { response: shown } = filterView(colour, response, first);
    expect(shown).toMatchObject({ range: [-2, 2], extent: [-2, 1], peak: { row: 1, column: 0 } });
    const second = filterView(colour, response, { ...first, index: 1 });
    expect(second.response!.peak).toEqual({ row: 1, column: 1 });
    expect(filterView(colour, undefined, first).response).toBeUndefined();
  });

  test('of a network for digits has one channel', () => {
    const filter = filterView(grey, undefined, first);
    expect(filter.channels.map(({ name }) => name)).toEqual(['grey']);
    expect(pixels(filter.patch as never)).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
  });

  test('that its prototype explains best tells most, if it is an edge or a grating', () => {
    const analyses = [
      { verdict: 'blob', best: 0, fits: [{ explained: 0.99 }] },
      { verdict: 'edge', best: 1, fits: [{ explained: 0.97 }, { explained: 0.7 }] },
      { verdict: 'grating', best: 0, fits: [{ explained: 0.8 }] },
      { verdict: 'noise', best: 0, fits: [{ explained: 0.9 }] },
    ];
    const census = (from: number, to: number) =>
      ({ filters: analyses.slice(from, to) }) as unknown as FilterCensus;
    expect(tellingFilter(census(0, 4))).toBe(2);
    expect(tellingFilter({ filters: [analyses[3], analyses[0]] } as never)).toBe(1);
  });
});

test('asks for the first layer and for nothing deeper', async () => {
  const asked: unknown[] = [];
  const answers: Record<string, unknown> = {
    describe: { title: 'SmallCNN, trained', modules: [{ type: 'Conv2d', name: 'features.0.0' }] },
    parameter: grey.weightOIHW,
    history: { epochs: [0, 1] },
    view: response.input,
    capture: { activations: { 'features.0.0': response.map } },
  };
  const ask = ((kind: string, params: unknown) => {
    asked.push([kind, params]);
    return Promise.resolve(answers[kind]);
  }) as unknown as Ask;
  const model = 'lab@untrained';
  const layer = await loadFirstLayer(ask, model);
  expect(layer).toEqual({
    model,
    title: 'SmallCNN, untrained',
    layer: 'features.0.0',
    weightOIHW: grey.weightOIHW,
    epochs: [0, 1],
  });
  const picture = { key: 'a' } as KeyedPicture;
  expect(await loadResponse(ask, layer, picture)).toEqual(response);
  expect(asked).toEqual([
    ['describe', { model }],
    ['parameter', { model, name: 'features.0.0.weight' }],
    ['history', { model }],
    ['view', { model, picture }],
    ['capture', { model, picture, layers: ['features.0.0'] }],
  ]);
});
