import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPicture } from '../../cli/nodePicture.ts';
import type { TensorData } from '../../src/engine/layout.ts';
import { centreSquare, resize, type Bitmap } from '../../src/engine/resample.ts';
import { readGoldenFile } from '../support/goldens.ts';
import { root } from '../support/repository.ts';

const { tensors, metadata } = await readGoldenFile('resize.safetensors');
const synthetic = JSON.parse(metadata['cases']!) as string[];
const pictures = JSON.parse(metadata['pictures']!) as Record<string, string>;

/** Golden pictures are `[H, W, C]`. */
function bitmap({ shape, data }: TensorData): Bitmap {
  const [height, width, channels] = shape as [number, number, number];
  return { width, height, channels, data: Uint8Array.from(data) };
}

describe('resizing against Pillow', () => {
  it.each(synthetic)('%s, to the bit', (name) => {
    const expected = bitmap(tensors.get(`${name}.output`)!);
    const actual = resize(bitmap(tensors.get(`${name}.input`)!), expected.width, expected.height);
    expect(actual).toEqual(expected);
  });

  it.each(Object.entries(pictures))('the picture %s, to the bit', async (name, file) => {
    const picture = await readPicture(join(root, 'public/images', file));
    expect(resize(picture, 32, 32)).toEqual(bitmap(tensors.get(`picture.${name}.32`)!));
  });

  it('leaves a picture of the right size alone', () => {
    const picture = { width: 2, height: 1, channels: 1, data: Uint8Array.of(3, 200) };
    expect(resize(picture, 2, 1)).toEqual(picture);
  });
});

describe('the centre square', () => {
  const row = (...values: number[]) => Uint8Array.from(values);
  it('is cut from the middle of a wide picture', () => {
    const wide = { width: 4, height: 2, channels: 1, data: row(1, 2, 3, 4, 5, 6, 7, 8) };
    expect(centreSquare(wide)).toEqual({ width: 2, height: 2, channels: 1, data: row(2, 3, 6, 7) });
  });

  it('is cut from the middle of a tall one, the odd row staying below', () => {
    const tall = { width: 1, height: 4, channels: 2, data: row(1, 2, 3, 4, 5, 6, 7, 8) };
    expect(centreSquare(tall)).toEqual({ width: 1, height: 1, channels: 2, data: row(3, 4) });
  });
});
