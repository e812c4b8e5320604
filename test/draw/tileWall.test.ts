import { describe, expect, test } from 'vitest';
import { tileAt, tileBeside, tileBox, tileWall } from '../../src/draw/tileWall.ts';

const wall = (count: number, width = 480, aspect = 1) =>
  tileWall({ count, width, aspect, least: 24 });

describe('a wall of tiles', () => {
  test.each([
    [11, 4, 3],
    [32, 6, 6],
    [64, 8, 8],
    [128, 12, 11],
    [256, 16, 16],
  ])('fits %i tiles into a square box', (count, columns, rows) => {
    expect(wall(count)).toMatchObject({ columns, rows });
    expect(rows * wall(count).pitch.y).toBeLessThanOrEqual(480);
  });

  test('keeps tiles large enough to be hit, and grows downwards instead', () => {
    const deep = wall(512);
    expect(deep).toMatchObject({ columns: 20, rows: 26, pitch: { x: 24, y: 24 }, margin: 1 });
    expect(wall(512, 300)).toMatchObject({ columns: 12, rows: 43, pitch: { x: 25, y: 25 } });
    expect(wall(4, 10).columns).toBe(1);
  });

  test('places pairs, which are twice as wide as high', () => {
    const pairs = wall(128, 512, 2);
    // 64 across: a margin of 1 on each side leaves 62 by 31.
    expect(pairs).toMatchObject({ columns: 8, rows: 16, pitch: { x: 64, y: 33 }, margin: 1 });
    expect(tileBox(pairs, 9)).toEqual({ x: 65, y: 34, width: 62, height: 31 });
  });

  test('knows the tile at a place', () => {
    const small = wall(11);
    expect(tileBox(small, 5)).toEqual({ x: 123, y: 123, width: 114, height: 114 });
    for (const place of [0, 5, 10]) {
      const { x, y, width, height } = tileBox(small, place);
      expect(tileAt(small, x, y)).toBe(place);
      expect(tileAt(small, x + width, y + height)).toBe(place);
    }
    expect(tileAt(small, 470, 350)).toBeUndefined();
    expect(tileAt(small, 480, 10)).toBeUndefined();
    expect(tileAt(small, 10, -1)).toBeUndefined();
  });

  test('is walked through by arrow keys', () => {
    const small = wall(11);
    const walk = (from: number, ...keys: string[]) =>
      keys.map((key) => tileBeside(small, from, key));
    expect(walk(5, 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown')).toEqual([4, 6, 1, 9]);
    expect(walk(5, 'Home', 'End')).toEqual([4, 7]);
    expect(walk(9, 'Home', 'End', 'ArrowDown')).toEqual([8, 10, undefined]);
    expect(walk(0, 'ArrowLeft', 'ArrowUp', 'Tab')).toEqual([undefined, undefined, undefined]);
    expect(walk(10, 'ArrowRight')).toEqual([undefined]);
  });
});
