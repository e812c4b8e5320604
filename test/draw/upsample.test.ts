import { describe, expect, test } from 'vitest';
import { bilinear, nearest } from '../../src/draw/upsample.ts';

const map = Float32Array.of(1, 5, 2, 0, -4, 8);

describe('bilinear', () => {
  test('2x2 to 4x4 as PyTorch with align_corners false', () => {
    expect([...bilinear(Float32Array.of(0, 1, 2, 3), 2, 2, 4, 4)]).toEqual(
      [
        [0, 0.25, 0.75, 1],
        [0.5, 0.75, 1.25, 1.5],
        [1.5, 1.75, 2.25, 2.5],
        [2, 2.25, 2.75, 3],
      ].flat(),
    );
  });

  test('3x2 to 5x3 as PyTorch', () => {
    const expected = [1, 2.6, 5, 3.2, 2, 0.5, 0.5, 0.5, 3.2, 5, 0, -1.6, -4, 3.2, 8];
    [...bilinear(map, 3, 2, 5, 3)].forEach((value, i) =>
      expect(value).toBeCloseTo(expected[i]!, 5),
    );
  });

  test('3x2 down to 2x1 as PyTorch without antialiasing', () => {
    expect([...bilinear(map, 3, 2, 2, 1)]).toEqual([0.5, 3.875]);
  });

  test('refuses a map of another size', () => {
    expect(() => bilinear(map, 2, 2, 4, 4)).toThrow('invalid map: 6 values; expected 2x2 = 4');
    expect(() => bilinear(map, 3, 2, 0, 4)).toThrow(
      'invalid size to resize to: 0x4; expected positive integers',
    );
  });
});

test('nearest as PyTorch', () => {
  expect([...nearest(map, 3, 2, 5, 3)]).toEqual([1, 1, 5, 5, 2, 1, 1, 5, 5, 2, 0, 0, -4, -4, 8]);
});
