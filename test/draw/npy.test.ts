import { describe, expect, test } from 'vitest';
import { decodeNpy, encodeNpy } from '../../src/draw/npy.ts';

/** A file as numpy.save writes it: header padded to 128 bytes in all, then the data. */
function numpyFile(fields: string, data: Uint8Array, version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const text = `{${fields}}`.padEnd(128 - 8 - lengthBytes - 1) + '\n';
  const head = Buffer.alloc(8 + lengthBytes);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text, 'latin1'), data]);
}

const float32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const fields = "'descr': '<f4', 'fortran_order': False, 'shape': (2,), ";

describe('encodeNpy', () => {
  test('writes byte for byte what numpy.save writes', () => {
    const expected = numpyFile(fields, Uint8Array.of(0, 0, 0, 0x3f, 0, 0, 0xa0, 0xbf));
    expect(Buffer.from(encodeNpy(Float32Array.of(0.5, -1.25), [2])).equals(expected)).toBe(true);
  });

  test('refuses data that does not fill the shape', () => {
    expect(() => encodeNpy(new Float32Array(3), [2, 2])).toThrow(
      'invalid array: 3 values; expected 4 for shape (2, 2)',
    );
  });
});

describe('decodeNpy', () => {
  test.each([[[3, 1, 2]], [[6]], [[1, 3, 2, 1]]])(
    'gives back what encodeNpy wrote, shape %j',
    (shape) => {
      const data = Float32Array.of(0, -1, 1e-30, 3.5, NaN, Infinity);
      expect(decodeNpy(encodeNpy(data, shape))).toEqual({ data, shape });
    },
  );

  test('reads a scalar', () => {
    expect(decodeNpy(encodeNpy(Float32Array.of(7), []))).toEqual({
      data: Float32Array.of(7),
      shape: [],
    });
  });

  test.each([1, 2, 3])('reads version %i', (version) => {
    expect(decodeNpy(numpyFile(fields, float32(1, 2), version)).data).toEqual(
      Float32Array.of(1, 2),
    );
  });

  test('narrows float64, wherever the bytes lie in their buffer', () => {
    const file = numpyFile(
      "'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), ",
      new Uint8Array(Float64Array.of(0.1, -2).buffer),
    );
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(decodeNpy(shifted.subarray(3))).toEqual({
      data: Float32Array.of(0.1, -2),
      shape: [1, 2],
    });
  });

  test.each([
    ['another format', Buffer.from('\x89PNG\r\n\x1a\n0000000'), /does not begin with \\x93NUMPY/],
    ['a later version', numpyFile(fields, float32(1, 2), 4), /version 4; expected 1, 2 or 3/],
    [
      'another dtype',
      numpyFile(fields.replace('<f4', '<i8'), float32(1, 2)),
      /dtype <i8; expected <f4 or <f8/,
    ],
    ['big-endian numbers', numpyFile(fields.replace('<f4', '>f4'), float32(1, 2)), /dtype >f4/],
    [
      'Fortran order',
      numpyFile(fields.replace('False', 'True'), float32(1, 2)),
      /Fortran order; expected C order/,
    ],
    [
      'too little data',
      numpyFile(fields, float32(1)),
      /4 bytes of data; expected 8 for shape \(2\)/,
    ],
    ['too much data', numpyFile(fields, float32(1, 2, 3)), /12 bytes of data; expected 8/],
    [
      'a cut header',
      numpyFile(fields, float32(1, 2)).subarray(0, 60),
      /a header of 118 bytes in a file of 60; it is cut short/,
    ],
    [
      'no shape',
      numpyFile("'descr': '<f4', 'fortran_order': False, ", float32(1)),
      /no readable shape/,
    ],
  ])('refuses %s', (_, file, message) => {
    expect(() => decodeNpy(file)).toThrow(message);
  });
});
