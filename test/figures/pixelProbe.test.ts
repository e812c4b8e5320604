import { describe, expect, it } from 'vitest';
import {
  changesAt,
  changeText,
  channelShares,
  curveText,
  gridAmounts,
  isOf,
  loadCurve,
  merged,
  nudgedRaster,
  patchPixels,
  probeChart,
  probeText,
  probeView,
  strongestPixel,
  type Probe,
  type ProbeCurve,
  type ProbeData,
} from '../../src/components/figures/pixelProbe.ts';
import type { Raster } from '../../src/draw/raster.ts';
import type { Ask, Params } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const model = smallDescription();
const map = new Float32Array(64);
map[3 * 8 + 5] = 2;
const data: ProbeData = {
  model,
  picture: {
    key: 'grey',
    bitmap: { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(100) },
  },
  view: { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(100) },
  explained: {
    map: { shape: [8, 8], data: map },
    details: {},
    notes: [],
    range: { min: 0, max: 2 },
    layer: undefined,
    unit: 'target units',
    logits: [1, 3, 0, 0, 0, 0, 0, 0, 0, 0],
    target: { class: 1, value: 3 },
  },
};
const probe: Probe = { pixel: { x: 0, y: 7 }, patch: 3, channels: 'green', clip: true };
const curve: ProbeCurve = [
  { amount: -64, value: 3.5, predicted: 4 },
  { amount: 0, value: 3, predicted: 3 },
  { amount: 64, value: 2.75, predicted: 2 },
];

describe('a probe', () => {
  it('begins at the strongest pixel, and leaves out what lies beside the picture', () => {
    expect(strongestPixel(data)).toEqual({ x: 5, y: 3 });
    expect(patchPixels(probe, 8)).toEqual([
      { x: 0, y: 6 },
      { x: 1, y: 6 },
      { x: 0, y: 7 },
      { x: 1, y: 7 },
    ]);
    expect(patchPixels({ ...probe, patch: 1 }, 8)).toEqual([{ x: 0, y: 7 }]);
  });

  it('takes the channels it is told to, of a grey picture the one there is', () => {
    expect(channelShares('all', 3)).toEqual([1, 1, 1]);
    expect(channelShares('green', 3)).toEqual([0, 1, 0]);
    expect(channelShares('green', 1)).toEqual([1]);
  });

  it('asks for the pixels in the words of the engine', async () => {
    const asked: Params<'vary'>[] = [];
    const ask = (async (kind: string, params: Params<'vary'>) => {
      asked.push(params);
      expect(kind).toBe('vary');
      return { target: { class: 1, value: 3 }, values: [1, 2], predicted: [3, 4], views: [] };
    }) as unknown as Ask;
    const target = { kind: 'logit', class: 1 } as const;
    const found = await loadCurve(ask, data.picture, { model, target, probe }, [-8, 8]);
    expect(asked[0]).toMatchObject({
      model: model.id,
      target,
      variation: { kind: 'nudge', channels: [0, 1, 0], amounts: [-8, 8], clip: true },
    });
    expect(found).toEqual([
      { amount: -8, value: 1, predicted: 3 },
      { amount: 8, value: 2, predicted: 4 },
    ]);
  });

  it('is shown on the picture, as far as pictures go', () => {
    const at = ({ rgba }: Raster, x: number, y: number) => [
      ...rgba.subarray(4 * (y * 8 + x), 4 * (y * 8 + x) + 3),
    ];
    const nudged = nudgedRaster(data.view, probe, 64);
    expect(at(nudged, 1, 6)).toEqual([100, 164, 100]);
    expect(at(nudged, 2, 6)).toEqual([100, 100, 100]);
    expect(at(nudgedRaster(data.view, probe, -128), 0, 7)).toEqual([100, 0, 100]);
  });
});

describe('the curve of a probe', () => {
  it('has both changes from the score of the picture', () => {
    expect(changesAt(curve, 64, 3)).toEqual({ truth: -0.25, predicted: -1 });
    expect(changesAt(curve, 32, 3)).toBeUndefined();
    expect(changeText(0.5)).toBe('+0.5');
    expect(changeText(-0.25)).toBe('−0.25');
    expect(changeText(-1e-7)).toBe('0');
    const { series, y } = probeChart(curve, 3);
    expect(series.map(({ points }) => points)).toEqual([
      [
        [-64, 0.5],
        [0, 0],
        [64, -0.25],
      ],
      [
        [-64, 1],
        [0, 0],
        [64, -1],
      ],
    ]);
    expect(y.range[0]).toBeLessThan(-1);
    expect(y.range[1]).toBeGreaterThan(1);
  });

  it('is refined by amounts that come later', () => {
    const later = [{ amount: 4, value: 2.9, predicted: 2.95 }];
    expect(merged(curve, later).map(({ amount }) => amount)).toEqual([-64, 0, 4, 64]);
    expect(merged(curve, [{ amount: 0, value: 1, predicted: 1 }])[1]!.value).toBe(1);
  });

  it('is told in words', () => {
    expect(probeText(probe, -64)).toBe(
      'The 3 by 3 pixels around the one at row 7, column 0, nudged by −64 in green',
    );
    expect(curveText(curve, 3)).toBe(
      'Between −128 and +128 the true change runs from −0.25 to +0.5; the straight line misses it by up to 0.75, at +64.',
    );
    expect(curveText([], 3)).toBe('');
  });

  it('has 17 amounts to begin with', () => {
    expect(gridAmounts).toHaveLength(17);
    expect([gridAmounts[0], gridAmounts[8], gridAmounts[16]]).toEqual([-128, 0, 128]);
  });

  it('stays that of the still until something else is asked for', () => {
    const view = probeView(data, { probe, amount: 64, curve });
    expect(view).toMatchObject({ score: 3, targetClass: 1, predictedClass: 1, inputSize: 8 });
    expect(isOf(view, probe, undefined)).toBe(true);
    expect(isOf(view, { ...probe }, data)).toBe(true);
    expect(isOf(view, { ...probe, patch: 5 }, data)).toBe(false);
    expect(isOf(view, probe, { ...data, picture: { ...data.picture, key: 'x' } })).toBe(false);
  });
});
