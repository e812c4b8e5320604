import { EngineError } from '../errors.ts';
import type { Bytes } from './byteSource.ts';
import { elementBytes, type Dtype } from './dtypes.ts';
import { readPickle, type Unpickled } from './pickle.ts';
import { EndOfPickle } from './pickleBytes.ts';
import { Call, Global, PersistentId, type References } from './pickleMachine.ts';

/** Numbers that lie together in a checkpoint; tensors are views of them. */
export interface TorchStorage {
  readonly key: string;
  readonly bytes: number;
  readonly elementBytes: number;
}

/** A view of a storage: `storage[offset + sum(index * strides)]`, counted in elements. */
export interface TorchTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly storage: TorchStorage;
}

/** Bytes and, where this reader knows it, the dtype of the elements of `torch.<name>Storage`. */
const storageTypes: Readonly<Record<string, readonly [bytes: number, dtype?: Dtype]>> = {
  Float: [4, 'F32'], Half: [2, 'F16'], Double: [8, 'F64'], BFloat16: [2, 'BF16'],
  Long: [8, 'I64'], Int: [4, 'I32'], Short: [2, 'I16'], Char: [1, 'I8'], Byte: [1, 'U8'],
  Bool: [1, 'BOOL'], Untyped: [1, 'U8'], ComplexFloat: [8], ComplexDouble: [16],
  QInt8: [1], QUInt8: [1], QInt32: [4], QUInt4x2: [1], QUInt2x4: [1],
}; // prettier-ignore

/** `torch.<name>`, as far as this reader knows the dtype. */
const dtypes: Readonly<Record<string, Dtype>> = {
  float16: 'F16', half: 'F16', bfloat16: 'BF16', float32: 'F32', float: 'F32', float64: 'F64',
  double: 'F64', uint8: 'U8', int8: 'I8', uint16: 'U16', int16: 'I16', uint32: 'U32', int32: 'I32',
  uint64: 'U64', int64: 'I64', bool: 'BOOL',
}; // prettier-ignore

const otherDtypes = /^(complex\d+|c?q?u?int\d+(x\d)?|float8_\w+|float4_\w+)$/;
const storageType = /^torch\.(?:cuda\.|storage\.)?(\w+)Storage$/;
const tensorClass = /^torch\.(cuda\.)?\w*Tensor$/;
const parameterClass = 'torch.nn.parameter.Parameter';
const views: readonly string[] = ['', '_v2', '_v3'].map((v) => `torch._utils._rebuild_tensor${v}`);
const wrappers = [
  parameterClass,
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
];
const fromType = 'torch._tensor._rebuild_from_type_v2';
const dicts = ['collections.OrderedDict', 'collections.defaultdict', 'collections.Counter'];
/** Plain values of Python, and the encoding by which protocol 2 writes bytes. */
const plain = [
  ...['set', 'frozenset', 'dict', 'list', 'tuple', 'int', 'float', 'bool', 'str', 'complex', 'bytearray'].flatMap(
    (name) => [`builtins.${name}`, `__builtin__.${name}`],
  ),
  '_codecs.encode', 'torch.Size', 'torch.device',
]; // prettier-ignore
/** A number of NumPy's, as training loops keep their best loss: a dtype and bytes, read by nobody. */
const numpyScalars = [
  'numpy.dtype',
  ...['core', '_core'].map((part) => `numpy.${part}.multiarray.scalar`),
];
const allowed = new Set([...views, ...wrappers, fromType, ...dicts, ...plain, ...numpyScalars]);

function isAllowed({ path }: Global): boolean {
  if (allowed.has(path) || tensorClass.test(path)) return true;
  const storage = storageType.exec(path)?.[1];
  if (storage !== undefined) return Object.hasOwn(storageTypes, storage);
  const name = /^torch\.(\w+)$/.exec(path)?.[1];
  return name !== undefined && (Object.hasOwn(dtypes, name) || otherDtypes.test(name));
}

const invalid = (message: string) => new EngineError('invalid-weights', message);

export interface TorchPickle extends Unpickled {
  /** Every storage it refers to, by key. */
  readonly storages: ReadonlyMap<string, TorchStorage>;
}

/**
 * Reads one pickle of a checkpoint; whatever else than tensors and plain values it asks for is refused.
 * @throws {EngineError} `invalid-weights`, an `EndOfPickle` where the bytes end inside it
 */
export function readTorchPickle(bytes: Bytes, start: number, label: string): TorchPickle {
  const references: References = { globals: [], persistentIds: [] };
  let failure: unknown;
  let pickle: Unpickled | undefined;
  try {
    pickle = readPickle(bytes, start, label, references);
  } catch (error) {
    if (error instanceof EndOfPickle) throw error;
    failure = error;
  }
  const model = pickle && wholeModel(pickle.value);
  if (model)
    throw invalid(
      `${label} holds a whole model (${model}), which only the program that defines it can rebuild; expected its state dict, saved with torch.save(model.state_dict(), ...)`,
    );
  const foreign = references.globals.find((global) => !isAllowed(global));
  if (foreign)
    throw invalid(
      `the pickle in ${label} asks for ${foreign.path}, which only a program may run; expected a state dict saved with torch.save(model.state_dict(), ...)`,
    );
  if (!pickle) throw failure;
  return { ...pickle, storages: storagesOf(references, label) };
}

function storagesOf(
  { persistentIds }: References,
  label: string,
): ReadonlyMap<string, TorchStorage> {
  const storages = new Map<string, TorchStorage>();
  for (const reference of persistentIds) {
    const { storage } = storageOf(reference, `a tensor of ${label}`);
    const known = storages.get(storage.key);
    if (known && known.bytes !== storage.bytes)
      throw invalid(
        `storage ${storage.key} of ${label} has ${known.bytes} bytes and elsewhere ${storage.bytes}`,
      );
    storages.set(storage.key, storage);
  }
  return storages;
}

/** The class of a pickled `nn.Module`, if the value is one or a dict that holds one. */
function wholeModel(value: unknown): string | undefined {
  const candidates = [value, ...(entriesOf(value)?.values() ?? [])];
  const model = candidates.find(
    (candidate): candidate is Call =>
      candidate instanceof Call &&
      candidate.state instanceof Map &&
      candidate.state.has('_modules'),
  );
  if (!model) return undefined;
  // The older format names a class together with its source.
  const { callee } = model;
  const named = callee instanceof PersistentId && Array.isArray(callee.id) ? callee.id[1] : callee;
  return named instanceof Global ? `class ${named.path}` : 'a class';
}

/** The entries of a dict of any class. */
function entriesOf(value: unknown): ReadonlyMap<unknown, unknown> | undefined {
  if (value instanceof Map) return value;
  if (!(value instanceof Call) || !(value.callee instanceof Global)) return undefined;
  if (!dicts.includes(value.callee.path)) return undefined;
  // Python 2 wrote an OrderedDict's items as its argument.
  const items = Array.isArray(value.args[0]) ? (value.args[0] as unknown[]) : [];
  const pairs = items.filter((item): item is [unknown, unknown] => Array.isArray(item));
  return pairs.length > 0 ? new Map([...pairs, ...value.entries]) : value.entries;
}

/** Dicts within dicts looked into, and entries looked at: a small file can refer to itself endlessly. */
const limits = { depth: 8, entries: 1_000_000 };

/** Every tensor in a dict and the dicts within, by the path of keys joined with dots. */
export function tensorsIn(root: unknown, label: string): ReadonlyMap<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  let seen = 0;
  const visit = (value: unknown, path: string, depth: number): void => {
    if (++seen > limits.entries) throw invalid(`the dicts in ${label} refer to themselves`);
    const entries = entriesOf(value);
    if (entries && depth < limits.depth)
      for (const [key, entry] of entries) {
        if (typeof key !== 'string' && typeof key !== 'number') continue;
        visit(entry, depth === 0 ? String(key) : `${path}.${key}`, depth + 1);
      }
    const tensor = tensorOf(value, `tensor "${path}" of ${label}`);
    if (tensor && depth > 0 && !tensors.has(path)) tensors.set(path, tensor);
  };
  visit(root, '', 0);
  return tensors;
}

/** The tensor that a call would rebuild; undefined for anything else, and for dtypes not known here. */
function tensorOf(value: unknown, what: string, depth = 0): TorchTensor | undefined {
  if (!(value instanceof Call) || !(value.callee instanceof Global) || depth > 4) return undefined;
  const { args, state } = value;
  const { path } = value.callee;
  if (views.includes(path)) return viewOf(args, args[6], what);
  if (wrappers.includes(path)) return tensorOf(args[0], what, depth + 1);
  if (path === fromType && Array.isArray(args[2]))
    return tensorOf(new Call(args[0], args[2]), what, depth + 1);
  // Until 2017 tensors were pickled as empty ones whose state is the view.
  if (tensorClass.test(path) && Array.isArray(state)) return viewOf(state, undefined, what);
  return undefined;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const areCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(isCount);

/** @param args storage, offset, shape, strides */
function viewOf(
  [id, offset, shape, strides]: readonly unknown[],
  dtypeGlobal: unknown,
  what: string,
): TorchTensor | undefined {
  const { storage, dtype: stored, first } = storageOf(id, what);
  if (!isCount(offset) || !areCounts(shape) || !areCounts(strides))
    throw invalid(`${what} has no offset, shape and strides`);
  if (shape.length !== strides.length)
    throw invalid(`${what} has ${shape.length} extents and ${strides.length} strides`);
  const dtype = dtypeGlobal instanceof Global ? dtypes[dtypeGlobal.path.slice(6)] : stored;
  if (!dtype) return undefined;
  const tensor = { dtype, shape, strides, offset: first + offset, storage };
  const last = lastElement(tensor);
  const elements = storage.bytes / elementBytes[dtype];
  if (last >= elements)
    throw invalid(`${what} reaches element ${last} of a storage of ${Math.floor(elements)}`);
  return tensor;
}

/** Index in the storage of a tensor's last element; -1 for a tensor without any. */
export function lastElement({ shape, strides, offset }: TorchTensor): number {
  if (shape.includes(0)) return -1;
  return shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, offset);
}

/** A storage from its persistent id: 'storage', type, key, location, number of elements, view. */
function storageOf(
  reference: unknown,
  what: string,
): { storage: TorchStorage; dtype: Dtype | undefined; first: number } {
  const id = reference instanceof PersistentId ? reference.id : undefined;
  const [kind, type, key, , elements, view] = Array.isArray(id) ? (id as unknown[]) : [];
  const name = type instanceof Global ? storageType.exec(type.path)?.[1] : undefined;
  const known = name !== undefined && Object.hasOwn(storageTypes, name) && storageTypes[name];
  if (kind !== 'storage' || !known || !isCount(elements))
    throw invalid(`${what} has no storage that this reader knows`);
  // Before 2018 a storage could be a part of another: key, first element, number of elements.
  const first = Array.isArray(view) ? (view[1] as unknown) : 0;
  if (!isCount(first)) throw invalid(`${what} lies in a part of a storage that begins nowhere`);
  const [size, dtype] = known;
  const storage = { key: String(key), bytes: elements * size, elementBytes: size };
  return { storage, dtype, first };
}
