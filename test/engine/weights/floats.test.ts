import { describe, expect, it } from 'vitest';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToFloat16,
} from '../../../src/engine/weights/floats.ts';

/** The value that IEEE 754 gives to five exponent and ten fraction bits. */
function half(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = bits % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe('half precision', () => {
  it('is widened exactly, for each of the 65536 bit patterns', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = float16ToFloat32(patterns);
    const wrong = [...patterns].filter((bits) => !Object.is(values[bits], half(bits)));
    expect(wrong).toEqual([]);
  });

  it('comes back from float32 as it was, but for the kinds of NaN', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const back = float32ToFloat16(float16ToFloat32(patterns));
    const wrong = patterns.filter((bits) => !Number.isNaN(half(bits)) && back[bits] !== bits);
    expect([...wrong]).toEqual([]);
    expect(back.filter((bits) => Number.isNaN(half(bits)))).toHaveLength(2 * 1023);
  });

  it.each([
    // Halfway between two neighbours lies the one whose last bit is 0.
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 * 2 ** -10],
    [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
    [-(2 - 2 ** -12), -2],
    [0.1, 0.0999755859375],
    [65519, 65504],
    [65520, Infinity],
    [-1e9, -Infinity],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2 ** -23],
    [2 ** -14 - 2 ** -26, 2 ** -14],
    [1e-20, 0],
  ])('%f becomes %f', (value, expected) => {
    expect(half(float32ToFloat16(Float32Array.of(value))[0]!)).toBe(expected);
  });

  it('bfloat16 is the upper half of a float32', () => {
    expect([...bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc040, 0x0000, 0x7f80))]).toEqual([
      1,
      -3,
      0,
      Infinity,
    ]);
  });
});
