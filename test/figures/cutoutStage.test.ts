import { describe, expect, it, test } from 'vitest';
import { catalogueOf, classOf, creditsOf } from '../../src/components/figures/cutoutCatalogue.ts';
import {
  kept,
  parsePlacement,
  placementText,
  standardPlacement,
} from '../../src/components/figures/cutoutPlacement.ts';
import {
  composition,
  evidenceShares,
  keyedPicture,
  objectAt,
  openingScene,
  sceneOf,
  type Pixels,
} from '../../src/components/figures/cutoutScene.ts';
import {
  loadStage,
  stageNumbers,
  stageText,
  targetOf,
} from '../../src/components/figures/cutoutStage.ts';
import {
  cellText,
  drawPropSheet,
  emptyTable,
  fillTable,
  tally,
} from '../../src/components/figures/cutoutTable.ts';
import { blankRaster } from '../../src/draw/raster.ts';
import type { Ask } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const row = (id: string, width: number, height: number, author: string, classes?: string[]) => ({
  id,
  title: id.toUpperCase(),
  description: `A ${id}.`,
  file: `${id}.webp`,
  width,
  height,
  licence: 'CC0-1.0',
  sources: [{ author }],
  classes,
});
const catalogue = catalogueOf({
  cutouts: [
    row('frog', 160, 80, 'Ann', ['class 6']),
    row('beetle', 160, 160, 'Bob', ['class 1', 'truck']),
    row('balloon', 10, 20, 'Ann', []),
  ],
  backgrounds: [row('heath', 320, 320, 'Ann'), row('sky', 320, 320, 'Cy')],
});
const { labels } = smallDescription();
const pixels: Pixels = {
  heath: blankRaster(320, 320, [90, 60, 30, 255]),
  sky: blankRaster(320, 320, [0, 0, 255, 255]),
  frog: blankRaster(160, 80, [0, 200, 0, 255]),
  beetle: blankRaster(160, 160, [200, 0, 0, 255]),
  balloon: blankRaster(10, 20, [250, 250, 0, 255]),
};
const opening = {
  ground: 'heath',
  objects: [
    { object: 'frog', x: 80, y: 40, width: 160, mirror: false },
    { object: 'beetle', x: 240, y: 240, width: 160, mirror: true },
  ],
};

describe('a placement', () => {
  it.each(['frog.80.40.160', 'kitten-cut-out.0.320.24.m'])('%s comes back from a link', (text) => {
    expect(placementText(parsePlacement(text)!)).toBe(text);
  });

  it.each([
    '',
    'frog',
    'frog.1.2',
    'frog.1.2.3.4',
    'frog.-1.2.3',
    'none',
    'FROG.1.2.30',
    'frog.1.2.30.n',
  ])('"%s" is none', (text) => expect(parsePlacement(text)).toBeUndefined());

  it('keeps its centre on the stage and its width within bounds', () => {
    expect(parsePlacement('frog.999.5.1')).toMatchObject({ x: 320, y: 5, width: 24 });
    expect(kept({ object: 'frog', x: -3, y: 10.6, width: 900, mirror: false })).toMatchObject({
      x: 0,
      y: 11,
      width: 400,
    });
  });

  it('is by default as large as the stage allows', () => {
    // 85 percent of 320 across; 75 percent high.
    expect(standardPlacement({ id: 'frog', width: 160, height: 80 })).toMatchObject({ width: 272 });
    expect(standardPlacement({ id: 'balloon', width: 10, height: 20 })).toEqual({
      object: 'balloon',
      x: 160,
      y: 168,
      width: 120,
      mirror: false,
    });
  });
});

describe('a scene', () => {
  it('is what a link says, as far as there is such a thing', () => {
    const state = { ground: 'sky', first: 'balloon.10.20.30', second: 'none' };
    expect(sceneOf(state, catalogue, opening)).toEqual({
      ground: 'sky',
      objects: [{ object: 'balloon', x: 10, y: 20, width: 30, mirror: false }],
    });
    const unknown = { ground: 'moon', first: 'rover.10.20.30', second: 'nobody' };
    expect(sceneOf(unknown, catalogue, opening)).toEqual(opening);
  });

  it('opens with two objects that the model knows', () => {
    const known = catalogueOf({
      cutouts: [row('husky', 1, 1, '', ['dog']), row('garbage-truck', 1, 1, '', ['truck'])],
      backgrounds: [],
    });
    const objects = (of: typeof known, names: readonly string[]) =>
      openingScene(of, names).objects.map(({ object }) => object);
    expect(objects(known, ['dog', 'truck'])).toEqual(['husky', 'garbage-truck']);
    expect(objects(known, ['dog'])).toEqual(['frog', 'beetle']);
    expect(objects(catalogue, labels)).toEqual(['frog', 'beetle']);
  });

  it('is composed once all of its pictures are there, under a key of its own', () => {
    const others = Object.fromEntries(Object.entries(pixels).filter(([id]) => id !== 'frog'));
    expect(composition(opening, others)).toBeUndefined();
    const composed = composition(opening, pixels)!;
    const at = (x: number, y: number) =>
      Array.from(composed.raster.rgba.subarray(4 * (320 * y + x), 4 * (320 * y + x) + 3));
    expect([at(0, 0), at(159, 79), at(160, 80), at(319, 319)]).toEqual([
      [0, 200, 0],
      [0, 200, 0],
      [200 - 110, 60, 30],
      [200, 0, 0],
    ]);
    expect(keyedPicture(composed)).toMatchObject({
      key: 'stage heath frog.80.40.160 beetle.240.240.160.m',
      bitmap: { width: 320, height: 320, channels: 4 },
    });
    expect(objectAt(composed.layers, 5, 5)).toBe(0);
    expect(objectAt(composed.layers, 300, 300)).toBe(1);
    expect(objectAt(composed.layers, 300, 20)).toBe(-1);
  });
});

describe('shares of the evidence', () => {
  const { layers } = composition(opening, pixels)!;
  const map = (...data: number[]) => ({ shape: [2, 2], data: Float32Array.from(data) });
  const close = (evidence: number, area: number) => ({
    evidence: expect.closeTo(evidence, 6),
    area: expect.closeTo(area, 6),
  });

  it('are counted on the masks', () => {
    // At 4x4 the frog has two pixels of the first row, the beetle the last quarter. Enlarged, 1 in the
    // corner of the first cell is 1, 3/4, 1/4, 0 along the first row, whose sum is 2 of a sum of 4.
    expect(evidenceShares(map(1, 0, 0, 0), layers, 4)).toEqual([
      close(1.75 / 4, 2 / 16),
      // Of 1/4 on each side, (1/4 + 0) * (1/4 + 0).
      close(0.0625 / 4, 4 / 16),
      close((4 - 1.75 - 0.0625) / 4, 10 / 16),
    ]);
  });

  it('are those of the area where the map is flat, and none where it is blank', () => {
    expect(evidenceShares(map(2, 2, 2, 2), layers, 4)).toEqual([
      close(1 / 8, 1 / 8),
      close(1 / 4, 1 / 4),
      close(5 / 8, 5 / 8),
    ]);
    expect(evidenceShares(map(0, 0, 0, 0), layers, 4).map(({ evidence }) => evidence)).toEqual([
      0, 0, 0,
    ]);
  });

  it('leave out what another object hides', () => {
    const above = { ...opening.objects[1]!, x: 80, y: 40 };
    const hidden = composition({ ...opening, objects: [opening.objects[0]!, above] }, pixels)!;
    // The beetle covers columns 0 to 159 and rows 0 to 119; nothing of the frog is left.
    const [frog, beetle] = evidenceShares(map(1, 1, 1, 1), hidden.layers, 4);
    expect([frog!.area, beetle!.area]).toEqual([0, (160 * 120) / 320 ** 2]);
  });
});

test.each([
  ['first', 6],
  ['second', 1],
  ['predicted', 'predicted'],
  [3, 3],
  [10, 'predicted'],
] as const)('asked for %s, the class is %s', (asked, target) => {
  expect(targetOf(asked, opening, catalogue, labels)).toBe(target);
});

test('what has no class here is asked about by what the model says', () => {
  const scene = { ground: 'sky', objects: [{ ...opening.objects[0]!, object: 'balloon' }] };
  expect(targetOf('first', scene, catalogue, labels)).toBe('predicted');
  expect(classOf(catalogue.objects[1]!, ['dog', 'truck'])).toBe(1);
});

/** Answers as the engine does, noting what it was asked; every picture is class 6 with 3/4. */
function engine() {
  const asked: Record<string, unknown>[] = [];
  const logits = labels.map((_, i) => (i === 6 ? Math.log(27) : 0));
  const ask = ((kind: string, params: Record<string, unknown>) => {
    asked.push({ kind, ...params, picture: (params['picture'] as { key: string })?.key });
    if (kind === 'describe') return Promise.resolve(smallDescription(4));
    const target = { class: 6, value: Math.log(27) };
    const map = { shape: [2, 2], data: Float32Array.of(0, 2, 1, 0) };
    return Promise.resolve({ map, layer: 'features.5', logits, target });
  }) as unknown as Ask;
  return { ask, asked };
}

test('the stage is explained at the last block, in numbers and in words', async () => {
  const { ask, asked } = engine();
  const composed = composition(opening, pixels)!;
  const data = await loadStage(ask, composed, { model: 'small', target: 6 });
  expect(asked.at(-1)).toEqual({
    kind: 'explain',
    model: 'small',
    method: 'grad-cam',
    picture: 'stage heath frog.80.40.160 beetle.240.240.160.m',
    target: { kind: 'logit', class: 6 },
    layer: 'features.5',
  });
  const numbers = stageNumbers(data, catalogue);
  expect(numbers).toMatchObject({
    predictedClass: 6,
    targetClass: 6,
    range: [0, 2],
    cells: 2,
    peak: { row: 0, column: 1 },
    blank: false,
  });
  expect(numbers.probabilities[6]).toBeCloseTo(0.75, 6);
  expect(numbers.parts.map(({ id, class: index }) => [id, index])).toEqual([
    ['frog', 6],
    ['beetle', 1],
    ['heath', null],
  ]);
  expect(stageText(numbers)).toMatch(
    /^FROG at 80, 40 and BEETLE at 240, 240 of 320 by 320 pixels on heath, called class 6 0\.75\. Grad-CAM of class 6 at features\.5, strongest 2 at row 0, column 1 of 2 by 2 cells\. .*BEETLE \d+ % on 25 %/,
  );
  const blank = stageText({ ...numbers, blank: true });
  expect(blank).toMatch(/Grad-CAM of class 6 is zero everywhere\.$/);
});

describe('the table', () => {
  const small = smallDescription();

  it('has what the model has a class for, or everything', () => {
    const ids = (model: typeof small) => emptyTable(model, catalogue).rows.map(({ id }) => id);
    expect(ids(small)).toEqual(['frog', 'beetle']);
    expect(ids({ ...small, labels: ['thing'] })).toEqual(['frog', 'beetle', 'balloon']);
  });

  it('is filled in cell by cell, each a picture of its own', async () => {
    const { ask, asked } = engine();
    const seen: number[] = [];
    const empty = emptyTable(small, catalogue);
    const table = await fillTable(ask, catalogue, pixels, empty, (so) => {
      seen.push(tally(so).done);
    });
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(asked.map(({ picture }) => picture)).toEqual([
      'stage heath frog.160.168.272',
      'stage sky frog.160.168.272',
      'stage heath beetle.160.168.240',
      'stage sky beetle.160.168.240',
    ]);
    expect(tally(table)).toEqual({ cells: 4, done: 4, wrong: 2 });
    const [frog, beetle] = table.rows;
    const sky = catalogue.grounds[1]!;
    expect(cellText(small, frog!, sky, frog!.cells[1]!)).toBe('FROG, sky: class 6 0.75, right');
    expect(cellText(small, beetle!, sky, beetle!.cells[1]!)).toBe(
      'BEETLE, sky: class 6 0.75, wrong',
    );
    expect(cellText(small, beetle!, sky, null)).toBe('BEETLE, sky: not computed yet');
    expect(cellText(small, { ...beetle!, truth: null }, sky, beetle!.cells[1]!)).toBe(
      'BEETLE, sky: class 6 0.75',
    );
  });
});

test('small pictures stand in the middle of their tiles', () => {
  const sheet = drawPropSheet(['frog', 'beetle', 'balloon', 'heath', 'sky', 'frog'], pixels);
  expect([sheet.width, sheet.height]).toEqual([320, 128]);
  const at = (x: number, y: number) =>
    Array.from(sheet.rgba.subarray(4 * (320 * y + x), 4 * (320 * y + x) + 4));
  // The frog is 64 by 32 there, with 16 rows free above and below.
  expect(at(10, 15)).toEqual([0, 0, 0, 0]);
  expect(at(10, 16)).toEqual([0, 200, 0, 255]);
  expect(at(10, 64 + 47)).toEqual([0, 200, 0, 255]);
  expect(at(70, 5)).toEqual([200, 0, 0, 255]);
});

test('who made several of the pictures is named once', () => {
  expect(creditsOf(catalogue)).toEqual([
    { titles: ['FROG', 'BALLOON', 'HEATH'], author: 'Ann', licence: 'CC0-1.0' },
    { titles: ['BEETLE'], author: 'Bob', licence: 'CC0-1.0' },
    { titles: ['SKY'], author: 'Cy', licence: 'CC0-1.0' },
  ]);
});
