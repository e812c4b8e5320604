import { describe, expect, it } from 'vitest';
import { gaussianBlur, gaussianMatrix } from '../../../src/engine/inputs/gaussianBlur.ts';
import { relativeError } from '../../support/closeness.ts';
import { noise } from '../../support/models.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('gaussianBlur', () => {
  it('spreads one bright pixel by the weights of the bell', () => {
    const data = new Float32Array(81);
    data[40] = 1;
    const found = gaussianBlur({ shape: [9, 9], data }, 1).data;
    const bell = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((x) => Math.exp((-x * x) / 2));
    const expected = bell.flatMap((a) => bell.map((b) => (a * b) / sum(bell) ** 2));
    expect(relativeError(found, expected)).toBeLessThan(1e-6);
  });

  it('mirrors what is beyond the border: a row of two pixels', () => {
    // Half of the weights around 0, folded onto two pixels: w0 + w1 stays and the rest changes places.
    const w = [0, 1, 2].map((x) => Math.exp((-x * x) / (2 * 0.25)));
    const total = w[0]! + 2 * w[1]! + 2 * w[2]!;
    const stays = (w[0]! + w[1]!) / total;
    const [first, second, ...rest] = gaussianMatrix(2, 0.5);
    // Offsets -2 and 2 fall on the other pixel, as -1 falls on the pixel itself and 1 on the other.
    expect(first).toBeCloseTo(stays, 12);
    expect(second).toBeCloseTo((w[1]! + 2 * w[2]!) / total, 12);
    expect(rest).toEqual([second, first]);
  });

  it('keeps a constant, and the sum of everything else', () => {
    const flat = gaussianBlur({ shape: [2, 5, 7], data: new Float32Array(70).fill(0.3) }, 4);
    expect(relativeError(flat.data, new Float32Array(70).fill(0.3))).toBeLessThan(1e-6);
    const field = noise([1, 6, 6], 4);
    expect(sum(gaussianBlur(field, 2.5).data)).toBeCloseTo(sum(field.data), 4);
  });

  it('copies for a deviation of 0', () => {
    const field = noise([1, 3, 4], 2);
    expect(gaussianBlur(field, 0)).toEqual(field);
  });

  it('nears the mean of the plane for a large deviation', () => {
    const { data } = gaussianBlur(noise([1, 4, 4], 6), 40);
    for (const value of data) expect(value).toBeCloseTo(sum(noise([1, 4, 4], 6).data) / 16, 5);
  });
});
