/** An array as numpy stores it: `data` in C order, its product of `shape` long. */
export interface NpyArray {
  data: Float32Array<ArrayBuffer>;
  shape: number[];
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A .npy file (version 1.0, `<f4`, C order). Throws RangeError if `data` does not fill `shape`. */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `invalid array: ${data.length} values; expected ${sizeOf(shape)} for shape (${shape.join(', ')})`,
    );
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // numpy pads the header with spaces so that the data begin at a multiple of 64 bytes.
  const dataAt = Math.ceil((10 + text.length + 1) / 64) * 64;
  const file = new Uint8Array(dataAt + 4 * data.length);
  const view = new DataView(file.buffer);
  file.set([...magic, 1, 0]);
  view.setUint16(8, dataAt - 10, true);
  file.set(new TextEncoder().encode(text.padEnd(dataAt - 11) + '\n'), 10);
  data.forEach((value, i) => view.setFloat32(dataAt + 4 * i, value, true));
  return file;
}

function readHeader(bytes: Uint8Array): { text: string; dataAt: number } {
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new RangeError(
      'invalid .npy file: it does not begin with \\x93NUMPY; expected a file written by numpy.save',
    );
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw new RangeError(`invalid .npy file: version ${version}; expected 1, 2 or 3`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) {
    throw new RangeError(
      `invalid .npy file: a header of ${length} bytes in a file of ${bytes.length}; it is cut short`,
    );
  }
  return {
    text: new TextDecoder().decode(bytes.subarray(start, start + length)),
    dataAt: start + length,
  };
}

function readField(text: string, name: string, pattern: string): string {
  const found = new RegExp(`'${name}':\\s*${pattern}`).exec(text);
  if (!found)
    throw new RangeError(
      `invalid .npy file: its header ${JSON.stringify(text.trim())} has no readable ${name}`,
    );
  return found[1]!;
}

/**
 * Reads a .npy file of version 1, 2 or 3 with little-endian float32 or float64 (narrowed to float32) in C order.
 * Throws RangeError for any other dtype or order, and for a file that is cut short.
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  const { text, dataAt } = readHeader(bytes);
  const dtype = readField(text, 'descr', `'([^']*)'`);
  if (dtype !== '<f4' && dtype !== '<f8') {
    throw new RangeError(
      `invalid .npy file: dtype ${dtype}; expected <f4 or <f8 (float32 or float64)`,
    );
  }
  if (readField(text, 'fortran_order', '(True|False)') === 'True') {
    throw new RangeError(
      'invalid .npy file: Fortran order; expected C order (numpy.ascontiguousarray)',
    );
  }
  const shape = readField(text, 'shape', '\\(([\\d,\\sL]*)\\)')
    .split(',')
    .filter((side) => side.trim() !== '')
    .map((side) => Number.parseInt(side, 10));
  const count = sizeOf(shape);
  const width = dtype === '<f4' ? 4 : 8;
  if (bytes.length - dataAt !== count * width) {
    throw new RangeError(
      `invalid .npy file: ${bytes.length - dataAt} bytes of data; expected ${count * width} for shape (${shape.join(', ')})`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt, count * width);
  const data = Float32Array.from({ length: count }, (_, i) =>
    width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
  return { data, shape };
}
