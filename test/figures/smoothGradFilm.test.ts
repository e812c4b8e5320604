import { describe, expect, it } from 'vitest';
import {
  errorChart,
  extendFilm,
  frameCounts,
  loadClean,
  relativeError,
  SmoothFilm,
  smoothView,
} from '../../src/components/figures/smoothGradFilm.ts';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import { labModel } from '../../src/components/figures/figure.ts';
import type { Bitmap } from '../../src/worker/protocol.ts';
import { relativeError as distance } from '../support/closeness.ts';

const copy: Bitmap = { width: 1, height: 1, channels: 3, data: new Uint8Array(3) };

describe('the running mean of gradients', () => {
  it('and its standard error are those of the samples', () => {
    const film = new SmoothFilm([1, 2, 1, 1]);
    // Channel 0: 1, 2, 6, mean 3, variance (4 + 1 + 9) / 2 = 7; channel 1: -4 throughout.
    film.add({ shape: [1, 2, 1, 1], data: Float32Array.of(1, -4) }, [copy], 3);
    film.add({ shape: [2, 2, 1, 1], data: Float32Array.of(2, -4, 6, -4) }, [copy, copy], 3);
    expect(film.frames.map(({ count }) => count)).toEqual([1, 2, 3]);
    const [first, , last] = film.frames;
    expect(first!.error).toBeUndefined();
    expect(first!.map[0]).toBe(4);
    expect(last!.map[0]).toBe(4);
    expect(last!.error![0]).toBeCloseTo(Math.sqrt(7 / 3), 6);
    expect(last!.rms.mean).toBeCloseTo(Math.sqrt((9 + 16) / 2), 6);
    expect(last!.rms.error).toBeCloseTo(Math.sqrt(7 / 3 / 2), 6);
    expect(relativeError(last!.rms)).toBeCloseTo(Math.sqrt(7 / 3 / 25), 6);
    expect(relativeError({ mean: 0, error: 0 })).toBe(0);
  });

  it('has a frame for each copy at first, and for the last one', () => {
    expect(frameCounts(5)).toEqual([1, 2, 3, 4, 5]);
    expect(frameCounts(71).slice(-3)).toEqual([64, 68, 71]);
  });

  it('falls by half when copies are four times as many, in the line it is compared with', () => {
    const rms = (error: number) => ({ mean: 1, error });
    const points = [
      { count: 1, rms: rms(0) },
      { count: 2, rms: rms(0.9) },
      { count: 16, rms: rms(0.3) },
    ];
    const { series, x, y } = errorChart(points, 32);
    expect(series[0]!.points).toEqual([
      [2, 0.9],
      [16, 0.3],
    ]);
    const [[, start], [, end]] = series[1]!.points as [[number, number], [number, number]];
    // 0.3 √16 = 1.2.
    expect(start).toBeCloseTo(1.2 / Math.SQRT2, 10);
    expect(start / end).toBeCloseTo(4, 10);
    expect(x.ticks).toEqual([2, 4, 8, 16, 32]);
    expect(y.ticks).toEqual([0.2, 0.5]);
    const narrow = points.slice(0, 2).concat({ count: 3, rms: rms(0.7) });
    expect(errorChart(narrow, 3).y.ticks).toEqual([0.7, 0.8, 0.9]);
  });

  it('comes to what SmoothGrad gives for the same seed', async () => {
    const ask = await nodeEngine('wasm');
    const bitmap = { ...copy, width: 32, height: 32, data: new Uint8Array(3072) };
    bitmap.data.forEach((_, i) => (bitmap.data[i] = (37 * i) % 251));
    const subject = {
      picture: { key: 'stripes', bitmap },
      target: { kind: 'logit', class: 4 },
    } as const;
    const data = await loadClean(ask, subject, { model: labModel });
    const settings = { sigma: 0.2, seed: 3, samples: 6 };
    const film = new SmoothFilm([1, 3, 32, 32]);
    while (film.count < 6) await extendFilm(ask, film, data, settings);
    const { map, details } = await ask('explain', {
      model: labModel,
      ...subject,
      method: 'smoothgrad',
      options: settings,
    });
    expect(distance(film.frames[5]!.map, map.data)).toBeLessThan(1e-5);
    const largest = Float32Array.from({ length: 1024 }, (_, i) =>
      Math.max(...[0, 1, 2].map((c) => details['standardError']!.data[1024 * c + i]!)),
    );
    expect(distance(film.frames[5]!.error!, largest)).toBeLessThan(1e-4);
    const view = smoothView(data, film.frames, { ...settings, shown: 2 });
    expect(view).toMatchObject({ count: 3, samples: 6, targetClass: 4, inputSize: 32 });
    expect(view.errors).toHaveLength(6);
  });
});
