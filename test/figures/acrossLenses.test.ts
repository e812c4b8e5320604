import { describe, expect, it } from 'vitest';
import {
  lensesView,
  loadLenses,
  namedChannels,
  type Brush,
  type LensData,
} from '../../src/components/figures/acrossLenses.ts';
import {
  cellText,
  channelText,
  lensesText,
  noPatchesText,
  ordinal,
  ringsText,
  seenText,
} from '../../src/components/figures/acrossLensesTexts.ts';
import { meanOverCells } from '../../src/components/figures/lensBooks.ts';
import { pixelsUnder } from '../../src/components/figures/lensFilter.ts';
import type { PatchFile } from '../../src/components/figures/patchFile.ts';
import type { Raster } from '../../src/draw/raster.ts';
import { nodeEngine } from '../../cli/nodeEngine.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

const model = smallDescription(32);

/** Channel 0 of 2x2 likes one square of a photograph; channel 1 likes nothing. */
const atlas: PatchFile = {
  model: 'small',
  weights: '',
  crops: 30,
  kept: 1,
  pictures: [{ file: 'grey.webp', title: 'Grey', side: 8 }],
  boxes: { 8: [[0, 0, 8]] },
  layers: {
    block: {
      shape: [2, 2, 2],
      picture: [0, -1],
      crop: [0, -1],
      cell: [3, -1],
      value: [8, 0],
    },
  },
};

const layer = {
  name: 'block',
  grid: [2, 2],
  field: { size: 20, stride: 16, start: -4 },
  convolution: undefined,
  patches: true,
} as const;

/** What the two channels add at the four cells: 4 0 1 2 and -2 -2 0 3 with alpha, other things with the gradient. */
const data: LensData = {
  model,
  picture: greyPicture,
  layers: [layer],
  layer,
  activations: { shape: [1, 2, 2, 2], data: Float32Array.of(4, 0, 1, 2, 2, 2, 0, -3) },
  gradients: { shape: [1, 2, 2, 2], data: Float32Array.of(0, 2, 2, 0, -1, -1, -1, -1) },
  logits: [1.5, 0],
  targetClass: 0,
  atlas,
  filters: undefined,
};
const unlit: Brush = { row: -1, column: -1, channel: -1 };
const drawing = { brush: unlit, method: 'grad-cam', base: '/book/', atlases: ['small'] } as const;
const lit = (row: number, column: number, channel = -1) =>
  lensesView(data, { ...drawing, brush: { row, column, channel } });

describe('one cell through all lenses', () => {
  it('begins at the strongest cell and at the channel that moves it most', () => {
    const view = lensesView(data, drawing);
    // 2, -2, 1, 5: of 8 that speak for the class the last cell has 5.
    expect(view.cell).toMatchObject({ row: 1, column: 1, value: 5, share: 5 / 8 });
    expect(view.cell.parts.map(({ index, value }) => [index, value])).toEqual([
      [1, 3],
      [0, 2],
    ]);
    expect(view.cell.rest).toEqual({ count: 0, value: 0 });
    expect(view.channel).toMatchObject({ index: 1, activation: -3, value: 3, rank: 1 });
    expect(view.map.range).toEqual([-5, 5]);
  });

  it('lights what belongs to the cell and the channel chosen', () => {
    const { cell, channel } = lit(0, 0, 1);
    expect(cell).toMatchObject({ row: 0, column: 0, value: 2 });
    expect(channel).toMatchObject({ index: 1, activation: 2, value: -2, rank: 2 });
    // It adds something at one place only.
    expect(channel.peaks).toEqual([{ row: 1, column: 1 }]);
    expect(lit(0, 0, 0).channel.peaks).toEqual([
      { row: 0, column: 0 },
      { row: 1, column: 1 },
      { row: 1, column: 0 },
    ]);
  });

  it('sees a field that the border cuts off', () => {
    const { cell } = lit(0, 1);
    expect(cell.field).toEqual({ x: 12, y: -4, size: 20 });
    // Rows 0 to 16 and columns 12 to 32 of 32; ten photograph pixels for each.
    expect(cell.inside).toBeCloseTo(16 / 20, 12);
    expect(cell.seen).toEqual({ x: 140, y: 0, width: 160, height: 160 });
  });

  it('takes the gradient at the very place with HiResCAM', () => {
    const view = lensesView(data, { ...drawing, method: 'hires-cam' });
    // 0 0 2 0 and -2 -2 0 3.
    expect(view.cell).toMatchObject({ row: 1, column: 1, value: 3, share: 3 / 5 });
    expect([...meanOverCells(data.gradients).data]).toEqual([1, 1, 1, 1, -1, -1, -1, -1]);
  });

  it('has the patches of its channels, where there are any', () => {
    const view = lit(0, 0);
    expect(view.channel.patches).toMatchObject([
      { value: 8, photo: { url: '/book/stills/photographs/grey.webp', title: 'Grey' } },
    ]);
    expect(view.cell.parts.map(({ best }) => best?.photo.title)).toEqual(['Grey', undefined]);
    expect(noPatchesText(view)).toBeUndefined();
    expect(noPatchesText(lit(0, 0, 1))).toBe('Nothing in the atlas’s pictures excites channel 1.');
    const bare = { ...layer, patches: false };
    const other = lensesView({ ...data, layer: bare, layers: [bare] }, drawing);
    expect(other.channel.patches).toEqual([]);
    expect(noPatchesText(other)).toContain('there are no patches of this one');
    expect(noPatchesText({ ...other, layers: [bare, { ...layer, name: 'last' }] })).toBe(
      'The atlas of this network begins at last.',
    );
  });

  it.each([
    [{ row: 2, column: 0, channel: 0 }, [1, 1], 0],
    [{ row: 0, column: -1, channel: 7 }, [1, 1], 1],
    [{ row: 0, column: 1, channel: -1 }, [0, 1], 1],
  ])('gives way where a link asks for %o', (brush, place, channel) => {
    const view = lensesView(data, { ...drawing, brush });
    expect([view.cell.row, view.cell.column]).toEqual(place);
    expect(view.channel.index).toBe(channel);
  });

  it('draws nothing twice while the pointer moves', () => {
    const [one, two] = [lit(0, 0), lit(1, 0)];
    expect(two.map.image).toBe(one.map.image);
    expect(two.photo).toBe(one.photo);
    expect(two.cell.parts.find(({ index }) => index === 0)!.map).toBe(
      one.cell.parts.find(({ index }) => index === 0)!.map,
    );
  });
});

describe('in words', () => {
  it('says what the cell adds and what it sees', () => {
    expect(lensesText(lensesView(data, drawing))).toBe(
      'The cell in row 1, column 1 of block adds 5 to the logit of class 0, 63\u00a0% of all that ' +
        'speaks for it; channel 1 moves it most, by 3',
    );
    expect(cellText(lit(0, 1))).toBe('takes 2 from the logit of class 0');
    expect(seenText(lit(0, 1))).toBe(
      '20\u00a0×\u00a020 pixels from row −4, column 12 of 32\u00a0×\u00a032; 80\u00a0% of them lie in the picture',
    );
    expect(seenText(lit(1, 1))).toBe(
      '20\u00a0×\u00a020 pixels from row 12, column 12 of 32\u00a0×\u00a032',
    );
  });

  it('says what the channel has to do with it', () => {
    expect(channelText(lit(0, 0, 0))).toBe('is at 4 and adds 4, 1st of 2');
    expect(channelText(lit(0, 0, 1))).toBe('is at 2 and takes 2, 2nd of 2');
    expect(channelText(lit(0, 1, 0))).toBe('is at 0 and adds nothing');
    expect(ringsText(lit(0, 0, 1))).toBe('Rings: where channel 1 adds most.');
    const silent = { channel: { ...lit(0, 0, 1).channel, peaks: [] } };
    expect(ringsText(silent)).toBe('Channel 1 adds nothing anywhere.');
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th'.split(' '),
    );
  });
});

describe('the pixels under a filter', () => {
  it('are those of its field, transparent outside of the picture', () => {
    const input = { width: 2, height: 2, channels: 3, data: Uint8Array.from(Array(12).keys()) };
    const { rgba } = pixelsUnder(input, { x: -1, y: 0, size: 2 });
    expect([...rgba]).toEqual([0, 0, 0, 0, 0, 1, 2, 255, 0, 0, 0, 0, 6, 7, 8, 255]);
  });

  it('are grey for a grey network', () => {
    const input = { width: 1, height: 1, channels: 1, data: Uint8Array.of(9) };
    expect([...pixelsUnder(input, { x: 0, y: 0, size: 1 }).rgba]).toEqual([9, 9, 9, 255]);
  });
});

describe('of the shipped SmallCNN', () => {
  const id = 'smallcnn-cifar10';
  const side = 32;
  /** Four stripes, so that there are edges. */
  const picture = {
    key: 'stripes',
    bitmap: {
      width: side,
      height: side,
      channels: 3,
      data: Uint8Array.from({ length: 3 * side * side }, (_, i) => {
        const pixel = Math.floor(i / 3);
        return ((pixel % side) * (1 + (i % 3)) * 7 + 3 * Math.floor(pixel / side)) % 256;
      }),
    },
  };
  const subject = { picture, target: { kind: 'logit', class: 3 } } as const;

  it('cells of the last block add up to the logit without its bias', async () => {
    const ask = await nodeEngine('cpu');
    const loaded = await loadLenses(ask, subject, { model: id, layer: 'not a layer' });
    expect(loaded.layer.name).toBe('features.5');
    const { data: bias } = await ask('parameter', { model: id, name: 'head.bias' });
    let sum = 0;
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 4; column++) {
        const { cell } = lensesView(loaded, { ...drawing, brush: { row, column, channel: -1 } });
        const named = cell.parts.reduce((total, { value }) => total + value, 0);
        expect(cell.parts).toHaveLength(namedChannels);
        expect(named + cell.rest.value).toBeCloseTo(cell.value, 10);
        sum += cell.value;
      }
    expect(sum).toBeCloseTo(loaded.logits[3]! - bias[3]!, 4);
  });

  it('the response of a filter is the sum of its products with the pixels under it', async () => {
    const ask = await nodeEngine('cpu');
    const loaded = await loadLenses(ask, subject, { model: id, layer: 'features.0' });
    const brush = { row: 5, column: 0, channel: 6 };
    const { channel, cell } = lensesView(loaded, { ...drawing, brush });
    const { mean, std } = loaded.model.preprocessing;
    const { rgba } = channel.filter!.pixels as Raster;
    const weights = loaded.filters!.weightOIHW.data.subarray(6 * 27, 7 * 27);
    let sum = 0;
    for (let c = 0; c < 3; c++)
      for (let at = 0; at < 9; at++) {
        const inside = rgba[4 * at + 3] === 255;
        const input = inside ? (rgba[4 * at + c]! / 255 - mean[c]!) / std[c]! : 0;
        sum += weights[9 * c + at]! * input;
      }
    expect(channel.filter!.response).toBeCloseTo(sum, 4);
    expect(cell.field).toEqual({ x: -1, y: 4, size: 3 });
    expect(channel.activation).toBeGreaterThanOrEqual(0);
  });
});
