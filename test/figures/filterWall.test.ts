import { expect, test } from 'vitest';
import {
  filterView,
  loadFilterWall,
  wallAtlas,
  wallViews,
  type FilterWallData,
} from '../../src/components/figures/filterWall.ts';
import type { Ask, KeyedPicture } from '../../src/worker/protocol.ts';

/** Two colour filters of 1x2 and two grey ones, with responses of 2x2. */
const data: FilterWallData = [
  {
    key: 'trained',
    title: 'trained',
    weightOIHW: {
      shape: [2, 3, 1, 2],
      data: Float32Array.of(0, 3, 0, 0, -4, 0, 1, 1, 1, 1, 1, 1),
    },
    input: { width: 1, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30) },
    response: { shape: [1, 2, 2, 2], data: Float32Array.of(-2, 0, 1, 0.5, 0, 0, 0, 0) },
  },
  {
    key: 'digits',
    title: 'digits',
    weightOIHW: { shape: [2, 1, 1, 2], data: Float32Array.of(-1, 1, 0, 2) },
    input: { width: 1, height: 1, channels: 1, data: Uint8Array.of(40) },
    response: { shape: [1, 2, 2, 2], data: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 5) },
  },
];

const pixels = (rgba: Uint8ClampedArray) => [...rgba];

test('a wall stretches each filter between its own extremes', () => {
  const [trained, digits] = wallViews(data);
  // (w + 4) / 7: red 4/7, 1; green 4/7, 4/7; blue 0, 4/7.
  expect(pixels(trained!.tiles[0]!.rgba)).toEqual([146, 146, 0, 255, 255, 146, 146, 255]);
  expect(pixels(digits!.tiles[1]!.rgba)).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
});

test('a wall says what hangs there', () => {
  const [trained, digits] = wallViews(data);
  expect(trained!.summary).toBe(
    '2 filters of 1×2 colour weights; norms from 2.45 (filter 1) to 5 (filter 0)',
  );
  expect(digits!.summary).toContain('grey weights');
  expect(trained!.labels).toEqual(['filter 0, norm 5', 'filter 1, norm 2.45']);
});

test('32 filters of 3x3 make a picture of 33x17, as the text says', () => {
  const weightOIHW = { shape: [32, 3, 3, 3], data: new Float32Array(864) };
  const [wall] = wallViews([{ ...data[0]!, weightOIHW }]);
  expect(wallAtlas(wall!)).toMatchObject({ width: 33, height: 17 });
});

test('a filter comes with its weights by channel, its scale and its norm', () => {
  const filter = filterView(data, 'trained', 0);
  expect(filter.norm).toBe(5);
  expect(filter.range).toEqual([-4, 4]);
  expect(filter.extent).toEqual([-4, 3]);
  expect(filter.channels.map(({ name }) => name)).toEqual(['R', 'G', 'B']);
  expect(
    filter.channels.map(({ rows }) => rows.map((row) => row.map(({ value }) => value))),
  ).toEqual([[[0, 3]], [[0, 0]], [[-4, 0]]]);
  // Sums over the channels: -4 at column 0, 3 at column 1.
  expect(filter.patchSummary).toBe('lightest at row 0, column 1, darkest at row 0, column 0');
});

test('weights are blue below zero and red above, with ink that can be read on them', () => {
  const { channels } = filterView(data, 'trained', 0);
  expect(channels[2]!.rows[0]![0]).toEqual({ value: -4, colour: 'rgb(5 48 97)', lightInk: true });
  expect(channels[1]!.rows[0]![0]).toMatchObject({ value: 0, lightInk: false });
  expect(channels[0]!.rows[0]![1]!.colour).toMatch(/^rgb\(1\d\d \d\d \d\d\)$/);
});

test('the response keeps its sign, its true extremes and its place', () => {
  const filter = filterView(data, 'trained', 0);
  expect(filter.responseRange).toEqual([-2, 2]);
  expect(filter.responseExtent).toEqual([-2, 1]);
  expect(filter.peak).toEqual({ row: 1, column: 0 });
  expect(filterView(data, 'digits', 1).peak).toEqual({ row: 1, column: 1 });
});

test('the digits network has one channel, and sees grey', () => {
  const filter = filterView(data, 'digits', 0);
  expect(filter.channels.map(({ name }) => name)).toEqual(['grey']);
  expect(filter.input).toMatchObject({ rgba: Uint8ClampedArray.of(40, 40, 40, 255) });
});

test('asks for the first layer and for nothing deeper', async () => {
  const asked: unknown[] = [];
  const ask = ((kind: string, params: { model: string; layers?: string[]; target?: unknown }) => {
    asked.push([kind, params.model, params.layers, params.target]);
    return Promise.resolve({ activations: {} });
  }) as unknown as Ask;
  await loadFilterWall(ask, { picture: {} as KeyedPicture });
  expect(asked).toHaveLength(9);
  expect(asked.filter((entry) => (entry as string[])[0] === 'capture')).toEqual([
    ['capture', 'smallcnn-cifar10', ['features.0.0'], undefined],
    ['capture', 'smallcnn-cifar10@untrained', ['features.0.0'], undefined],
    ['capture', 'mnistcnn', ['features.0.0'], undefined],
  ]);
});
