import { describe, expect, test } from 'vitest';
import {
  channelTile,
  filterTile,
  normalizeFilter,
  signedTile,
} from '../../src/draw/filterTiles.ts';
import { mapAtlas, mapTiles } from '../../src/draw/mapTiles.ts';
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

describe('mapTiles', () => {
  const maps = Float32Array.of(0, 1, 0, 4);
  const last = (raster: { rgba: Uint8ClampedArray }) => [...raster.rgba.slice(-4, -1)];

  test('shares one range, or gives each map its own', () => {
    const shared = mapTiles(maps, 2, 1, 2, { colormap: 'greys' });
    expect(shared.map(last)).toEqual([
      [64, 64, 64],
      [255, 255, 255],
    ]);
    const each = mapTiles(maps, 2, 1, 2, { colormap: 'greys', range: 'each' });
    expect(each.map(last)).toEqual([
      [255, 255, 255],
      [255, 255, 255],
    ]);
    const given = mapTiles(maps, 2, 1, 2, { colormap: 'greys', range: [0, 8] });
    expect(given.map(last)).toEqual([
      [32, 32, 32],
      [128, 128, 128],
    ]);
  });

  test('draws the channels asked for in their order', () => {
    expect(mapTiles(maps, 2, 1, 2, { colormap: 'greys', order: [1] }).map(last)).toEqual([
      [255, 255, 255],
    ]);
    expect(() => mapTiles(maps, 2, 1, 2, { order: [2] })).toThrow(
      'unknown channel: 2; expected 0 to 1',
    );
    expect(() => mapTiles(maps, 3, 1, 2)).toThrow(
      'invalid feature maps: 4 values; expected 3x1x2 = 6',
    );
  });

  test('mapAtlas lays them out', () => {
    const atlas = mapAtlas(new Float32Array(128 * 28 * 28), 128, 28, 28, {
      columns: 16,
      padding: 2,
    });
    expect([atlas.width, atlas.height]).toEqual([16 * 30 + 2, 8 * 30 + 2]);
  });
});
