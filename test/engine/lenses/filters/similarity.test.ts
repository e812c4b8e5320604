import { describe, expect, it } from 'vitest';
import { filtersOf } from '../../../../src/engine/lenses/filters/filter.ts';
import { cosine, rankBySimilarity } from '../../../../src/engine/lenses/filters/similarity.ts';

const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const level = [1, 2, 1, 0, 0, 0, -1, -2, -1];
const kernel = (...values: number[]) => ({ shape: [3, 3], data: Float32Array.from(values) });

/** Grey filters of 3x3. */
const filters = (...planes: number[][]) =>
  filtersOf({ shape: [planes.length, 1, 3, 3], data: Float32Array.from(planes.flat()) });

describe('cosine', () => {
  it('is that of the angle between two vectors', () => {
    expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosine([3, 4], [-6, -8])).toBeCloseTo(-1, 12);
    expect(cosine([0, 0], [1, 1])).toBe(0);
  });
});

describe('filters ranked by their similarity to a kernel', () => {
  const wall = filters(
    level,
    sobel.map((v) => 5 + 2 * v),
    sobel.map((v) => -v),
  );

  it('come best first, whatever their strength and brightness', () => {
    const found = rankBySimilarity(wall, kernel(...sobel));
    expect(found.map(({ index }) => index)).toEqual([1, 0, 2]);
    [1, 0, -1].forEach((value, i) => expect(found[i]!.similarity).toBeCloseTo(value, 6));
  });

  it('may be of either sign', () => {
    const found = rankBySimilarity(wall, kernel(...sobel), { eitherSign: true });
    expect(found.map(({ index }) => index)).toEqual([1, 2, 0]);
    expect(found[1]!.similarity).toBeCloseTo(-1, 6);
  });

  it('may be shifted: one pixel moves a third of the prewitt kernel over the border', () => {
    const stripe = kernel(0, 1, 0, 0, 1, 0, 0, 1, 0);
    const left = filters([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect(rankBySimilarity(left, stripe)[0]!.similarity).toBeCloseTo(-0.5, 6);
    const [shifted] = rankBySimilarity(left, stripe, { shift: 1 });
    expect(shifted).toMatchObject({ index: 0, x: -1, y: 0 });
    // Without their means both are 2, -1, -1 in each row, the moved one 2, -1, 0: 5 / 6.
    expect(shifted!.similarity).toBeCloseTo(5 / 6, 6);
  });

  it('of another size are laid on the middle', () => {
    const wide = new Float32Array(25);
    for (let y = 0; y < 3; y++) wide.set(sobel.slice(3 * y, 3 * y + 3), 5 * (y + 1) + 1);
    const [found] = rankBySimilarity(
      filtersOf({ shape: [1, 1, 5, 5], data: wide }),
      kernel(...sobel),
    );
    expect(found!.similarity).toBeCloseTo(1, 6);
  });

  it('are compared in colour, or by their brightness alone', () => {
    const zero = Array<number>(9).fill(0);
    const redGreen = [...sobel, ...sobel.map((v) => -v), ...zero];
    const grey = [...sobel, ...sobel, ...sobel];
    const coloured = filtersOf({
      shape: [2, 3, 3, 3],
      data: Float32Array.from([...redGreen, ...grey]),
    });
    const painted = { shape: [3, 3, 3], data: Float32Array.from(redGreen) };
    const all = rankBySimilarity(coloured, painted);
    expect(all.map(({ index, similarity }) => [index, Number(similarity.toFixed(6))])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(rankBySimilarity(coloured, kernel(...sobel))[0]).toMatchObject({ index: 1 });
    const bright = rankBySimilarity(coloured, painted, { colour: 'luminance' });
    expect(bright.every(({ similarity }) => similarity === 0)).toBe(true);
  });

  it.each([[[2, 3]], [[2, 3, 3]], [[1, 1, 3, 3]]])('a kernel of shape %j is refused', (shape) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    expect(() => rankBySimilarity(wall, { shape, data })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
