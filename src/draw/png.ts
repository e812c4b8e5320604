import { zlibSync } from 'fflate';
import type { Raster } from './raster.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const metresPerInch = 0.0254;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function header(raster: Raster, opaque: boolean): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, raster.width);
  view.setUint32(4, raster.height);
  data[8] = 8;
  data[9] = opaque ? 2 : 6;
  return data;
}

function resolution(dpi: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(9);
  const view = new DataView(data.buffer);
  view.setUint32(0, Math.round(dpi / metresPerInch));
  view.setUint32(4, Math.round(dpi / metresPerInch));
  data[8] = 1;
  return data;
}

/** Rows of colour bytes, each led by its filter byte: 2 (difference from the row above) where a row repeats it, as enlarged pixels do, else 0. */
function scanlines(raster: Raster, opaque: boolean): Uint8Array<ArrayBuffer> {
  const { width, height, rgba } = raster;
  const depth = opaque ? 3 : 4;
  const stride = 1 + depth * width;
  const out = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const row = rgba.subarray(4 * y * width, 4 * (y + 1) * width);
    if (y > 0) {
      const above = rgba.subarray(4 * (y - 1) * width, 4 * y * width);
      if (row.every((byte, i) => byte === above[i])) {
        out[y * stride] = 2;
        continue;
      }
    }
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < depth; c++) out[y * stride + 1 + depth * x + c] = row[4 * x + c]!;
    }
  }
  return out;
}

/**
 * A PNG file of the raster, 8 bits a channel, without alpha if every pixel is opaque.
 * `dpi` is written into the pHYs chunk (150 becomes 5906 pixels a metre).
 */
export function encodePng(raster: Raster, options: { dpi?: number } = {}): Uint8Array<ArrayBuffer> {
  const expected = 4 * raster.width * raster.height;
  if (raster.rgba.length !== expected) {
    throw new RangeError(
      `invalid raster: ${raster.rgba.length} bytes for ${raster.width}x${raster.height}; expected ${expected}`,
    );
  }
  const opaque = raster.rgba.every((byte, i) => i % 4 !== 3 || byte === 255);
  const parts = [
    Uint8Array.from(signature),
    chunk('IHDR', header(raster, opaque)),
    ...(options.dpi === undefined ? [] : [chunk('pHYs', resolution(options.dpi))]),
    chunk('IDAT', zlibSync(scanlines(raster, opaque), { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** The raster as a `data:image/png;base64,` address. */
export function pngDataUri(raster: Raster): string {
  let binary = '';
  for (const byte of encodePng(raster)) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
