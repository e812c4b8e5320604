import { describe, expect, it } from 'vitest';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import {
  chartRows,
  chartText,
  drawLayerSparsityStill,
  layerSparsityView,
  loadLayerSparsity,
  rowText,
  selectedRow,
  sparsityRows,
  surveyedLayers,
  type LayerSparsityData,
  type LayerSparsityStill,
} from '../../src/components/figures/layerSparsity.ts';
import type { Ask, KeyedPicture, LayerSparsity } from '../../src/worker/protocol.ts';

const module = (name: string, type: string, returns?: string) => ({
  name,
  type,
  outputShape: [4, 2, 2],
  parameters: 0,
  inputs: [],
  ...(returns ? { returns } : {}),
});
const counted = (layer: string, zeroShare: number, silentChannels: number): LayerSparsity => ({
  layer,
  zeroShare,
  silentChannels,
  channels: 4,
});

const data: LayerSparsityData = {
  model: { id: 'net', title: 'Net, trained', labels: ['a'] },
  pictureKey: 'horse',
  modules: [
    module('conv1', 'Conv2d'),
    module('relu', 'ReLU'),
    module('layer1.0.relu', 'ReLU'),
    module('layer1.0', 'BasicBlock', 'layer1.0.relu'),
    module('layer1', 'Sequential', 'layer1.0'),
    module('layer2.0.relu', 'ReLU'),
    module('layer2.0', 'BasicBlock', 'layer2.0.relu'),
    module('layer2', 'Sequential', 'layer2.0'),
    module('fc', 'Linear'),
  ],
  layers: [counted('relu', 0.25, 0), counted('layer1.0', 0.5, 1), counted('layer2.0', 0.875, 3)],
};
const view = layerSparsityView(data);
const survey = surveyedLayers([
  [counted('relu', 0.2, 0), counted('layer1.0', 0.4, 1), counted('layer2.0', 0.9, 2)],
  [counted('relu', 0.3, 0), counted('layer1.0', 0.5, 1), counted('layer2.0', 0.8, 3)],
  [counted('relu', 0.4, 1), counted('layer1.0', 0.6004, 1), counted('layer2.0', 0.7, 4)],
]);

describe('a survey', () => {
  it('goes by layer, in thousandths, with the median of silent channels', () => {
    expect(survey).toEqual([
      { layer: 'relu', zeros: [200, 300, 400], silent: 0 },
      { layer: 'layer1.0', zeros: [400, 500, 600], silent: 1 },
      { layer: 'layer2.0', zeros: [900, 800, 700], silent: 3 },
    ]);
    expect(surveyedLayers([])).toEqual([]);
  });

  it('stands beside the picture, layer by layer', () => {
    const rows = sparsityRows(view, survey);
    expect(rows[1]).toMatchObject({
      zeroShare: 0.5,
      others: [0.4, 0.5, 0.6],
      spread: { range: [0.4, 0.6], middle: [0.45, 0.55], median: 0.5 },
      usuallySilent: 1,
    });
    expect(chartRows(rows)[2]).toEqual({ value: 0.875, others: [0.9, 0.8, 0.7] });
  });

  it('is missing for a model of the reader’s own, whose picture still counts', () => {
    const rows = sparsityRows(view);
    expect(rows.map(({ spread }) => spread)).toEqual([undefined, undefined, undefined]);
    expect(chartRows(rows)[0]).toEqual({ value: 0.25, others: [] });
    expect(rowText(rows[2]!)).toBe(
      'layer2.0, 4×2×2: 88\u00a0% of the cells are zero, 3 of 4 channels silent.',
    );
  });
});

describe('the row of a layer', () => {
  it.each([
    ['relu', 'relu'],
    ['layer1.0.relu', 'layer1.0'],
    ['layer1.0', 'layer1.0'],
    ['layer1', 'layer1.0'],
    ['layer2', 'layer2.0'],
  ])('%s is shown by %s', (wanted, row) => {
    expect(selectedRow(view, wanted)).toBe(row);
  });

  it('is the second block where nothing was chosen', () => {
    expect(selectedRow(view, '')).toBe('layer2.0');
  });

  it('is missing for what has no ReLU at its end', () => {
    expect(selectedRow(view, 'conv1')).toBeUndefined();
    expect(selectedRow(view, 'fc')).toBeUndefined();
    expect(selectedRow(view, 'features.3')).toBeUndefined();
  });
});

describe('in words', () => {
  it('a row says what the picture has and what is usual', () => {
    expect(rowText(sparsityRows(view, survey)[1]!)).toBe(
      'layer1.0, 4×2×2: 50\u00a0% of the cells are zero, 1 of 4 channels silent. Over the 3 pictures of the site ' +
        '40\u00a0% to 60\u00a0%, half of them between 45\u00a0% and 55\u00a0%, median 50\u00a0%; usually 1 of 4 silent.',
    );
  });

  it('the chart names its ends and its sparsest layer', () => {
    expect(chartText(view)).toBe(
      'Share of activations that are zero, layer by layer, in Net, trained: 25\u00a0% in relu, ' +
        '88\u00a0% in layer2.0, most in layer2.0 with 88\u00a0%',
    );
  });
});

describe('with the engine', () => {
  const picture: KeyedPicture = {
    key: 'ramp',
    bitmap: {
      width: 32,
      height: 32,
      channels: 3,
      data: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i >> 3) % 256),
    },
  };

  it('the zeros of SmallCNN are those of its activations', async () => {
    const ask = await nodeEngine('cpu');
    const model = 'smallcnn-cifar10';
    const loaded = await loadLayerSparsity(ask, { picture }, model);
    const { layers } = layerSparsityView(loaded);
    expect(layers.map(({ layer }) => layer)).toEqual(
      [0, 1, 2, 3, 4, 5].map((block) => `features.${block}`),
    );
    expect(layers[5]!.shape).toEqual([128, 4, 4]);
    const { activations } = await ask('capture', { model, picture, layers: ['features.4'] });
    const values = activations['features.4']!.data;
    const zeros = values.filter((value) => value === 0).length;
    expect(layers[4]!.zeroShare).toBeCloseTo(zeros / values.length, 6);
    expect(zeros).toBeGreaterThan(0);
  });

  it('the still asks for one picture and takes the survey as it is', async () => {
    const asked: string[] = [];
    const ask = ((kind: string, { model }: { model: string }) => {
      asked.push(`${kind} ${model}`);
      if (kind === 'sparsity') return Promise.resolve(data.layers);
      return Promise.resolve({ ...data.model, modules: data.modules });
    }) as unknown as Ask;
    const still = (await drawLayerSparsityStill(
      ask,
      { picture, target: { kind: 'logit', class: 'predicted' } },
      {
        picture: () => Promise.reject(new Error('no file is needed')),
        cutout: () => Promise.reject(new Error('no file is needed')),
        json: () => Promise.resolve(undefined),
      },
      { net: [data.layers, data.layers] },
    )) as LayerSparsityStill;
    expect(asked).toEqual(['describe resnet18-objects11', 'sparsity resnet18-objects11']);
    expect(still.surveys['net']![2]).toEqual({ layer: 'layer2.0', zeros: [875, 875], silent: 3 });
    expect(still.view.pictureKey).toBe('ramp');
  });
});
