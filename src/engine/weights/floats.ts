/** Widens IEEE 754 half-precision bits to float32 values, exactly (subnormals, infinities and NaN included). */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = widen(bits[i]!);
  return new Float32Array(out.buffer);
}

/** float32 bits of one float16 bit pattern. */
function widen(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | ((fraction << (13 + shift)) & 0x7fffff);
}

/** Widens bfloat16 bits (the upper half of a float32) to float32 values. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16;
  return new Float32Array(out.buffer);
}

/** Narrows float32 values to the nearest IEEE 754 half-precision bits, ties to even; what is too large becomes infinite. */
export function float32ToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (pattern, i) => narrow(pattern, Math.abs(values[i]!)));
}

/** float16 bits of one float32 bit pattern, whose magnitude is given as well. */
function narrow(pattern: number, magnitude: number): number {
  const sign = (pattern >>> 16) & 0x8000;
  const rest = pattern & 0x7fffffff;
  if (Number.isNaN(magnitude)) return sign | 0x7e00;
  // Halfway between the largest float16, 65504, and the next power of two.
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 float16 counts in steps of 2^-24.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const even = (rest >>> 13) & 1;
  return sign | ((rest - 0x38000000 + 0xfff + even) >>> 13);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
}
