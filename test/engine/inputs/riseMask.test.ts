import { describe, expect, it } from 'vitest';
import { riseMask } from '../../../src/engine/inputs/riseMask.ts';
import { relativeError } from '../../support/closeness.ts';

describe('riseMask', () => {
  it('is that of training/golden_gradients.py', () => {
    const mask = riseMask(6, 2, { cells: 2, probability: 0.5, seed: 7 });
    const row = [
      0, 0.055555559694767, 0.277777761220932, 0.5, 0.7222222089767456, 0.944444477558136,
    ];
    const expected = Array.from({ length: 6 }, () => row).flat();
    expect(relativeError(mask, expected)).toBeLessThan(1e-6);
  });

  it('shows as much as it is told, on the whole, and never more than everything', () => {
    const masks = Array.from({ length: 400 }, (_, i) =>
      riseMask(8, i, { cells: 4, probability: 0.3, seed: 1 }),
    );
    const values = masks.flatMap((mask) => [...mask]);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    // 400 masks of 16 coins: four standard errors of the share of coins that show.
    expect(Math.abs(mean - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 6400) * 1.5);
  });
});
