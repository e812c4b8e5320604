import { describe, expect, it } from 'vitest';
import {
  censusOf,
  filterCensus,
  firstConvolution,
} from '../../../../src/engine/lenses/filters/filterCensus.ts';
import { kernelOf, type KernelRequest } from '../../../support/syntheticKernel.ts';
import type { PrototypeFit } from '../../../../src/engine/lenses/filters/prototypeFit.ts';
import {
  bestFit,
  leastExplained,
  verdictOf,
} from '../../../../src/engine/lenses/filters/verdict.ts';
import { noise, shippedModel, smallModel } from '../../../support/models.ts';
import { whiteNoise } from '../../../support/whiteNoise.ts';

function layer(...filters: Float32Array[]) {
  const data = Float32Array.from(filters.flatMap((weights) => [...weights]));
  return { shape: [filters.length, 3, 7, 7], data };
}

const drawn = (request: Omit<KernelRequest, 'size'>) =>
  kernelOf({ colour: [1, 0.9, 0.8], size: 7, ...request }).data;

describe('a census', () => {
  it('tells edges, gratings, blobs, noise and dead filters apart', async () => {
    const red = [1, -1, 0];
    const { filters, counts: found } = await censusOf(
      layer(
        drawn({ kind: 'prewitt', towards: 20 }),
        drawn({ kind: 'gabor', orientation: 40, wavelength: 8, phase: -90, sigma: 2 }),
        drawn({ kind: 'gabor', wavelength: 8, phase: 90, sigma: 2, colour: red }),
        drawn({ kind: 'gabor', wavelength: 3, phase: 30, sigma: 2 }),
        drawn({ kind: 'blob', sigma: 1.5, colour: red }),
        drawn({ kind: 'differenceOfGaussians', sigma: 1 }),
        Float32Array.from({ length: 147 }, (_, i) => (i < 49 ? 0.5 : 0)),
        noise([147], 5).data,
        drawn({ kind: 'sobel' }).map((value) => value / 1e6),
      ),
    );
    expect(filters.map(({ verdict }) => verdict)).toEqual([
      'edge',
      'edge',
      'colourEdge',
      'grating',
      'blob',
      'blob',
      'blob',
      'noise',
      'dead',
    ]);
    expect(found).toEqual({ edge: 2, colourEdge: 1, grating: 1, blob: 3, noise: 1, dead: 1 });
  });

  it('describes each filter', async () => {
    const [filter] = (
      await censusOf(layer(drawn({ kind: 'prewitt', towards: 20, colour: [1, 1, 1] })))
    ).filters;
    expect(filter!.norm).toBeCloseTo(Math.sqrt(3 * 7 * 28), 3);
    expect(filter!.mean).toBeCloseTo(0, 6);
    expect(filter!.orientation.angle).toBeCloseTo(110, 4);
    expect(filter!.colourfulness).toBeCloseTo(0, 6);
    expect(filter!.opponent!.rgb[0]).toBeCloseTo(1 / Math.sqrt(3), 5);
    const best = filter!.fits[filter!.best]!;
    expect(best).toMatchObject({ kind: 'prewitt', pattern: 'edge' });
    expect(best.parameters).toMatchObject({ size: 7, towards: expect.closeTo(20, 4) });
    expect(filter!.fits.map(({ kind }) => kind).sort()).toEqual([
      'blob',
      'differenceOfGaussians',
      'gabor',
      'laplacian',
      'prewitt',
      'scharr',
      'sobel',
    ]);
  });

  it.each([
    { size: 3, channels: 3 },
    { size: 3, channels: 1 },
    { size: 7, channels: 3 },
  ] as const)('calls white noise noise, in 9 of 10 cases at least: %j', async (shape) => {
    const wall = whiteNoise(shape, 60, 1);
    const data = Float32Array.from(wall.flatMap(({ weights }) => [...weights]));
    const { counts: found } = await censusOf({
      shape: [60, shape.channels, shape.size, shape.size],
      data,
    });
    expect(found.noise).toBeGreaterThanOrEqual(54);
  });

  it('can be cancelled between filters', async () => {
    const controller = new AbortController();
    const weights = { shape: [64, 3, 11, 11], data: noise([64 * 363]).data };
    const census = censusOf(weights, { signal: controller.signal });
    setTimeout(() => controller.abort());
    await expect(census).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('verdicts', () => {
  const fit = (explained: number, noiseFloor: number, pattern: 'edge' | 'blob') =>
    ({ explained, noiseFloor, pattern }) as PrototypeFit;
  const fits = [fit(0.5, 0.1, 'edge'), fit(0.9, 0.95, 'edge'), fit(0.7, 0.4, 'blob')];

  it('rest on the first fit that explains enough, and more than noise', () => {
    expect(leastExplained).toBe(0.6);
    expect(bestFit(fits)).toBe(2);
    expect(verdictOf(fits, 1, 1)).toBe('blob');
    expect(verdictOf(fits, 1, 1, 0.4)).toBe('edge');
  });

  it('are noise where none does, and dead where there is hardly a weight', () => {
    expect(bestFit(fits, 0.8)).toBe(0);
    expect(verdictOf(fits, 1, 1, 0.8)).toBe('noise');
    expect(verdictOf(fits, 0.09, 1)).toBe('dead');
    expect(verdictOf(fits, 0, 0)).toBe('dead');
  });
});

describe('a model', () => {
  it('is asked for its first convolution', () => {
    expect(firstConvolution(smallModel())).toBe('features.0.0');
  });

  it('is analysed once', async () => {
    const model = smallModel();
    const first = await filterCensus(model);
    expect(first).toMatchObject({ model: 'small-8@untrained', layer: 'features.0.0' });
    expect(await filterCensus(model, 'features.0.0')).toBe(first);
  });

  it('is analysed once for several who ask at the same time, even if the first gives up', async () => {
    const model = smallModel(16);
    const controller = new AbortController();
    let turns = 0;
    const waiting = <T>(turn: Promise<T>) => {
      turns++;
      return turn;
    };
    const first = filterCensus(model, undefined, { signal: controller.signal });
    const second = filterCensus(model, undefined, { waiting });
    const third = filterCensus(model);
    setTimeout(() => controller.abort());
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    expect(await third).toBe(await second);
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('has no pictures for filters further in', async () => {
    await expect(filterCensus(smallModel(), 'features.1.0')).rejects.toMatchObject({
      code: 'invalid-weights',
    });
    await expect(filterCensus(smallModel(), 'head')).rejects.toMatchObject({
      code: 'invalid-weights',
    });
    await expect(filterCensus(smallModel(), 'conv9')).rejects.toMatchObject({
      code: 'unknown-layer',
    });
  });

  it('that was trained on photographs has structure, its untrained twin has none', async () => {
    const trained = await filterCensus(await shippedModel('smallcnn-cifar10'));
    const twin = await filterCensus(smallModel());
    expect(32 - trained.counts.noise - trained.counts.dead).toBeGreaterThanOrEqual(24);
    expect(twin.counts.noise).toBeGreaterThanOrEqual(28);
  });
});
