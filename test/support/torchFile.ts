import type { TensorData } from '../../src/engine/layout.ts';
import type { Bytes } from '../../src/engine/weights/byteSource.ts';
import { zipFile, type ZipPart } from './zipFile.ts';

/** Files as `torch.save` writes them for a state dict of float32 tensors, without PyTorch. */

type Tensors = Readonly<Record<string, TensorData>>;

const ascii = (text: string) => Buffer.from(text, 'latin1');

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([ascii('X'), uint32(bytes.length), bytes]);
};
const integer = (value: number) => Buffer.concat([ascii('J'), uint32(value)]);
const tuple = (...items: Buffer[]) => Buffer.concat([ascii('('), ...items, ascii('t')]);
export const global = (path: string) => {
  const at = path.lastIndexOf('.');
  return ascii(`c${path.slice(0, at)}\n${path.slice(at + 1)}\n`);
};
export const call = (callee: Buffer, ...args: Buffer[]) =>
  Buffer.concat([callee, tuple(...args), ascii('R')]);
const none = ascii('N');
export const pickle = (...parts: Buffer[]) =>
  Buffer.concat([Buffer.of(0x80, 2), ...parts, ascii('.')]);
const list = (...items: Buffer[]) => Buffer.concat([ascii(']('), ...items, ascii('e')]);
export const dict = (entries: Readonly<Record<string, Buffer>>) =>
  Buffer.concat([
    ascii('}('),
    ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]),
    ascii('u'),
  ]);

/** A contiguous tensor that is the whole of a storage. */
function tensor({ shape, data }: TensorData, key: string, ...view: Buffer[]): Buffer {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const type = global('torch.FloatStorage');
  const id = tuple(text('storage'), type, text(key), text('cpu'), integer(data.length), ...view);
  return call(
    global('torch._utils._rebuild_tensor_v2'),
    ...[Buffer.concat([id, ascii('Q')]), integer(0)],
    ...[tuple(...shape.map(integer)), tuple(...strides.map(integer)), Buffer.of(0x89)],
    call(global('collections.OrderedDict')),
  );
}

const bytesOf = ({ data }: TensorData) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The files in the archive of a state dict. */
export function torchParts(tensors: Tensors, byteorder = 'little'): ZipPart[] {
  const entries = Object.entries(tensors);
  const state = Object.fromEntries(
    entries.map(([name, data], i) => [name, tensor(data, String(i))]),
  );
  return [
    { name: 'archive/data.pkl', bytes: pickle(dict(state)) },
    { name: 'archive/byteorder', bytes: ascii(byteorder) },
    ...entries.map(([, data], i) => ({ name: `archive/data/${i}`, bytes: bytesOf(data) })),
    { name: 'archive/version', bytes: ascii('3\n') },
  ];
}

export const torchFile = (tensors: Tensors): Bytes => zipFile(torchParts(tensors));

/** Magic number, version and machine, which come before the object. */
const legacyStart = (littleEndian: boolean) =>
  Buffer.concat([
    pickle(Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex')),
    pickle(Buffer.from('4de903', 'hex')),
    pickle(dict({ little_endian: Buffer.of(littleEndian ? 0x88 : 0x89) })),
  ]);

/** The format of before PyTorch 1.6. */
export function legacyTorchFile(tensors: Tensors, { littleEndian = true } = {}): Bytes {
  const entries = Object.entries(tensors);
  const state = Object.fromEntries(
    entries.map(([name, data], i) => [name, tensor(data, `key-${i}`, none)]),
  );
  const storages = entries.flatMap(([, data]) => [
    uint32(data.data.length),
    uint32(0),
    bytesOf(data),
  ]);
  const keys = list(...entries.map((_, i) => text(`key-${i}`)));
  return new Uint8Array(
    Buffer.concat([...[legacyStart(littleEndian), pickle(dict(state)), pickle(keys)], ...storages]),
  );
}

/** An object of our own making in the older format, without any storage. */
export const legacyPickle = (object: Buffer): Bytes =>
  new Uint8Array(Buffer.concat([legacyStart(true), pickle(object), pickle(list())]));
