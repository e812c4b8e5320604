import { expect, test } from 'vitest';
import {
  channelOrder,
  channelStatistics,
  channelView,
  gridColumns,
  layerGroups,
  mapsAtlas,
  mapsView,
  type FeatureMapsData,
} from '../../src/components/figures/featureMaps.ts';
import { isStill } from '../../src/draw/raster.ts';

const modules = [
  { name: 'features.0.0', type: 'Conv2d', outputShape: [3, 2, 2], parameters: 81, inputs: [] },
  { name: 'features.0', type: 'Sequential', outputShape: [3, 2, 2], parameters: 87, inputs: [] },
  { name: 'features.1.0', type: 'Conv2d', outputShape: [3, 2, 2], parameters: 81, inputs: [] },
  { name: 'features', type: 'Sequential', outputShape: [3, 2, 2], parameters: 168, inputs: [] },
  { name: 'pool', type: 'AdaptiveAvgPool2d', outputShape: [3, 1, 1], parameters: 0, inputs: [] },
  { name: 'head', type: 'Linear', outputShape: [10], parameters: 40, inputs: [] },
];

function layerOf(...values: number[]): FeatureMapsData {
  const activations = { shape: [1, values.length / 4, 2, 2], data: Float32Array.from(values) };
  return {
    picture: { width: 1, height: 1, channels: 3, data: Uint8Array.of(200, 100, 0) },
    modules,
    layer: 'features.0',
    activations,
    statistics: channelStatistics(activations),
  };
}

/** Channel 0 is half silent, channel 1 silent, channel 2 the strongest. */
const rectified = layerOf(0, 0, 2, 1, 0, 0, 0, 0, 0, 8, 0, 0);
const drawing = { sort: 'index', scale: 'each' } as const;

test('statistics of a channel', () => {
  expect(rectified.statistics).toEqual([
    { minimum: 0, maximum: 2, mean: 0.75, silentShare: 0.5, peak: { row: 1, column: 0 } },
    { minimum: 0, maximum: 0, mean: 0, silentShare: 1, peak: { row: 0, column: 0 } },
    { minimum: 0, maximum: 8, mean: 2, silentShare: 0.75, peak: { row: 0, column: 1 } },
  ]);
});

test('channels sort by index, largest value and sparsity', () => {
  expect(channelOrder(rectified.statistics, 'index')).toEqual([0, 1, 2]);
  expect(channelOrder(rectified.statistics, 'activation')).toEqual([2, 0, 1]);
  expect(channelOrder(rectified.statistics, 'sparsity')).toEqual([1, 2, 0]);
});

test('a rectified layer counts its silent channels and cells', () => {
  const view = mapsView(rectified, drawing);
  expect(view).toMatchObject({
    type: 'Sequential',
    shape: [3, 2, 2],
    range: [0, 8],
    signed: false,
    silentChannels: 1,
    silentShare: 0.75,
    strongest: 2,
  });
  expect(view.labels).toEqual([
    'channel 0, largest value 2, 50 percent of its cells not above zero',
    'channel 1, nowhere above zero',
    'channel 2, largest value 8, 75 percent of its cells not above zero',
  ]);
});

test('a layer before its ReLU is signed, and its silent channels are those nowhere positive', () => {
  const view = mapsView(layerOf(-1, -2, -3, -4, 5, -1, 0, 1), drawing);
  expect(view).toMatchObject({
    signed: true,
    range: [-4, 5],
    silentChannels: 1,
    silentShare: 0.75,
  });
});

test('tiles stand in the order asked for, on their own or on one scale', () => {
  const last = [253, 231, 37, 255];
  const own = mapsView(rectified, { sort: 'activation', scale: 'each' });
  expect(own.order).toEqual([2, 0, 1]);
  expect([...own.tiles[0]!.rgba.subarray(4, 8)]).toEqual(last);
  expect([...own.tiles[1]!.rgba.subarray(8, 12)]).toEqual(last);
  const shared = mapsView(rectified, { sort: 'activation', scale: 'shared' });
  expect([...shared.tiles[0]!.rgba.subarray(4, 8)]).toEqual(last);
  // 2 of 8 is entry 64 of viridis.
  expect([...shared.tiles[1]!.rgba.subarray(8, 12)]).toEqual([59, 82, 139, 255]);
});

test('the grid is about twice as wide as high', () => {
  expect([32, 64, 128].map(gridColumns)).toEqual([8, 12, 16]);
});

test('the atlas enlarges small maps so that the gaps stay thin', () => {
  const { tiles } = mapsView(rectified, drawing);
  // Tiles of 16x16 in two columns and two rows, one pixel apart.
  expect(mapsAtlas({ tiles, columns: 2 })).toMatchObject({ width: 35, height: 35 });
});

test('a channel that is not there stands for the strongest', () => {
  expect(channelView(rectified, { channel: -1, opacity: 1 }).channel).toBe(2);
  expect(channelView(rectified, { channel: 100, opacity: 1 }).channel).toBe(2);
  expect(channelView(rectified, { channel: 1, opacity: 1 })).toMatchObject({
    channel: 1,
    maximum: 0,
    silentShare: 1,
  });
});

test('opacity goes from the picture to the map', () => {
  const pictureOnly = channelView(rectified, { channel: 2, opacity: 0 }).overlay;
  const mapOnly = channelView(rectified, { channel: 2, opacity: 1 }).overlay;
  if (isStill(pictureOnly) || isStill(mapOnly)) throw new Error('expected live rasters');
  expect([...pictureOnly.rgba.subarray(0, 4)]).toEqual([200, 100, 0, 255]);
  const corner = 4 * (mapOnly.width - 1);
  expect([...mapOnly.rgba.subarray(corner, corner + 4)]).toEqual([253, 231, 37, 255]);
});

test('what is not above zero leaves the picture free', () => {
  const { overlay } = channelView(layerOf(-8, -1, 0, 1), { channel: 0, opacity: 1 });
  if (isStill(overlay)) throw new Error('expected a live raster');
  expect([...overlay.rgba.subarray(0, 4)]).toEqual([200, 100, 0, 255]);
  expect([...overlay.rgba.subarray(-4)]).toEqual([253, 231, 37, 255]);
});

test('every module is offered, by block', () => {
  expect(layerGroups(modules)).toEqual([
    {
      name: 'features.0',
      shape: [3, 2, 2],
      layers: [
        { name: 'features.0.0', type: 'Conv2d', shape: [3, 2, 2] },
        { name: 'features.0', type: 'Sequential', shape: [3, 2, 2] },
      ],
    },
    {
      name: 'features.1',
      shape: [3, 2, 2],
      layers: [{ name: 'features.1.0', type: 'Conv2d', shape: [3, 2, 2] }],
    },
    {
      name: 'features',
      shape: [3, 2, 2],
      layers: [{ name: 'features', type: 'Sequential', shape: [3, 2, 2] }],
    },
    {
      name: 'head',
      shape: [10, 1, 1],
      layers: [
        { name: 'pool', type: 'AdaptiveAvgPool2d', shape: [3, 1, 1] },
        { name: 'head', type: 'Linear', shape: [10, 1, 1] },
      ],
    },
  ]);
});

test('maps of a single cell share one range, or they would all look alike', () => {
  const data: FeatureMapsData = {
    ...layerOf(0, 0, 0, 0),
    layer: 'head',
    activations: { shape: [1, 2, 1, 1], data: Float32Array.of(-1, 3) },
    statistics: channelStatistics({ shape: [1, 2, 1, 1], data: Float32Array.of(-1, 3) }),
  };
  const { scale, tiles } = mapsView(data, { sort: 'index', scale: 'each' });
  expect(scale).toBe('shared');
  expect(tiles.map(({ rgba }) => [...rgba])).toEqual([
    [68, 1, 84, 255],
    [253, 231, 37, 255],
  ]);
  expect(channelView(data, { channel: 1, opacity: 1 }).range).toEqual([-1, 3]);
});
