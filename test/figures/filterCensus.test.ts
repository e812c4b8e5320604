import { beforeAll, describe, expect, test } from 'vitest';
import { filterNote } from '../../src/components/figures/censusNote.ts';
import { countingFit, rows, verdictAt } from '../../src/components/figures/censusVerdict.ts';
import {
  defaultLeast,
  filterCensusView,
  loadFilterCensus,
  petalOf,
  petalOfFilter,
  structured,
  summaryOf,
  type FilterCensusData,
} from '../../src/components/figures/filterCensus.ts';
import { verdictNames } from '../../src/components/figures/filterWords.ts';
import { censusOf, filterCensus } from '../../src/engine/lenses/filters/filterCensus.ts';
import { kernelOf, type KernelRequest } from '../support/syntheticKernel.ts';
import { leastExplained, verdicts } from '../../src/engine/lenses/filters/verdict.ts';
import type { Ask, FilterCensus } from '../../src/worker/protocol.ts';
import { noise, shippedModel } from '../support/models.ts';
import type { Raster } from '../../src/draw/raster.ts';

async function census(model: string, ...filters: Float32Array[]): Promise<FilterCensus> {
  const data = Float32Array.from(filters.flatMap((weights) => [...weights]));
  const channels = filters[0]!.length / 49;
  const found = await censusOf({ shape: [filters.length, channels, 7, 7], data });
  return { model, layer: 'conv1', ...found };
}

const kernel = (request: Omit<KernelRequest, 'size'>) =>
  kernelOf({ size: 7, colour: [1, 1, 1], ...request }).data;

let data: FilterCensusData;

beforeAll(async () => {
  data = {
    model: 'm',
    title: 'M',
    trained: await census(
      'm',
      // An upright edge, a level one, stripes at 40 degrees, and a red blob.
      kernel({ kind: 'prewitt', towards: 0 }),
      kernel({ kind: 'prewitt', towards: 90 }),
      kernel({ kind: 'gabor', orientation: 40, wavelength: 3, sigma: 2 }),
      kernel({ kind: 'blob', sigma: 1.5, colour: [1, -1, 0] }),
      noise([147], 3).data,
    ),
    untrained: await census('m@untrained', noise([147], 1).data, noise([147], 2).data),
  };
});

const members = (view: ReturnType<typeof filterCensusView>, side: 'trained' | 'untrained') =>
  Object.fromEntries(view[side].groups.map(({ verdict, members: all }) => [verdict, all]));

describe('the census', () => {
  test('puts every filter into the row of what it is', () => {
    const view = filterCensusView(data, defaultLeast);
    const none: number[] = [];
    expect(members(view, 'trained')).toEqual({
      edge: [0, 1],
      colourEdge: none,
      grating: [2],
      blob: [3],
      noise: [4],
      dead: none,
    });
    expect(members(view, 'untrained')).toMatchObject({ edge: none, noise: [0, 1] });
    expect(view).toMatchObject({ model: 'm', layer: 'conv1', size: '7×7' });
    expect([structured(view.trained), structured(view.untrained)]).toEqual([4, 0]);
  });

  test('asks more of a kernel when the slider says so, and less', () => {
    const strict = filterCensusView(data, 95);
    const lax = filterCensusView(data, 20);
    expect(structured(strict.trained)).toBeLessThanOrEqual(4);
    // Nothing goes below what noise reaches.
    const fit = countingFit(data.trained.filters[4]!, 0);
    expect(fit === undefined || fit.explained > fit.noiseFloor).toBe(true);
    expect(structured(lax.untrained)).toBeLessThanOrEqual(2);
  });

  test('says in words what it found', () => {
    expect(summaryOf(filterCensusView(data, defaultLeast).trained)).toBe(
      '5 filters trained: 2 edges, 1 grating, 1 blob or plain colour, 1 none of these',
    );
  });

  test('has a rose of the edges and gratings', () => {
    const { rose } = filterCensusView(data, defaultLeast).trained;
    const expected = Array<number>(12).fill(0);
    // 0, 40 and 90 degrees, to the nearest 15.
    expected[0] = 1;
    expected[3] = 1;
    expected[6] = 1;
    expect(rose).toEqual(expected);
    expect([0, 7, 8, 172, 173, 179.9].map(petalOf)).toEqual([0, 0, 1, 11, 0, 0]);
    expect(data.trained.filters.map((filter) => petalOfFilter(filter, defaultLeast))).toEqual([
      6,
      0,
      3,
      undefined,
      undefined,
    ]);
  });

  test('shows the colours of what counts: grey edges in the middle, opponents on the rim', () => {
    const marks = filterCensusView(data, defaultLeast).trained.colours!;
    expect(marks.map(({ index, twoSided }) => [index, twoSided])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, false],
    ]);
    expect(Math.hypot(marks[0]!.x, marks[0]!.y)).toBeLessThan(0.01);
    expect(marks[3]!.x).toBeCloseTo(1, 4);
    expect(marks[3]!.y).toBeCloseTo(0, 4);
    expect(marks[3]!.colours).toEqual(['rgb(255 0 128)', 'rgb(0 255 128)']);
  });

  test('has no colours for a network that sees grey', async () => {
    const grey = await census('g', kernelOf({ kind: 'sobel', size: 7 }).data);
    const view = filterCensusView({ ...data, trained: grey, untrained: grey }, defaultLeast);
    expect(view.trained.colours).toBeUndefined();
    expect(view.trained.groups.map(({ name }) => name)).toEqual([
      'edge',
      'gratings',
      'blobs',
      'none of these',
      'dead',
    ]);
  });

  test('hangs the filters in one picture, in order', () => {
    const { atlas, side } = filterCensusView(data, defaultLeast).trained;
    expect(side).toBe(7);
    expect(atlas).toMatchObject({ width: 5 * 8 + 1, height: 9 });
  });

  test('keeps room for the rows wherever the slider stands', () => {
    const views = Array.from({ length: 76 }, (_, i) => filterCensusView(data, 20 + i).trained);
    const taken = views.map(({ groups }) =>
      groups.reduce((sum, group) => sum + Math.ceil(group.members.length / 16), 0),
    );
    expect(views[0]!.lines.wide).toBe(Math.max(...taken));
    expect(views.every(({ lines }) => lines.wide === views[0]!.lines.wide)).toBe(true);
  });
});

describe('a filter that is pointed at', () => {
  test('stands beside its kernel, with what that explains', () => {
    const note = filterNote(data.trained, 0, defaultLeast);
    expect(note.name).toBe('edge');
    expect(note.text).toBe('A Prewitt kernel of 7×7 at 90° explains 100 percent.');
    expect((note.filter as Raster).rgba).toEqual((note.prototype as Raster).rgba);
  });

  test('that counts as nothing says how far the best kernel gets', () => {
    const { name, text } = filterNote(data.trained, 4, defaultLeast);
    expect(name).toBe('none of these');
    expect(text).toMatch(
      /^A .* explains \d+ percent(, and no kernel more|; noise gets as far as \d+ percent)\.$/,
    );
  });
});

describe('the page and the engine', () => {
  test('agree on every verdict of a network that ships', async () => {
    const shipped = await filterCensus(await shippedModel('smallcnn-cifar10'));
    expect(defaultLeast).toBe(100 * leastExplained);
    expect(shipped.filters.map((filter) => verdictAt(filter, defaultLeast))).toEqual(
      shipped.filters.map(({ verdict }) => verdict),
    );
    for (const filter of shipped.filters) {
      const fit = countingFit(filter, defaultLeast);
      if (fit) expect(filter.fits[filter.best]).toBe(fit);
    }
  });

  test('know the same verdicts', () => {
    expect(rows.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(Object.keys(verdictNames).sort()).toEqual([...verdicts].sort());
  });
});

test('asks for a network and for its untrained twin', async () => {
  const asked: [string, string][] = [];
  const ask = ((kind: string, { model }: { model: string }) => {
    asked.push([kind, model]);
    return Promise.resolve({ title: 'T' });
  }) as unknown as Ask;
  await loadFilterCensus(ask, 'net');
  expect(asked).toEqual([
    ['describe', 'net'],
    ['filters', 'net'],
    ['filters', 'net@untrained'],
  ]);
});
