import { expect, test } from 'vitest';
import { channelMaps } from '../../src/components/figures/channelMaps.ts';
import type { Raster } from '../../src/draw/raster.ts';

/** Two pixels; red 1 and -2, green 0 and 4, blue -4 and 0. */
const gradient = { shape: [1, 3, 1, 2], data: Float32Array.of(1, -2, 0, 4, -4, 0) };
const map = { shape: [1, 2], data: Float32Array.of(4, 4) };
const grey = { colormap: 'greys', range: [0, 4], signed: false } as const;

/** The red of every pixel; `greys` runs from white to black. */
const shades = (image: unknown) => (image as Raster).rgba.filter((_, i) => i % 4 === 0);

test('channels are drawn in size, on the range of the map', () => {
  const [red, green, blue] = channelMaps({ map, details: { gradient } }, grey, { blur: 0 });
  expect([red, green, blue].map((one) => one!.name)).toEqual(['red', 'green', 'blue']);
  const [one, two] = shades(red!.image);
  const [none, four] = shades(green!.image);
  expect(none! < one! === one! < two!).toBe(true);
  expect(two! < four! === one! < two!).toBe(true);
  expect([...shades(blue!.image)]).toEqual([four, none]);
});

test('with their signs on a map that has signs', () => {
  const signed = { colormap: 'diverging', range: [-4, 4], signed: true } as const;
  const [, green, blue] = channelMaps({ map, details: { gradient } }, signed, { blur: 0 });
  const [zero, most] = shades(green!.image);
  const [least, same] = shades(blue!.image);
  expect(same).toBe(zero);
  expect(new Set([zero, most, least]).size).toBe(3);
});

test('what was reduced goes before the gradient, weighed as the map was', () => {
  const weights = { shape: [1, 2], data: Float32Array.of(0, 1) };
  const channels = { ...gradient, data: gradient.data.map((value) => 2 * value) };
  const found = { map, details: { gradient, channels, weights } };
  const [red] = channelMaps(found, { ...grey, range: [0, 8] }, { blur: 0 });
  const [plain] = channelMaps({ map, details: { gradient, weights } }, grey, { blur: 0 });
  expect(shades(red!.image)).toEqual(shades(plain!.image));
});

test('a grey picture has no channels, nor has a method without a gradient', () => {
  const single = { shape: [1, 1, 1, 2], data: Float32Array.of(1, 2) };
  expect(channelMaps({ map, details: { gradient: single } }, grey, { blur: 0 })).toEqual([]);
  expect(channelMaps({ map, details: {} }, grey, { blur: 0 })).toEqual([]);
});
