import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  colourfulnessOf,
  hueOf,
  opponentAxisOf,
  opponentOf,
  saturationOf,
} from '../../../../src/engine/lenses/filters/opponent.ts';

/** A filter of one colour, times a plane of 3x3. */
function coloured(colour: readonly number[], plane: readonly number[]) {
  const weights = Float32Array.from(colour.flatMap((weight) => plane.map((p) => weight * p)));
  return { channels: colour.length as 1 | 3, size: 3, weights };
}

const plane = [1, 2, 0, -1, 0, 0, 3, 1, 0];

describe('opponent colours', () => {
  it('of grey, red, green and blue', () => {
    const expected: [number[], number[]][] = [
      [
        [1, 1, 1],
        [1.7320508, 0, 0],
      ],
      [
        [1, 0, 0],
        [0.5773503, 0.7071068, -0.4082483],
      ],
      [
        [0, 1, 0],
        [0.5773503, -0.7071068, -0.4082483],
      ],
      [
        [0, 0, 1],
        [0.5773503, 0, 0.8164966],
      ],
    ];
    for (const [[r, g, b], opponent] of expected)
      opponentOf(r!, g!, b!).forEach((part, i) => expect(part).toBeCloseTo(opponent[i]!, 6));
  });

  it('keep the length of a colour', () => {
    const part = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(part, part, part, (r, g, b) => {
        expect(Math.hypot(...opponentOf(r, g, b))).toBeCloseTo(Math.hypot(r, g, b), 10);
      }),
    );
  });

  it('have a hue: 0 red against green, 90 blue, 180 green against red, 270 yellow', () => {
    expect(hueOf([1, -1, 0])).toBeCloseTo(0, 10);
    expect(hueOf([-1, -1, 2])).toBeCloseTo(90, 10);
    expect(hueOf([-1, 1, 0])).toBeCloseTo(180, 10);
    expect(hueOf([1, 1, -2])).toBeCloseTo(270, 10);
  });

  it('have a saturation: the share off the grey axis', () => {
    expect(saturationOf([2, 2, 2])).toBeCloseTo(0, 10);
    expect(saturationOf([1, -1, 0])).toBeCloseTo(1, 10);
    expect(saturationOf([1, 0, 0])).toBeCloseTo(2 / 3, 10);
    expect(saturationOf([1])).toBe(0);
  });
});

describe("a filter's colour", () => {
  it('is grey, opponent, or in between', () => {
    expect(colourfulnessOf(coloured([1, 1, 1], plane))).toBeCloseTo(0, 6);
    expect(colourfulnessOf(coloured([-1, 1, 0], plane))).toBeCloseTo(1, 6);
    expect(colourfulnessOf(coloured([0, 0, 2], plane))).toBeCloseTo(2 / 3, 6);
    expect(colourfulnessOf(coloured([1], plane))).toBe(0);
    expect(colourfulnessOf(coloured([0, 0, 0], plane))).toBe(0);
  });

  it('has an axis, whatever its sign', () => {
    const axis = opponentAxisOf(coloured([0.6, -0.8, 0], plane))!;
    [-0.6, 0.8, 0].forEach((part, i) => expect(axis.rgb[i]).toBeCloseTo(part, 6));
    expect(axis.share).toBeCloseTo(1, 6);
    expect(axis.hue).toBeCloseTo(hueOf([-0.6, 0.8, 0]), 4);
    expect(opponentAxisOf(coloured([1], plane))).toBeNull();
  });

  it('is shared between two axes by their energies', () => {
    const weights = new Float32Array(27);
    weights[0] = 2;
    weights[9 + 4] = 1;
    const axis = opponentAxisOf({ channels: 3, size: 3, weights })!;
    expect(axis.rgb[0]).toBeCloseTo(1, 10);
    expect(axis.share).toBeCloseTo(0.8, 10);
    expect(axis.saturation).toBeCloseTo(2 / 3, 10);
  });
});
