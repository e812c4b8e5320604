import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  explainedBy,
  mixtureOf,
  orthonormal,
  patternOf,
  residualsOf,
  separableFit,
  targetOf,
} from '../../../../src/engine/lenses/filters/separable.ts';

const right = () => Float64Array.of(-1, 0, 1, -2, 0, 2, -1, 0, 1);
const up = () => Float64Array.of(1, 2, 1, 0, 0, 0, -1, -2, -1);

function filter(...planes: (readonly number[] | Float64Array)[]) {
  const weights = Float32Array.from(planes.flatMap((plane) => [...plane]));
  return { channels: planes.length as 1 | 3, size: 3, weights };
}

describe('a target', () => {
  it('is freed of the means of its channels, and remembers them', () => {
    const flat = (level: number) => Array<number>(9).fill(level);
    const { ground, energy, groundEnergy, variation } = targetOf(
      filter(
        flat(3),
        flat(1),
        right().map((v) => v + 2),
      ),
    );
    expect(ground).toEqual([3, 1, 2]);
    // Nine weights at +1 and nine at -1 from the mean of all.
    expect(groundEnergy).toBeCloseTo(18, 10);
    expect(energy).toBeCloseTo(18 + 12, 10);
    expect([...variation.subarray(18)]).toEqual([...right()]);
  });
});

describe('a basis', () => {
  it('is orthonormal and without means', () => {
    const { planes } = orthonormal(
      Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 10),
      Float64Array.of(1, 0, 0, 2, 0, 0, 1, 5, 0),
    );
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    expect(dot(planes[0]!, planes[0]!)).toBeCloseTo(1, 12);
    expect(dot(planes[1]!, planes[1]!)).toBeCloseTo(1, 12);
    expect(dot(planes[0]!, planes[1]!)).toBeCloseTo(0, 12);
    expect(planes[1]!.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
  });

  it('leaves out what is flat, and what is there already', () => {
    const flat = () => new Float64Array(9).fill(4);
    expect(orthonormal(flat()).planes).toHaveLength(0);
    expect(orthonormal(flat(), up()).planes).toHaveLength(1);
    const twice = up().map((value) => 3 - 2 * value);
    expect(orthonormal(up(), twice).planes).toHaveLength(1);
  });

  it('knows the mixture behind a pattern', () => {
    const first = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 10);
    const second = Float64Array.of(1, 0, 0, 2, 0, 0, 1, 5, 0);
    const basis = orthonormal(first.slice(), second.slice());
    const along = [0.6, -0.8];
    const [a, b] = mixtureOf(basis, along);
    const pattern = patternOf(basis, along, 9);
    const mixed = first.map((value, i) => a * value + b * second[i]!);
    const mean = mixed.reduce((sum, v) => sum + v) / 9;
    mixed.forEach((value, i) => expect(value - mean).toBeCloseTo(pattern[i]!, 10));
  });
});

describe('a separable fit', () => {
  it('finds a colour and a mixture exactly', () => {
    const mixed = right().map((value, i) => 0.6 * value + 0.8 * up()[i]!);
    const target = targetOf(
      filter(
        mixed,
        mixed.map((v) => -2 * v),
        Array<number>(9).fill(0.5),
      ),
    );
    const basis = orthonormal(right(), up());
    const { along, colour, energy } = separableFit(target, basis);
    const sign = Math.sign(along[0]!);
    expect(along.map((part) => sign * part)).toEqual([
      expect.closeTo(0.6, 6),
      expect.closeTo(0.8, 6),
    ]);
    expect(colour.map((part) => (sign * part) / Math.sqrt(12))).toEqual([
      expect.closeTo(1, 6),
      expect.closeTo(-2, 6),
      expect.closeTo(0, 6),
    ]);
    expect(energy).toBeCloseTo(60, 4);
    expect(explainedBy(target, colour)).toBeCloseTo(1, 6);
  });

  it('keeps the larger of two colours that run in different directions', () => {
    const target = targetOf(
      filter(
        right().map((v) => 3 * v),
        up(),
        new Float64Array(9),
      ),
    );
    const { colour } = separableFit(target, orthonormal(right(), up()));
    // Singular values 3 and 1, in units of the kernels' norm.
    expect(explainedBy(target, colour)).toBeCloseTo(0.9, 10);
  });

  it('leaves residuals whose energy is the rest, whatever the filter', () => {
    const weight = fc.float({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 27, maxLength: 27 }), (weights) => {
        const target = targetOf({ channels: 3, size: 3, weights: Float32Array.from(weights) });
        const basis = orthonormal(right(), up());
        const residuals = residualsOf(target, basis, new Float64Array(27));
        const rest = residuals.reduce((sum, v) => sum + v * v, 0);
        const { energy } = separableFit(target, basis);
        expect(rest + energy + target.groundEnergy).toBeCloseTo(target.energy, 8);
      }),
      { numRuns: 50 },
    );
  });
});
