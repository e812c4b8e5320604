import { expect, test } from 'vitest';
import { needsLightInk } from '../../src/draw/ink.ts';

// sRGB grey 117 has luminance 0.178 and grey 118 has 0.181: the border lies between them.
test.each([
  [0, 0, 0, true],
  [255, 255, 255, false],
  [117, 117, 117, true],
  [118, 118, 118, false],
  [255, 0, 0, false],
  [0, 0, 255, true],
])('on %i %i %i light ink is %s', (red, green, blue, light) => {
  expect(needsLightInk(red, green, blue)).toBe(light);
});
