import { describe, expect, it } from 'vitest';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import { labModel } from '../../src/components/figures/figure.ts';
import {
  accumulated,
  completeness,
  loadPath,
  loadSubject,
  pathView,
  placeOf,
  reached,
  scoreChart,
  slopeChart,
  tangent,
  type PathFilm,
  type PathPoint,
} from '../../src/components/figures/pathFilm.ts';
import type { Raster } from '../../src/draw/raster.ts';
import type { Bitmap } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';
import { relativeError } from '../support/closeness.ts';

const grey = (level: number): Bitmap => ({
  width: 2,
  height: 1,
  channels: 1,
  data: new Uint8Array(2).fill(level),
});
const point = (place: number, weight: number, rates: readonly number[], value: number) =>
  ({
    place,
    weight,
    value,
    slope: rates.reduce((a, b) => a + b, 0),
    input: grey(Math.round(255 * place)),
    gradient: Float32Array.from(rates, Math.abs),
    rates: Float32Array.from(rates),
  }) satisfies PathPoint;

const film: PathFilm = {
  subject: {
    model: smallDescription(),
    picture: { key: 'grey', bitmap: grey(255) },
    logits: [5, 0],
    target: { class: 0, value: 5 },
  },
  settings: { baseline: 'black', rule: 'midpoint', steps: 4 },
  start: { value: 1, view: grey(0) },
  points: [
    point(0.125, 0.25, [4, 0], 2),
    point(0.375, 0.25, [8, -4], 3),
    point(0.625, 0.25, [4, 4], 4.5),
  ],
};

describe('a path that is gone', () => {
  it('adds up weighted rates, and says what is missing', () => {
    expect([...accumulated(film.points, 2)]).toEqual([3, -1]);
    expect([...accumulated(film.points, 0)]).toEqual([0, 0]);
    // 0.25 (4 + 4 + 8) = 4 of 5 - 1.
    expect(completeness(film)).toEqual({ sum: 4, difference: 4, gap: 0, relative: 0 });
    const flat = { ...film, start: { ...film.start, value: 5 } };
    expect(completeness(flat)).toMatchObject({ difference: 0, gap: 4, relative: undefined });
  });

  it('shows the input, the sum and the scale of the whole way', () => {
    const view = pathView(film, 2);
    expect(view).toMatchObject({ shown: 2, soFar: 2, ends: [1, 5], targetClass: 0 });
    expect((view.input as Raster).rgba[0]).toBe(96);
    // Of |4, 0| at the end the 99th percentile.
    expect(view.sumRange[1]).toBeCloseTo(3.96, 5);
    expect(view.sumRange[0]).toBe(-view.sumRange[1]);
    const start = pathView(film, 0);
    expect((start.input as Raster).rgba[0]).toBe(0);
    expect((start.gradient as Raster).rgba[3]).toBe(0);
    // There is no more to see than has been computed.
    expect(pathView(film, 4).shown).toBe(3);
  });

  it('is found again from a place on it', () => {
    expect([0, 0.1, 0.25, 0.3, 0.9].map((place) => placeOf(film.points, place))).toEqual([
      0, 1, 2, 2, 3,
    ]);
    expect(reached(film.points, 2)).toBe(0.5);
  });

  it('has a curve with both ends and bars as wide as their weights', () => {
    expect(scoreChart(film.points, [1, 5]).series[0]!.points).toEqual([
      [0, 1],
      [0.125, 2],
      [0.375, 3],
      [0.625, 4.5],
      [1, 5],
    ]);
    expect(slopeChart(film.points).bars).toEqual([
      { from: 0, to: 0.25, height: 4 },
      { from: 0.25, to: 0.5, height: 4 },
      { from: 0.5, to: 0.75, height: 8 },
    ]);
    expect(
      tangent(film.points[0]!)
        .flat()
        .map((value) => Number(value.toFixed(6))),
    ).toEqual([0.025, 1.6, 0.225, 2.4]);
  });

  it('comes to Integrated Gradients with the gap that these tell', async () => {
    const ask = await nodeEngine('wasm');
    const bitmap = { width: 32, height: 32, channels: 3, data: new Uint8Array(3072) };
    bitmap.data.forEach((_, i) => (bitmap.data[i] = (37 * i) % 251));
    const picture = { key: 'stripes', bitmap };
    const target = { kind: 'logit', class: 4 } as const;
    const subject = await loadSubject(ask, { picture, target }, { model: labModel });
    const settings = { baseline: 'white', rule: 'gauss-legendre', steps: 10 } as const;
    const gone = await loadPath(ask, subject, settings);
    const { map, details } = await ask('explain', {
      model: labModel,
      picture,
      target,
      method: 'integrated-gradients',
      options: settings,
    });
    expect(gone.points).toHaveLength(10);
    expect(relativeError(accumulated(gone.points, 10), map.data)).toBeLessThan(1e-5);
    const { sum, difference, gap } = completeness(gone);
    expect(sum).toBeCloseTo(details['sum']!.data[0]!, 3);
    expect(difference).toBeCloseTo(details['difference']!.data[0]!, 3);
    expect(gap).toBeCloseTo(details['gap']!.data[0]!, 3);
  });
});
