import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodePng, pngDataUri } from '../../src/draw/png.ts';
import { nearestResize, rasterFromRgb } from '../../src/draw/raster.ts';

/** Bytes that repeat nothing, the same every time. */
function noise(length: number): number[] {
  let state = 1;
  return Array.from({ length }, () => (state = (state * 48271) % 2147483647) % 256);
}

async function decode(png: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  return [...data];
}

describe('encodePng', () => {
  test('an opaque picture comes back from another decoder', async () => {
    const raster = nearestResize(rasterFromRgb(noise(5 * 3 * 3), 5, 3), 15, 9);
    expect(await decode(encodePng(raster))).toEqual([...raster.rgba]);
    expect((await sharp(encodePng(raster)).metadata()).channels).toBe(3);
  });

  test('a transparent picture comes back too', async () => {
    const raster = rasterFromRgb(noise(7 * 4 * 4), 7, 4);
    expect(await decode(encodePng(raster))).toEqual([...raster.rgba]);
  });

  test('writes its resolution', async () => {
    const { density } = await sharp(encodePng(rasterFromRgb([1], 1, 1), { dpi: 150 })).metadata();
    expect(density).toBe(150);
  });

  test('refuses bytes that do not fill the size', () => {
    expect(() => encodePng({ width: 2, height: 1, rgba: new Uint8ClampedArray(4) })).toThrow(
      'invalid raster: 4 bytes for 2x1; expected 8',
    );
  });
});

test('pngDataUri holds the same file', () => {
  const raster = rasterFromRgb([1, 2, 3], 1, 1);
  const [head, body] = pngDataUri(raster).split(',') as [string, string];
  expect(head).toBe('data:image/png;base64');
  expect([...Buffer.from(body, 'base64')]).toEqual([...encodePng(raster)]);
});
