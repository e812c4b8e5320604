import { describe, expect, it } from 'vitest';
import {
  channelPatches,
  keenest,
  patchOrder,
  patchWall,
  rankText,
  type PatchAtlasData,
} from '../../src/components/figures/patchAtlas.ts';
import {
  parsePatchFile,
  storedPatches,
  type PatchFile,
} from '../../src/components/figures/patchFile.ts';
import { cutTile, patchWindow } from '../../src/components/figures/patchWindow.ts';
import { rasterFromRgb } from '../../src/draw/raster.ts';

/** Three channels of 2x2 cells; the last one is excited by nothing. */
const file: PatchFile = {
  model: 'small',
  weights: '',
  crops: 60,
  kept: 2,
  pictures: [
    { file: 'grey.webp', title: 'Grey', side: 8 },
    { file: 'samples/owl.webp', title: 'Owl', side: 8 },
  ],
  boxes: {
    8: [
      [0, 0, 8],
      [4, 0, 4],
    ],
  },
  layers: {
    first: {
      shape: [3, 2, 2],
      picture: [1, 0, 0, 1, -1, -1],
      crop: [1, 0, 0, 0, -1, -1],
      cell: [2, 3, 0, 1, -1, -1],
      value: [4, 2, 1, 0.5, 0, 0],
    },
  },
};

const data: PatchAtlasData = {
  file,
  labels: ['cat', 'dog'],
  layer: 'first',
  inputSize: 8,
  field: { size: 6, stride: 4, start: -1 },
  picture: {
    key: 'grey',
    bitmap: { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(128) },
  },
  peaks: {
    shape: [3, 2, 2],
    values: Float32Array.of(1, 0.75, -1),
    crops: Int32Array.of(0, 0, 0),
    cells: Int32Array.of(0, 3, 0),
    squares: [{ left: 0, top: 0, side: 8 }],
  },
  votes: { shape: [2, 3], data: Float32Array.of(1, 2, 3, -1, -2, -3) },
};
const drawing = { channel: 0, base: '/book/' };

describe('stored patches', () => {
  it('name the picture, the crop and the cell', () => {
    expect(storedPatches(file, 'first', 0)).toEqual([
      {
        file: 'samples/owl.webp',
        title: 'Owl',
        side: 8,
        crop: { left: 4, top: 0, side: 4 },
        cell: { row: 1, column: 0 },
        value: 4,
      },
      {
        file: 'grey.webp',
        title: 'Grey',
        side: 8,
        crop: { left: 0, top: 0, side: 8 },
        cell: { row: 1, column: 1 },
        value: 2,
      },
    ]);
  });

  it('are none for a channel that nothing excites', () => {
    expect(storedPatches(file, 'first', 2)).toEqual([]);
  });

  it('must be complete', () => {
    const layers = { first: { ...file.layers['first']!, value: [4, 2] } };
    expect(() => parsePatchFile({ ...file, layers })).toThrow(
      'patches of small: first has 2 entries in "value", expected 6',
    );
  });
});

describe('what a unit sees', () => {
  it('is its field, cut off where the picture ends', () => {
    const crop = { left: 0, top: 0, side: 8 };
    // Rows -1 to 5 and columns 3 to 9 of an input of 8 pixels.
    const seen = patchWindow(data.field, { row: 0, column: 1 }, 8, crop);
    expect(seen).toEqual({
      window: { x: 3, y: 0, width: 5, height: 5 },
      tile: { x: 3, y: 0, width: 5, height: 5 },
      centre: { x: 6, y: 2 },
    });
  });

  it('shrinks with the crop, and lies where the crop does', () => {
    const crop = { left: 4, top: 2, side: 4 };
    const { window, centre } = patchWindow(data.field, { row: 1, column: 0 }, 8, crop);
    expect(window).toEqual({ x: 4, y: 3.5, width: 2.5, height: 2.5 });
    expect(centre).toEqual({ x: 5, y: 5 });
  });

  it('is drawn as the largest square around its middle', () => {
    const field = { size: 4, stride: 4, start: -2 };
    // Columns 0 to 2, rows 2 to 6, the middle in row 4.
    const seen = patchWindow(field, { row: 1, column: 0 }, 8, { left: 0, top: 0, side: 8 });
    expect(seen.window).toEqual({ x: 0, y: 2, width: 2, height: 4 });
    expect(seen.tile).toEqual({ x: 0, y: 3, width: 2, height: 2 });
  });

  it('is the whole picture where the field is larger', () => {
    const field = { size: 29, stride: 8, start: -14 };
    const crop = { left: 0, top: 0, side: 8 };
    expect(patchWindow(field, { row: 0, column: 0 }, 8, crop).window).toEqual({
      x: 0,
      y: 0,
      width: 8,
      height: 8,
    });
  });
});

describe('a tile', () => {
  const picture = rasterFromRgb(
    Uint8Array.from({ length: 16 }, (_, i) => 10 * i),
    4,
    4,
  );
  const grey = ({ rgba }: { rgba: Uint8ClampedArray }) => [...rgba].filter((_, i) => i % 4 === 0);

  it('has the pixels of its square', () => {
    const tile = cutTile(picture, { x: 2, y: 1, width: 2, height: 2 }, 2);
    expect(grey(tile)).toEqual([60, 70, 100, 110]);
  });

  it('is made smaller by averaging', () => {
    expect(grey(cutTile(picture, { x: 0, y: 0, width: 4, height: 4 }, 1))).toEqual([75]);
  });

  it('stays on the picture at its far edge', () => {
    expect(grey(cutTile(picture, { x: 3.4, y: 3.4, width: 0.6, height: 0.6 }, 1))).toEqual([150]);
  });
});

describe('a channel', () => {
  it('has its patches on their photographs, lighter copies of the pictures', () => {
    const { patches } = channelPatches(data, drawing);
    expect(patches.map(({ photo }) => photo)).toEqual([
      { url: '/book/images/samples/owl.webp', side: 8, title: 'Owl' },
      { url: '/book/stills/photographs/grey.webp', side: 8, title: 'Grey' },
    ]);
    // Row 1, column 0 of the right upper quarter.
    expect(patches[0]!.window).toEqual({ x: 4, y: 1.5, width: 2.5, height: 2.5 });
  });

  it('has its column of the last layer', () => {
    expect(channelPatches(data, { ...drawing, channel: 1 }).votes).toEqual([2, -2]);
    expect(channelPatches({ ...data, votes: undefined }, drawing).votes).toBeUndefined();
  });

  it('is by itself the one that the picture brings nearest to its record', () => {
    // 1 of 4, 0.75 of 1, nothing.
    expect(keenest(data)).toBe(1);
    expect(channelPatches(data, { ...drawing, channel: -1 }).channel).toBe(1);
    expect(patchOrder(data, 'picture')).toEqual([1, 0, 2]);
    expect(patchOrder(data, 'index')).toEqual([0, 1, 2]);
  });
});

describe("the reader's picture", () => {
  const withValue = (value: number, key = 'own:1') => {
    const values = Float32Array.of(value, 0, 0);
    const picture = { ...data.picture, key };
    return channelPatches({ ...data, picture, peaks: { ...data.peaks, values } }, drawing);
  };

  it('is ranked among the patches', () => {
    expect(withValue(5).yours.rank).toBe(1);
    expect(withValue(3).yours.rank).toBe(2);
    expect(withValue(1).yours.rank).toBe(3);
    expect(rankText(withValue(3))).toBe('excites this channel to 3 and would be the 2nd');
  });

  it('may be one of them', () => {
    expect(withValue(2, 'grey').yours.among).toBe(1);
    expect(rankText(withValue(2, 'grey'))).toBe(
      'excites this channel to 2; it is the 2nd of the 2',
    );
    expect(rankText(withValue(1.5, 'grey'))).toBe(
      'excites this channel to 1.5; a crop of it is the 2nd of the 2',
    );
  });

  it('may leave the channel cold', () => {
    expect(rankText(withValue(-1))).toBe('does not excite this channel at all');
  });

  it('is compared with the last of nine', () => {
    const nine = withValue(1);
    const patches = Array.from({ length: 9 }, () => ({ ...nine.patches[0]!, value: 4 }));
    const yours = { ...nine.yours, rank: 10 };
    expect(rankText({ ...nine, patches, yours })).toBe(
      'excites this channel to 1, 25 percent of what the last of the nine does',
    );
  });
});

describe('the wall', () => {
  it('has the best patch of each channel, black where there is none', () => {
    const flat = (grey: number) => rasterFromRgb(new Uint8Array(64).fill(grey), 8, 8);
    const photos = new Map([
      ['grey.webp', flat(128)],
      ['samples/owl.webp', flat(40)],
    ]);
    const wall = patchWall(file, 'first', data, photos);
    expect([wall.width, wall.height]).toEqual([112, 112]);
    const at = (x: number, y: number) => [
      ...wall.rgba.subarray(4 * (112 * y + x), 4 * (112 * y + x) + 4),
    ];
    expect(at(10, 10)).toEqual([40, 40, 40, 255]);
    expect(at(80, 30)).toEqual([128, 128, 128, 255]);
    expect(at(20, 90)).toEqual([0, 0, 0, 255]);
    expect(at(90, 90)).toEqual([0, 0, 0, 0]);
  });
});
