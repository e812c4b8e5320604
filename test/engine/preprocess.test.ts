import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/engine/errors.ts';
import { networkView, normalize } from '../../src/engine/preprocess.ts';

const rgb = {
  width: 1,
  height: 1,
  colour: 'rgb',
  mean: [0.5, 0.25, 0],
  std: [0.5, 0.25, 2],
} as const;
const grey = { width: 1, height: 1, colour: 'grey', mean: [0.5], std: [0.5] } as const;
const pixel = (...data: number[]) => ({
  width: 1,
  height: 1,
  channels: data.length,
  data: Uint8Array.from(data),
});

describe('the network view', () => {
  it('drops the alpha channel, which was resolved before', () => {
    expect(networkView(pixel(1, 2, 3, 255), rgb)).toEqual(pixel(1, 2, 3));
  });

  it('repeats grey in all three colours', () => {
    expect(networkView(pixel(7), rgb)).toEqual(pixel(7, 7, 7));
  });

  it.each([
    [[255, 0, 0], 76],
    [[0, 255, 0], 150],
    [[0, 0, 255], 29],
    [[255, 255, 255], 255],
    [[10, 20, 30], 18],
  ])("turns %j into Pillow's luma %i", (colour, luma) => {
    expect(networkView(pixel(...colour), grey)).toEqual(pixel(luma));
  });

  it('refuses a picture without pixels', () => {
    const empty = { width: 0, height: 3, channels: 3, data: new Uint8Array(0) };
    expect(() => networkView(empty, rgb)).toThrow(EngineError);
    expect(() => networkView(empty, rgb)).toThrow(
      'the picture has 0x3 pixels, expected at least 1x1',
    );
  });
});

describe('normalisation', () => {
  it('is (value / 255 - mean) / std for each channel, channels first', () => {
    const view = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 255, 255, 0, 0, 0) };
    const { shape, data } = normalize(view, rgb);
    expect(shape).toEqual([1, 3, 1, 2]);
    expect([...data]).toEqual([1, -1, 3, -1, 0.5, 0]);
  });
});
