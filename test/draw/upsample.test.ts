import { describe, expect, test } from 'vitest';
import { bicubic, bilinear, bilinearCorners, nearest } from '../../src/draw/upsample.ts';

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

describe('bilinear with corners aligned', () => {
  test('as PyTorch with align_corners true, a line by hand', () => {
    const line = [...bilinearCorners(Float32Array.of(0, 3, -3), 3, 1, 5, 1)];
    expect(line).toEqual([0, 1.5, 3, 0, -3]);
  });

  test('2x2 to 3x3: the outermost values are the corners', () => {
    expect([...bilinearCorners(Float32Array.of(0, 1, 2, 3), 2, 2, 3, 3)]).toEqual([
      0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3,
    ]);
  });

  test('to a single position it takes the first, as PyTorch', () => {
    expect([...bilinearCorners(map, 3, 2, 1, 1)]).toEqual([1]);
  });
});

test('nearest as PyTorch', () => {
  expect([...nearest(map, 3, 2, 5, 3)]).toEqual([1, 1, 5, 5, 2, 1, 1, 5, 5, 2, 0, 0, -4, -4, 8]);
});

describe('bicubic', () => {
  const near = (found: Float32Array, expected: readonly (readonly number[])[]) => {
    const flat = expected.flat();
    expect(found).toHaveLength(flat.length);
    found.forEach((value, i) => expect(value).toBeCloseTo(flat[i]!, 5));
  };

  // Literals of F.interpolate(x[None, None], size=..., mode='bicubic', align_corners=False), PyTorch 2.13.
  test('2x2 to 4x4 as PyTorch, beyond the range of the map', () => {
    near(bicubic(Float32Array.of(1, 2, 3, 5), 2, 2, 4, 4), [
      [0.6947174, 0.9917297, 1.4809265, 1.7779388],
      [1.323761, 1.7310181, 2.4017944, 2.8090515],
      [2.3598328, 2.9486694, 3.9185181, 4.5073547],
      [2.9888763, 3.6879578, 4.839386, 5.5384674],
    ]);
  });

  test('3x2 to 5x4 as PyTorch', () => {
    near(bicubic(Float32Array.of(1, -2, 3, 4, 0.5, -1), 3, 2, 5, 4), [
      [0.9665312, -0.8693042, -2.2636719, 1.0036807, 3.9676878],
      [1.9785625, 0.2177655, -1.4335938, 0.5009853, 2.4323752],
      [3.6454377, 2.0082333, -0.0664062, -0.3269837, -0.096375],
      [4.6574693, 3.0953031, 0.7636719, -0.8296791, -1.6316878],
    ]);
  });

  test('5x4 down to 3x3 as PyTorch without antialiasing', () => {
    const values = Float32Array.from({ length: 20 }, (_, i) => i ** 2 % 7);
    near(bicubic(values, 5, 4, 3, 3), [
      [0.594608, 3.356482, 2.11574],
      [2.762153, 1.8125, 1.442129],
      [2.010419, 2.356481, 2.856482],
    ]);
  });

  test('to the same size nothing changes', () => {
    expect([...bicubic(map, 3, 2, 3, 2)]).toEqual([...map]);
  });
});
