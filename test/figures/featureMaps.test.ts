import { expect, test, vi } from 'vitest';
import {
  channelOrder,
  channelStatistics,
  channelText,
  channelView,
  loadFeatureMaps,
  mapSheets,
  mapsView,
  previewLayers,
  type FeatureMapsData,
} from '../../src/components/figures/featureMaps.ts';
import { featureMapsTexts } from '../../src/components/figures/featureMapsTexts.ts';
import { sheetTile } from '../../src/draw/mapTiles.ts';
import { isStill, type RasterImage } from '../../src/draw/raster.ts';
import { architectureNamed } from '../../src/engine/archs/index.ts';
import type { Ask } from '../../src/worker/protocol.ts';

const modules = [
  { name: 'features.0.0', type: 'Conv2d', outputShape: [3, 2, 2], parameters: 81, inputs: [] },
  {
    name: 'features.0',
    type: 'Sequential',
    outputShape: [3, 2, 2],
    parameters: 81,
    inputs: [],
    returns: 'features.0.0',
  },
  { name: 'head', type: 'Linear', outputShape: [10], parameters: 40, inputs: ['features.0'] },
];
const grey = (level: number) => ({
  width: 1,
  height: 1,
  channels: 3 as const,
  data: Uint8Array.of(level, 100, 0),
});

/** Maps of 2x2 cells of one picture, or of two. */
function layerOf(...pictures: number[][]): FeatureMapsData {
  return {
    model: { id: 'm', title: 'Model', labels: [] },
    modules,
    pictures: pictures.map((_, i) => `picture ${i}`),
    layer: 'features.0',
    wanted: 'features.0',
    maps: pictures.map((values, i) => {
      const activations = {
        shape: [1, values.length / 4, 2, 2],
        data: Float32Array.from(values),
      };
      return { picture: grey(200 - i), activations, statistics: channelStatistics(activations) };
    }),
  };
}

/** Channel 0 is half silent, channel 1 silent, channel 2 the strongest. */
const values = [0, 0, 2, 1, 0, 0, 0, 0, 0, 8, 0, 0];
const rectified = layerOf(values);
/** On the second picture, channel 1 speaks and channel 2 is silent. */
const compared = layerOf(values, [0, 0, 0, 2, 4, 4, 0, 0, 0, 0, 0, 0]);
const drawing = { sort: 'index', scale: 'each' } as const;
const live = (image: RasterImage) => {
  if (isStill(image)) throw new Error('expected a live raster');
  return image;
};

test('statistics of a channel', () => {
  expect(rectified.maps[0]!.statistics).toEqual([
    { minimum: 0, maximum: 2, mean: 0.75, silentShare: 0.5, peak: { row: 1, column: 0 } },
    { minimum: 0, maximum: 0, mean: 0, silentShare: 1, peak: { row: 0, column: 0 } },
    { minimum: 0, maximum: 8, mean: 2, silentShare: 0.75, peak: { row: 0, column: 1 } },
  ]);
});

test('channels sort by index, largest value, sparsity, and the difference of their means', () => {
  const one = rectified.maps.map(({ statistics }) => statistics);
  expect(channelOrder(one, 'index')).toEqual([0, 1, 2]);
  expect(channelOrder(one, 'activation')).toEqual([2, 0, 1]);
  expect(channelOrder(one, 'sparsity')).toEqual([1, 2, 0]);
  expect(channelOrder(one, 'difference')).toEqual([0, 1, 2]);
  // Means 0.75, 0, 2 and 0.5, 2, 0.
  const two = compared.maps.map(({ statistics }) => statistics);
  expect(channelOrder(two, 'difference')).toEqual([1, 2, 0]);
});

test('a rectified layer counts its silent channels and cells', () => {
  const view = mapsView(rectified, drawing);
  expect(view).toMatchObject({
    type: 'Sequential',
    parameters: 81,
    shape: [3, 2, 2],
    order: [0, 1, 2],
    range: [0, 8],
    signed: false,
    silentChannels: [1],
    silentShare: [0.75],
    strongest: 2,
  });
  expect(featureMapsTexts({ layer: 'features.0', maps: view, titles: ['Horse'] })).toMatchObject({
    title: ' (Sequential, 81 parameters): 3 maps of 2×2',
    wall: 'Feature maps of features.0, 3 channels of 2 by 2: values from 0 to 8, largest in channel 2; 1 channels nowhere above zero',
    silence:
      'Of an average map 75\u00a0% of the cells are zero, and 1 of 3 channels (33\u00a0%) is zero in every cell.',
  });
});

test('a layer before its ReLU is signed, and its silent channels are those nowhere positive', () => {
  const view = mapsView(layerOf([-1, -2, -3, -4, 5, -1, 0, 1]), drawing);
  expect(view).toMatchObject({
    signed: true,
    range: [-4, 5],
    silentChannels: [1],
    silentShare: [0.75],
  });
  expect(featureMapsTexts({ layer: 'l', maps: view, titles: [] }).silence).toMatch(
    /^Where no ReLU has been, negative values are normal: 75\u00a0% of the cells are not above zero/,
  );
});

test('a channel is put into words', () => {
  expect([0, 1].map((channel) => channelText(rectified, channel))).toEqual([
    'channel 0, largest value 2, 50 percent of its cells not above zero',
    'channel 1, nowhere above zero',
  ]);
  expect(channelText(compared, 2)).toBe(
    'channel 2, largest value 8, 75 percent of its cells not above zero; on the second picture nowhere above zero',
  );
});

test('maps are coloured over their own range or a shared one, of two pictures over one for both', () => {
  const yellow = [253, 231, 37, 255];
  const at = (data: FeatureMapsData, scale: 'each' | 'shared', channel: number, cell: number) =>
    mapSheets(data, scale).map((sheet) => [
      ...sheetTile(sheet, channel).rgba.subarray(4 * cell, 4 * cell + 4),
    ]);
  expect(at(rectified, 'each', 0, 2)).toEqual([yellow]);
  expect(at(rectified, 'each', 2, 1)).toEqual([yellow]);
  // 2 of 8 is entry 64 of viridis, 4 of 8 entry 128.
  expect(at(rectified, 'shared', 0, 2)).toEqual([[59, 82, 139, 255]]);
  const purple = [68, 1, 84, 255];
  expect(at(compared, 'each', 1, 0)).toEqual([purple, yellow]);
  expect(at(compared, 'shared', 1, 0)).toEqual([purple, [33, 145, 140, 255]]);
});

test('a channel that is not there stands for the strongest', () => {
  expect(channelView(rectified, { channel: -1, opacity: 1 }).channel).toBe(2);
  expect(channelView(rectified, { channel: 100, opacity: 1 }).channel).toBe(2);
  expect(channelView(rectified, { channel: 1, opacity: 1 })).toMatchObject({
    channel: 1,
    difference: undefined,
    pictures: [{ maximum: 0, silentShare: 1 }],
  });
});

test('a channel of two pictures has one scale, and the difference of its means', () => {
  const view = channelView(compared, { channel: 1, opacity: 1 });
  expect(view).toMatchObject({
    range: [0, 4],
    difference: 2,
    pictures: [{ mean: 0 }, { mean: 2, maximum: 4 }],
  });
  expect(channelView(compared, { channel: 2, opacity: 1 }).difference).toBe(-2);
});

test('opacity goes from the picture to the map', () => {
  const over = (opacity: number) =>
    live(channelView(rectified, { channel: 2, opacity }).pictures[0]!.overlay);
  expect([...over(0).rgba.subarray(0, 4)]).toEqual([200, 100, 0, 255]);
  const corner = 4 * (over(1).width - 1);
  expect([...over(1).rgba.subarray(corner, corner + 4)]).toEqual([253, 231, 37, 255]);
});

test('what is not above zero leaves the picture free', () => {
  const { pictures } = channelView(layerOf([-8, -1, 0, 1]), { channel: 0, opacity: 1 });
  const { rgba } = live(pictures[0]!.overlay);
  expect([...rgba.subarray(0, 4)]).toEqual([200, 100, 0, 255]);
  expect([...rgba.subarray(-4)]).toEqual([253, 231, 37, 255]);
});

test('maps of a single cell share one range, or they would all look alike', () => {
  const activations = { shape: [1, 2, 1, 1], data: Float32Array.of(-1, 3) };
  const data: FeatureMapsData = {
    ...rectified,
    layer: 'head',
    maps: [{ picture: grey(0), activations, statistics: channelStatistics(activations) }],
  };
  const { scale } = mapsView(data, drawing);
  expect(scale).toBe('shared');
  expect([...mapSheets(data, scale)[0]!.raster.rgba]).toEqual([68, 1, 84, 255, 253, 231, 37, 255]);
  expect(channelView(data, { channel: 1, opacity: 1 }).range).toEqual([-1, 3]);
});

const resnet = architectureNamed('resnet18')
  .stages({ name: 'resnet18', inputChannels: 3, inputSize: 64, classCount: 11 })
  .flatMap((stage) => stage.modules);

test('the blocks before a layer are shown on the way to it', () => {
  expect(previewLayers(resnet, 'layer4.0.conv1')).toEqual(['layer1', 'layer2', 'layer3']);
  expect(previewLayers(resnet, 'layer2')).toEqual(['layer1']);
  expect(previewLayers(resnet, 'conv1')).toEqual([]);
});

/** An engine that shows `layer1` before any other layer. */
function engine() {
  const one = { shape: [1, 1, 1, 1], data: Float32Array.of(1) };
  const captured: unknown[] = [];
  const ask = async (kind: string, params: { layers?: string[] }, onPreview?: unknown) => {
    if (kind === 'describe') return { id: 'm', title: 'Model', labels: [], modules: resnet };
    captured.push(params);
    (onPreview as (preview: object) => void)({ layer: 'layer1', activations: one });
    return {
      activations: { [params.layers![0]!]: { shape: [1, 2], data: Float32Array.of(3, 4) } },
    };
  };
  return { ask: ask as unknown as Ask, captured };
}

test('a layer is loaded with the earlier ones shown first, for both pictures', async () => {
  const { ask, captured } = engine();
  const pictures = ['a', 'b'].map((key) => ({ key, bitmap: grey(1) }));
  const onPreview = vi.fn<(data: FeatureMapsData) => void>();
  const data = await loadFeatureMaps(ask, { model: 'm', pictures, layer: 'fc' }, onPreview);
  expect(captured).toEqual([
    {
      model: 'm',
      picture: pictures[0],
      layers: ['fc'],
      previews: ['layer1', 'layer2', 'layer3', 'layer4'],
    },
    { model: 'm', picture: pictures[1], layers: ['fc'], previews: [] },
  ]);
  // A vector is as many maps of one cell.
  expect(data.maps.map(({ activations }) => activations.shape)).toEqual([
    [1, 2, 1, 1],
    [1, 2, 1, 1],
  ]);
  expect(data).toMatchObject({ layer: 'fc', wanted: 'fc', pictures: ['a', 'b'] });
  const [first, second] = onPreview.mock.calls.map(([preview]) => preview);
  expect(first).toMatchObject({ layer: 'layer1', wanted: 'fc' });
  expect(second!.layer).toBe('fc');
  expect(second!.maps).toHaveLength(1);
});

test('a layer that the model does not have becomes its second block', async () => {
  const { ask } = engine();
  const pictures = [{ key: 'a', bitmap: grey(1) }];
  const data = await loadFeatureMaps(ask, { model: 'm', pictures, layer: 'features.1' });
  expect(data.layer).toBe('layer2');
});
