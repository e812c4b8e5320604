import { describe, expect, it } from 'vitest';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import type { FieldName } from '../../src/client/fields.ts';
import { initialValue } from '../../src/client/state.ts';
import {
  inColour,
  kernelCells,
  scaledToOne,
  type KernelSettings,
} from '../../src/components/figures/kernelCells.ts';
import {
  appliedScale,
  kernelEditorView,
  kernelView,
  learnedFilter,
  loadKernelEditor,
  matchViews,
  responseText,
  responseView,
  settingNames,
  type KernelEditorData,
} from '../../src/components/figures/kernelEditor.ts';
import { paddedPicture } from '../../src/draw/convolve.ts';
import { isStill } from '../../src/draw/raster.ts';
import type { Ask, KeyedPicture } from '../../src/worker/protocol.ts';

function settings(changes: Partial<KernelSettings> = {}): KernelSettings {
  const initial = settingNames.map((name) => [name, initialValue(`kernel.${name}` as FieldName)]);
  return { ...(Object.fromEntries(initial) as KernelSettings), size: '3', ...changes };
}

const right = [0, 0, 0, -1, 0, 1, 0, 0, 0];
const edge = inColour(right, [1, 1, 1]);
const view = {
  width: 3,
  height: 2,
  channels: 3,
  data: Uint8Array.from([0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]),
};
/** Filter 0 is dead, 1 the negative of the edge, 2 the edge on a bright ground, 3 the edge in red. */
const filters = {
  shape: [4, 3, 3, 3],
  data: Float32Array.from([
    ...new Float32Array(27),
    ...edge.map((weight) => -0.1 * weight),
    ...edge.map((weight) => 0.2 * weight + 0.4),
    ...inColour(right, [1, 0, 0]),
  ]),
};
const data: KernelEditorData = {
  size: 3,
  network: 'SmallCNN, trained',
  layer: 'features.0.0',
  stride: 1,
  filters,
  view,
  input: paddedPicture(view, { mean: [0, 0, 0], std: [1, 1, 1] }, 1),
};

describe('the kernel', () => {
  it('is mid-grey where it is 0, light where it is positive, dark where it is negative', () => {
    const { cells, isGrey } = kernelView(inColour([0, 1, -1, 0.5, 0, 0, 0, 0, 0], [1, 1, 1]), 1);
    expect(isGrey).toBe(true);
    expect(cells.slice(0, 4)).toEqual([
      { colour: 'rgb(128 128 128)', lightInk: false, text: '0.00' },
      { colour: 'rgb(255 255 255)', lightInk: false, text: '1.00' },
      { colour: 'rgb(0 0 0)', lightInk: true, text: '−1.00' },
      { colour: 'rgb(191 191 191)', lightInk: false, text: '0.50' },
    ]);
  });

  it('names the channels of a cell where they differ', () => {
    const { cells, isGrey } = kernelView(inColour(right, [-0.5, -0.5, 1]), 1);
    expect(isGrey).toBe(false);
    expect(cells[5]!.text).toBe('red −0.50, green −0.50, blue 1.00');
  });

  it('is blind to flat regions if every channel sums to 0, and not if only their total does', () => {
    expect(kernelView(edge, 1)).toMatchObject({ isBlindToFlat: true, isEmpty: false, mean: 0 });
    const spot = inColour([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, -1, 0]);
    expect(kernelView(spot, 0.5)).toMatchObject({
      isBlindToFlat: false,
      sums: [0.5, -0.5, 0],
      mean: 0,
    });
    expect(kernelView(new Float32Array(27), 1)).toMatchObject({
      isBlindToFlat: false,
      isEmpty: true,
    });
  });

  it('is applied with magnitudes that add up to 1, or as drawn; a learned one as learned', () => {
    expect(appliedScale(edge, settings(), data)).toBeCloseTo(1 / 6, 7);
    expect(appliedScale(new Float32Array(27), settings(), data)).toBe(1);
    expect(appliedScale(edge, settings({ scale: 'drawn' }), data)).toBe(1);
    const learned = settings({ scale: 'drawn', start: 'learned', learned: 1 });
    expect(appliedScale(edge, learned, data)).toBeCloseTo(0.1, 7);
  });
});

describe('the response', () => {
  it('keeps its sign on a range around 0', () => {
    // Sums over the channels: 0 1 0 above 0 1 3; right minus left of each: 1 0 -1 above 1 3 -1.
    const response = responseView(data, edge, 'signed');
    expect(response).toMatchObject({
      colormap: 'diverging',
      range: [-3, 3],
      extent: [-1, 3],
      size: [3, 2],
      peak: { row: 1, column: 1 },
    });
    if (isStill(response.image)) throw new Error('expected a live raster');
    // 0 is the middle of the diverging map, 3 its end.
    expect([...response.image.rgba.subarray(4, 8)]).toEqual([242, 239, 238, 255]);
    expect([...response.image.rgba.subarray(16, 20)]).toEqual([103, 0, 31, 255]);
  });

  it('loses it as a magnitude', () => {
    const response = responseView(
      data,
      edge.map((weight) => -weight),
      'absolute',
    );
    expect(response).toMatchObject({ colormap: 'inferno', range: [0, 3], extent: [-3, 1] });
    expect(response.peak).toEqual({ row: 1, column: 1 });
  });

  it('gives way to the picture and keeps its numbers', () => {
    const response = responseView(data, edge, 'picture');
    if (isStill(response.image)) throw new Error('expected a live raster');
    expect([...response.image.rgba.subarray(4, 8)]).toEqual([255, 0, 0, 255]);
    expect(response.extent).toEqual([-1, 3]);
  });

  it('is told in words', () => {
    const shown = kernelEditorView(data, edge, settings({ scale: 'drawn' }));
    expect(responseText(shown)).toBe(
      'Response of the kernel: from −1 to 3, strongest at row 1, column 1 of 2 by 3',
    );
  });
});

describe('the nearest filters', () => {
  it('come with their sign; those without a likeness come last', () => {
    const matches = matchViews(data, edge, 'kept');
    expect(matches.map(({ index }) => index)).toEqual([1, 3, 2, 0]);
    expect(matches[0]!.similarity).toBeCloseTo(-1, 6);
    expect(matches[1]!.similarity).toBeCloseTo(1 / Math.sqrt(3), 6);
  });

  it('forget their brightness with their means', () => {
    const matches = matchViews(data, edge, 'removed');
    expect(matches.map(({ index }) => index)).toEqual([1, 2, 3, 0]);
    expect(matches[1]!.similarity).toBeCloseTo(1, 5);
  });

  it('can be taken into the editor, and are then like themselves', () => {
    const wanted = settings({ start: 'learned', learned: 3, angle: 0 });
    const cells = kernelCells(wanted, learnedFilter(data, 3))!;
    expect(matchViews(data, cells, 'kept')[0]).toMatchObject({ index: 3, similarity: 1 });
  });

  it('a filter that is not there stands for the first', () => {
    expect(learnedFilter(data, 99)).toEqual(learnedFilter(data, 0));
  });
});

describe('with the networks of the site', () => {
  const picture: KeyedPicture = {
    key: 'stripes',
    bitmap: {
      width: 64,
      height: 64,
      channels: 3,
      data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 31 + (i >> 6) * 7) % 256),
    },
  };

  it("a learned filter as it is gives what the network's first layer gives", async () => {
    const ask = await nodeEngine('cpu');
    const loaded = await loadKernelEditor(ask, { picture }, 'smallcnn-cifar10');
    expect(loaded).toMatchObject({ size: 3, layer: 'features.0.0', stride: 1 });
    const model = 'smallcnn-cifar10';
    const { activations } = await ask('capture', { model, picture, layers: ['features.0.0'] });
    const { data: maps } = activations['features.0.0']!;
    for (const index of [0, 17, 31]) {
      const map = maps.subarray(index * 1024, (index + 1) * 1024);
      const cells = scaledToOne(learnedFilter(loaded, index));
      const wanted = settings({ start: 'learned', learned: index, scale: 'drawn' });
      const { response } = kernelEditorView(loaded, cells, wanted);
      expect(response.extent[0]).toBeCloseTo(Math.min(...map), 4);
      expect(response.extent[1]).toBeCloseTo(Math.max(...map), 4);
    }
  });

  it('asks for the first layer and nothing deeper, and for colour instead of grey', async () => {
    const asked: string[] = [];
    const describes = (grey: boolean) => ({
      title: grey ? 'digits' : 'colour',
      modules: [{ name: 'features.0.0', type: 'Conv2d', window: { stride: 1 } }],
      preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
    });
    const ask = ((kind: string, { model, name }: { model: string; name?: string }) => {
      asked.push([kind, model, name].filter(Boolean).join(' '));
      const grey = model === 'mnistcnn';
      if (kind === 'describe') return Promise.resolve(describes(grey));
      if (kind === 'view') return Promise.resolve(view);
      const shape = grey ? [4, 1, 3, 3] : filters.shape;
      return Promise.resolve({ shape, data: filters.data });
    }) as unknown as Ask;
    const loaded = await loadKernelEditor(ask, { picture }, 'mnistcnn');
    expect(loaded).toMatchObject({ network: 'colour', size: 3, stride: 1 });
    expect(asked.slice(3)).toEqual([
      'describe smallcnn-cifar10',
      'parameter smallcnn-cifar10 features.0.0.weight',
      'view smallcnn-cifar10',
    ]);
  });
});
