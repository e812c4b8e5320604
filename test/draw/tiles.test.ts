import { describe, expect, test } from 'vitest';
import {
  channelTile,
  filterTile,
  normalizeFilter,
  signedTile,
} from '../../src/draw/filterTiles.ts';
import { heatmap } from '../../src/draw/heatmap.ts';
import { mapAtlas, mapSheet, sheetColumns, sheetTile } from '../../src/draw/mapTiles.ts';
import { blankRaster } from '../../src/draw/raster.ts';
import { tileGrid, tileOrigin } from '../../src/draw/tileGrid.ts';

describe('normalizeFilter', () => {
  test('takes the minimum and maximum over all channels', () => {
    expect([...normalizeFilter(Float32Array.of(-1, 0, 1, 3))]).toEqual([0, 0.25, 0.5, 1]);
  });

  test('has no NaN for a constant filter', () => {
    expect([...normalizeFilter(Float32Array.of(2, 2))]).toEqual([0, 0]);
  });
});

test('filterTile paints three channels as colours and one as grey', () => {
  expect([...filterTile(Float32Array.of(-1, 1, 0, 0, 1, -1), 3, 1, 2).rgba]).toEqual([
    0, 128, 255, 255, 255, 128, 0, 255,
  ]);
  expect([...filterTile(Float32Array.of(0, 10), 1, 1, 2).rgba]).toEqual([
    0, 0, 0, 255, 255, 255, 255, 255,
  ]);
  expect(() => filterTile(new Float32Array(18), 2, 3, 3)).toThrow(
    /invalid filter: 18 weights as 2x3x3; expected 1 or 3 channels/,
  );
});

test('signedTile paints weight 0 half bright, on one scale for all channels', () => {
  // 127.5 (1 + w / 2): red 0 and 255, green 127.5, blue 191.25 and 63.75.
  const weights = Float32Array.of(-2, 2, 0, 0, 1, -1);
  expect([...signedTile(weights, 3, 1, 2).rgba]).toEqual([0, 128, 191, 255, 255, 128, 64, 255]);
  // On the range of another filter, half as vivid: 127.5 (1 + w / 4).
  expect([...signedTile(weights, 3, 1, 2, [-4, 4]).rgba.slice(0, 4)]).toEqual([64, 128, 159, 255]);
  expect([...signedTile(Float32Array.of(0, 0), 1, 1, 2).rgba.slice(0, 4)]).toEqual([
    128, 128, 128, 255,
  ]);
  expect(() => signedTile(weights, 2, 1, 3)).toThrow(/invalid filter: 6 weights as 2x1x3/);
});

test('channelTile puts 0 in the middle', () => {
  const tile = channelTile(Float32Array.of(0, 2), 1, 2);
  expect(Math.min(...tile.rgba.slice(0, 4))).toBeGreaterThan(235);
  expect([...tile.rgba.slice(4)]).toEqual([103, 0, 31, 255]);
});

describe('tileGrid', () => {
  test('64 filters of 7x7 make 65x65', () => {
    const grid = tileGrid(
      Array.from({ length: 64 }, () => blankRaster(7, 7)),
      { columns: 8, padding: 1 },
    );
    expect([grid.width, grid.height]).toEqual([65, 65]);
  });

  test('puts tiles and background where they belong', () => {
    const [a, b, c] = [1, 2, 3].map((shade) => blankRaster(1, 1, [shade, shade, shade, 255]));
    const grid = tileGrid([a!, b!, c!], { columns: 2, padding: 1, background: [9, 9, 9, 255] });
    const reds = [...grid.rgba.filter((_, i) => i % 4 === 0)];
    expect(reds).toEqual([
      9, 9, 9, 9, 9, 9, 1, 9, 2, 9, 9, 9, 9, 9, 9, 9, 3, 9, 9, 9, 9, 9, 9, 9, 9,
    ]);
    expect(tileOrigin(2, 1, 1, 2, 1)).toEqual({ x: 1, y: 3 });
  });

  test('refuses no tiles and tiles of different sizes', () => {
    expect(() => tileGrid([])).toThrow('invalid tile grid: no tiles; expected at least one');
    expect(() => tileGrid([blankRaster(1, 1), blankRaster(2, 1)])).toThrow(
      'invalid tile 1: 2x1; expected 1x1 as the first',
    );
  });
});

describe('mapSheet', () => {
  const maps = Float32Array.of(0, 1, 0, 4);
  const grey = (raster: { rgba: Uint8ClampedArray }) => [
    ...raster.rgba.filter((_, i) => i % 4 === 0),
  ];

  test('colours each map over its own range, maps side by side', () => {
    const sheet = mapSheet(
      maps,
      [2, 1, 2],
      [
        [0, 1],
        [0, 8],
      ],
      'greys',
    );
    expect(sheet).toMatchObject({ columns: 2, count: 2, width: 2, height: 1 });
    expect([sheet.raster.width, sheet.raster.height]).toEqual([4, 1]);
    expect(grey(sheet.raster)).toEqual([0, 255, 0, 128]);
    expect(grey(sheetTile(sheet, 1))).toEqual([0, 128]);
  });

  test('has the colours of a heat map, also beyond the range, without width and for NaN', () => {
    const values = Float32Array.of(-3, -1, -0.5, 0, 0.1, 0.7, 2, 5, NaN, Infinity);
    for (const range of [
      [-1, 2],
      [0, 0],
    ] as const) {
      const sheet = mapSheet(values, [1, 2, 5], [range]);
      expect(sheet.raster.rgba).toEqual(heatmap(values, 5, 2, { range }).rgba);
    }
  });

  test('is about square', () => {
    expect([32, 64, 128, 256, 512].map(sheetColumns)).toEqual([6, 8, 12, 16, 23]);
    const { raster } = mapSheet(new Float32Array(3), [3, 1, 1], Array(3).fill([0, 1]));
    expect([raster.width, raster.height]).toEqual([2, 2]);
    expect([...raster.rgba.slice(-4)]).toEqual([0, 0, 0, 0]);
  });

  test('refuses values that do not fill the shape, and too few ranges', () => {
    expect(() => mapSheet(maps, [3, 1, 2], [])).toThrow(
      'invalid feature maps: 4 values and 0 ranges; expected 3x1x2 = 6 and 3',
    );
  });

  test('mapAtlas lays the maps out in the order given, those of two sheets in pairs', () => {
    const ranges = Array.from({ length: 128 }, () => [0, 1] as const);
    const sheet = mapSheet(new Float32Array(128 * 28 * 28), [128, 28, 28], ranges);
    const order = [...ranges.keys()];
    const atlas = mapAtlas([sheet], order);
    expect([atlas.width, atlas.height]).toEqual([12 * 29 + 1, 11 * 29 + 1]);
    const pairs = mapAtlas([sheet, sheet], order);
    expect([pairs.width, pairs.height]).toEqual([8 * 57 + 1, 16 * 29 + 1]);
    const two = mapSheet(maps, [2, 1, 2], Array(2).fill([0, 4]), 'greys');
    // Enlarged eight times, with a pixel around: the last map comes first.
    expect(grey(mapAtlas([two], [1, 0])).slice(35 + 8, 35 + 10)).toEqual([0, 255]);
  });
});
