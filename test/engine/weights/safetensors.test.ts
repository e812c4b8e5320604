import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/engine/errors.ts';
import {
  decodeTensor,
  encodeSafetensors,
  headerLength,
  parseHeader,
} from '../../../src/engine/weights/safetensors.ts';
import type { Dtype } from '../../../src/engine/weights/dtypes.ts';
import { noise } from '../../support/models.ts';
import { readTensors } from '../../support/tensorFile.ts';
import { assemble, headerOf } from '../../support/weightFile.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Reads a file with this header and this many bytes of data. */
function read(header: unknown, dataBytes = 0) {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  return readTensors(assemble(text, new Uint8Array(dataBytes)), 'x');
}

const entry = (changes: object = {}) => ({
  dtype: 'F32',
  shape: [2],
  data_offsets: [0, 8],
  ...changes,
});

describe('safetensors', () => {
  it('come back as they were written, with their metadata', () => {
    const tensors = {
      'a.weight': noise([2, 3, 1, 1], 1),
      b: noise([4], 2),
      scalar: noise([], 3),
      none: noise([0, 3]),
    };
    const { tensors: back, metadata } = readTensors(
      encodeSafetensors(tensors, { model: 'm', é: '日' }),
    );
    expect(Object.fromEntries(back)).toEqual(tensors);
    expect(metadata).toEqual({ model: 'm', é: '日' });
  });

  it('may hold float16', () => {
    const bits = { shape: [2], data: Uint16Array.of(0x3c00, 0xc200) };
    const { tensors } = readTensors(encodeSafetensors({ a: bits, b: noise([1]) }));
    expect([...tensors.get('a')!.data]).toEqual([1, -3]);
    expect(tensors.get('b')).toEqual(noise([1]));
  });

  it('start their data at a multiple of eight', () => {
    for (const name of ['a', 'ab', 'abcdefgh']) {
      const bytes = encodeSafetensors({ [name]: noise([1]) });
      expect((8 + headerLength(bytes, 'x')) % 8).toBe(0);
    }
  });

  it.each<[Dtype, Uint8Array<ArrayBuffer>, number[]]>([
    ['BOOL', Uint8Array.of(0, 1), [0, 1]],
    ['U8', Uint8Array.of(0, 255), [0, 255]],
    ['I8', Uint8Array.of(127, 128), [127, -128]],
    ['U16', Uint8Array.of(1, 0, 0xff, 0xff), [1, 65535]],
    ['I16', Uint8Array.of(1, 0, 0xff, 0xff), [1, -1]],
    ['F16', Uint8Array.of(0x00, 0x3c, 0x00, 0xc2), [1, -3]],
    ['BF16', Uint8Array.of(0x80, 0x3f, 0x40, 0xc0), [1, -3]],
    ['U32', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0x80), [1, 2 ** 31]],
    ['I32', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0x80), [1, -(2 ** 31)]],
    ['F32', Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0x40, 0xc0), [1, -3]],
    ['U64', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0), [1, 2 ** 32]],
    ['I64', new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, ...Array<number>(8).fill(255)]), [1, -1]],
    ['F64', new Uint8Array(new Float64Array([1, -3]).buffer), [1, -3]],
  ])('%s, little-endian', (dtype, bytes, values) => {
    const place = { name: 't', dtype, shape: [2], begin: 0, end: bytes.length };
    expect([...decodeTensor(place, bytes, 'x')]).toEqual(values);
  });

  it.each<[string, Dtype, number[]]>([
    ['NaN', 'F16', [0x00, 0x3c, 0x01, 0x7e]],
    ['Infinity', 'F32', [0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x7f]],
    ['-Infinity', 'BF16', [0x80, 0x3f, 0x80, 0xff]],
  ])('a tensor that holds %s is refused', (value, dtype, bytes) => {
    const place = { name: 't', dtype, shape: [2], begin: 0, end: bytes.length };
    const decoding = () => decodeTensor(place, new Uint8Array(bytes), 'x');
    expect(decoding).toThrow(`tensor "t" of x holds ${value} at index 1, expected finite numbers`);
    expect(decoding).toThrow(EngineError);
  });
});

describe('a header is refused', () => {
  it.each<[string, unknown, number, RegExp]>([
    ['that is not JSON', '{"a":', 0, /the header of x is not JSON/],
    ['that is a list', '[]', 0, /not a JSON object/],
    ['that is null', 'null', 0, /not a JSON object/],
    [
      'whose metadata are not strings',
      { __metadata__: { a: 1 } },
      0,
      /__metadata__ of x is not a map of strings/,
    ],
    ['whose metadata are null', { __metadata__: null }, 0, /not a map of strings/],
    ['with a tensor that is null', { a: null }, 0, /tensor "a" of x has no description/],
    [
      'with an unknown dtype',
      { a: entry({ dtype: 'F8' }) },
      8,
      /has dtype "F8", expected one of BOOL, U8/,
    ],
    [
      'with a dtype that every object has',
      { a: entry({ dtype: 'toString' }) },
      8,
      /has dtype "toString"/,
    ],
    ['without a dtype', { a: entry({ dtype: undefined }) }, 8, /has dtype undefined/],
    [
      'with a negative size',
      { a: entry({ shape: [-2] }) },
      8,
      /has shape \[-2\], expected a list of sizes/,
    ],
    ['with a fractional size', { a: entry({ shape: [1.5] }) }, 8, /has shape \[1.5\]/],
    ['with an enormous size', { a: entry({ shape: [1e300] }) }, 8, /has shape/],
    [
      'with sizes whose product overflows',
      { a: entry({ shape: [2 ** 40, 2 ** 40] }) },
      8,
      /takes 8 bytes, expected/,
    ],
    [
      'without offsets',
      { a: entry({ data_offsets: undefined }) },
      8,
      /has data_offsets undefined, expected/,
    ],
    ['with one offset', { a: entry({ data_offsets: [0] }) }, 8, /has data_offsets \[0\]/],
    [
      'with offsets the wrong way round',
      { a: entry({ data_offsets: [8, 0] }) },
      8,
      /takes -8 bytes, expected 8/,
    ],
    [
      'with a range of the wrong length',
      { a: entry({ data_offsets: [0, 4] }) },
      8,
      /takes 4 bytes, expected 8 for F32 \[2\]/,
    ],
    [
      'with a hole',
      { a: entry({ data_offsets: [4, 12] }) },
      12,
      /4 bytes before tensor "a" of x belong to no tensor/,
    ],
    [
      'with an overlap',
      { a: entry(), b: entry({ data_offsets: [4, 12] }) },
      12,
      /tensor "b" of x overlaps/,
    ],
    ['with two tensors in one place', { a: entry(), b: entry() }, 8, /overlaps the one before it/],
  ])('%s', (_, header, dataBytes, message) => {
    expect(() => read(header, dataBytes)).toThrow(message);
    expect(() => read(header, dataBytes)).toThrow(EngineError);
  });

  it('that is not UTF-8', () => {
    expect(() => parseHeader(Uint8Array.of(0x7b, 0xff, 0x7d), 'x')).toThrow('not JSON');
  });

  it('that would be longer than the file or than the limit', () => {
    const length = (value: bigint) => new Uint8Array(new BigUint64Array([value]).buffer);
    expect(() => headerLength(length(100n), 'x', 50)).toThrow(
      'x is truncated: its header ends at byte 108, the file has 50',
    );
    expect(() => headerLength(length(2n ** 63n), 'x')).toThrow('is not a safetensors file');
    expect(() => headerLength(Uint8Array.of(1, 2), 'x')).toThrow(
      'x is truncated: 2 bytes, expected at least 8',
    );
  });
});

describe('a header is understood', () => {
  it('whatever the order of its entries', () => {
    const header = JSON.stringify({ b: entry({ data_offsets: [8, 16] }), a: entry() });
    expect([...read(header, 16).tensors.keys()].sort()).toEqual(['a', 'b']);
  });

  it('with a tensor named like a property of every object', () => {
    const { tensors } = read('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8);
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect(readTensors(assemble(JSON.stringify(headerOf([])), utf8(''))).tensors.size).toBe(0);
  });
});
