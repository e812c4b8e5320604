import { describe, expect, test } from 'vitest';
import { colormapLut, colormapNames, cssGradient, type Colormap } from '../../src/draw/colormap.ts';

const at = (name: Colormap, entry: number) => [
  ...colormapLut(name).slice(3 * entry, 3 * entry + 3),
];

describe('colormapLut', () => {
  // matplotlib.colors.to_hex of each map at its first, middle (0.5, entry 128) and last entry.
  test.each([
    ['viridis', [0x44, 0x01, 0x54], [0x21, 0x91, 0x8c], [0xfd, 0xe7, 0x25]],
    ['inferno', [0x00, 0x00, 0x04], [0xbc, 0x37, 0x54], [0xfc, 0xff, 0xa4]],
    ['magma', [0x00, 0x00, 0x04], [0xb7, 0x37, 0x79], [0xfc, 0xfd, 0xbf]],
    ['hot', [0x0b, 0x00, 0x00], [0xff, 0x5c, 0x00], [0xff, 0xff, 0xff]],
    ['jet', [0x00, 0x00, 0x80], [0x7d, 0xff, 0x7a], [0x80, 0x00, 0x00]],
  ] as const)(
    '%s begins, passes its middle and ends as in matplotlib',
    (name, first, middle, last) => {
      expect(at(name, 0)).toEqual(first);
      expect(at(name, 128)).toEqual(middle);
      expect(at(name, 255)).toEqual(last);
    },
  );

  test('jet keeps to its segment table', () => {
    // i/255 = 0.2: red 0, green (0.2 - 0.125) / 0.25 = 0.3, blue 1.
    expect(at('jet', 51)).toEqual([0, 77, 255]);
    // i/255 = 0.8: red 1, green 1 - (0.8 - 0.64) / 0.27 = 0.4074, blue 0.
    expect(at('jet', 204)).toEqual([255, 104, 0]);
  });

  test('hot keeps to its segment table', () => {
    // i/255 = 0.2: red 0.0416 + 0.2 / 0.365079 * 0.9584 = 0.5666, green 0, blue 0.
    expect(at('hot', 51)).toEqual([144, 0, 0]);
    // i/255 = 0.8: blue (0.8 - 0.746032) / 0.253968 = 0.2125.
    expect(at('hot', 204)).toEqual([255, 255, 54]);
  });

  test('greys is the identity and diverging is blue, near white, red', () => {
    expect(at('greys', 77)).toEqual([77, 77, 77]);
    expect(at('diverging', 0)).toEqual([5, 48, 97]);
    expect(Math.min(...at('diverging', 128))).toBeGreaterThan(235);
    expect(at('diverging', 255)).toEqual([103, 0, 31]);
  });

  test('every map has 256 colours', () => {
    for (const name of colormapNames) expect(colormapLut(name)).toHaveLength(768);
  });

  test('names the maps it knows when it does not know one', () => {
    expect(() => colormapLut('rainbow' as Colormap)).toThrow(
      /unknown colour map: rainbow; expected one of viridis, /,
    );
  });
});

test('cssGradient runs from the first colour to the last', () => {
  expect(cssGradient('greys')).toMatch(
    /^linear-gradient\(to right, rgb\(0 0 0\), .*, rgb\(255 255 255\)\)$/,
  );
});
