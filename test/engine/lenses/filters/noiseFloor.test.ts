import { describe, expect, it } from 'vitest';
import { families } from '../../../../src/engine/lenses/filters/families.ts';
import type { Shape } from '../../../../src/engine/lenses/filters/filter.ts';
import { noiseFloor } from '../../../../src/engine/lenses/filters/noiseFloor.ts';
import type { PrototypeKind } from '../../../../src/engine/lenses/filters/prototypeFit.ts';
import { alarms, explainedShares, floorsOf, whiteNoise } from '../../../support/whiteNoise.ts';

const kinds = Object.keys(families) as PrototypeKind[];
const stored = (shape: Shape) =>
  Object.fromEntries(kinds.map((kind) => [kind, noiseFloor(kind, shape)]));

describe('the floors of noise', () => {
  it.each([
    { size: 3, channels: 1 },
    { size: 3, channels: 3 },
  ] as const)('of %j are what a thousand filters give', (shape) => {
    const floors = floorsOf(explainedShares(whiteNoise(shape, 1000)));
    for (const kind of kinds) {
      const excess = noiseFloor(kind, shape) - floors[kind]!;
      expect(excess, kind).toBeGreaterThanOrEqual(0);
      expect(excess, kind).toBeLessThan(0.011);
    }
  });

  it.each([
    { size: 3, channels: 3 },
    { size: 5, channels: 1 },
    { size: 7, channels: 3 },
  ] as const)('hold for other noise of %j too: 5 of 100 filters reach one', (shape) => {
    const rate = alarms(explainedShares(whiteNoise(shape, 200, 1)), stored(shape));
    // Four standard deviations of a binomial count of 200.
    expect(rate).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / 200));
  });

  it('fall as filters have more weights', () => {
    for (const channels of [1, 3] as const)
      for (const kind of kinds)
        for (let size = 4; size <= 11; size++)
          expect(noiseFloor(kind, { size, channels })).toBeLessThan(
            noiseFloor(kind, { size: size - 1, channels }) + 0.06,
          );
  });

  it('are highest for the kind with the most parameters', () => {
    for (const size of [3, 5, 7, 9, 11])
      expect(Math.max(...Object.values(stored({ size, channels: 3 })))).toBe(
        noiseFloor('gabor', { size, channels: 3 }),
      );
  });
});
