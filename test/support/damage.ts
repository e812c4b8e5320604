/** Ways in which a weight file can go wrong, for property-based tests. */
import fc from 'fast-check';
import { assemble, headerOf, type Header, type StoredTensor } from './weightFile.ts';

export interface Damage {
  /** What was done, for the report of a failing test. */
  readonly kind: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether a reader without any checksum must notice. */
  readonly structural: boolean;
}

type Entry = { dtype: unknown; shape: unknown; data_offsets: unknown };

const dtypes = [
  'BOOL',
  'U8',
  'I8',
  'U16',
  'I16',
  'F16',
  'BF16',
  'U32',
  'I32',
  'F32',
  'U64',
  'I64',
  'F64',
  'F8_E4M3',
  '',
];

const differs = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) !== 0;

/** Damage of raw bytes, wherever it falls. */
function rawDamage(file: Uint8Array<ArrayBuffer>, headerEnd: number): fc.Arbitrary<Damage> {
  const flips = fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  const flipped = flips.map((list): Damage => {
    const bytes = file.slice();
    for (const [index, mask] of list) bytes[index]! ^= mask;
    return { kind: `flip ${JSON.stringify(list)}`, bytes, structural: false };
  });
  const truncated = fc.nat(file.length - 1).map((length): Damage => {
    return { kind: `truncate to ${length}`, bytes: file.slice(0, length), structural: true };
  });
  const extended = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((tail): Damage => {
    return {
      kind: `extend by ${tail.length}`,
      bytes: new Uint8Array([...file, ...tail]),
      structural: true,
    };
  });
  const length = fc.oneof(fc.bigInt(0n, BigInt(2 * headerEnd)), fc.bigInt(0n, 2n ** 64n - 1n));
  const relengthened = length.map((value): Damage => {
    const bytes = file.slice();
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return { kind: `header length ${value}`, bytes, structural: true };
  });
  return fc
    .oneof(flipped, truncated, extended, relengthened)
    .filter(({ bytes }) => differs(bytes, file));
}

/** Damage of what the header says of one tensor. */
function entryDamage(tensors: readonly StoredTensor[], data: Uint8Array): fc.Arbitrary<Damage> {
  const odd = fc.constantFrom<unknown>(null, -1, 1.5, 1e300, '8', [], {}, true);
  const extent = fc.oneof(fc.nat(2 * data.length), odd);
  const change: fc.Arbitrary<Partial<Entry>> = fc.oneof(
    fc.record({ data_offsets: fc.oneof(fc.tuple(extent, extent), odd) }),
    fc.record({ shape: fc.oneof(fc.array(fc.oneof(fc.nat(12), odd), { maxLength: 5 }), odd) }),
    fc.record({ dtype: fc.oneof(fc.constantFrom<unknown>(...dtypes), odd) }),
  );
  return fc.tuple(fc.nat(tensors.length - 1), change).map(([index, changes]): Damage => {
    const header = headerOf(tensors, { format: 'pt' }) as Record<string, Entry>;
    const { name } = tensors[index]!;
    header[name] = { ...header[name]!, ...changes };
    const kind = `${name}: ${JSON.stringify(changes)}`;
    return {
      kind,
      bytes: assemble(JSON.stringify(header), data),
      structural: 'data_offsets' in changes,
    };
  });
}

/** Damage of which tensors the header names. */
function namingDamage(tensors: readonly StoredTensor[], data: Uint8Array): fc.Arbitrary<Damage> {
  const edits: Readonly<Record<string, (header: Header, a: string, b: string) => void>> = {
    swap(header, a, b) {
      [header[a], header[b]] = [header[b], header[a]];
    },
    drop(header, a) {
      delete header[a];
    },
    repeat(header, a, b) {
      header[b] = header[a];
    },
    rename(header, a, b) {
      header[`${b}x`] = header[a];
      delete header[a];
    },
  };
  const pair = fc.tuple(
    fc.nat(tensors.length - 1),
    fc.integer({ min: 1, max: tensors.length - 1 }),
  );
  return fc.tuple(fc.constantFrom(...Object.keys(edits)), pair).map(([name, [i, step]]): Damage => {
    const header = headerOf(tensors, { format: 'pt' });
    const [a, b] = [tensors[i]!.name, tensors[(i + step) % tensors.length]!.name];
    edits[name]!(header, a, b);
    const structural = name === 'drop' || name === 'repeat';
    return { kind: `${name} ${a} ${b}`, bytes: assemble(JSON.stringify(header), data), structural };
  });
}

/** Damage of the header's text: a piece replaced by another, or any JSON at all in its place. */
function textDamage(tensors: readonly StoredTensor[], data: Uint8Array): fc.Arbitrary<Damage> {
  const text = JSON.stringify(headerOf(tensors, { format: 'pt' }));
  const piece = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('{', '}', ',', '"', '[', '0', '-', 'e', ':null', '\\'),
  );
  const edited = fc
    .tuple(fc.nat(text.length - 1), fc.nat(12), piece)
    .map(([at, removed, added]) => text.slice(0, at) + added + text.slice(at + removed));
  return fc
    .oneof({ weight: 4, arbitrary: edited }, { weight: 1, arbitrary: fc.json() })
    .filter((json) => json.trimEnd() !== text)
    .map((json): Damage => ({
      kind: `header ${json}`,
      bytes: assemble(json, data),
      structural: false,
    }));
}

/** Any of these, never leaving the file as it was. */
export function damaged(
  tensors: readonly StoredTensor[],
  file: Uint8Array<ArrayBuffer>,
  headerEnd: number,
): fc.Arbitrary<Damage> {
  const data = file.subarray(headerEnd);
  return fc
    .oneof(
      { weight: 3, arbitrary: rawDamage(file, headerEnd) },
      { weight: 2, arbitrary: entryDamage(tensors, data) },
      { weight: 1, arbitrary: namingDamage(tensors, data) },
      { weight: 1, arbitrary: textDamage(tensors, data) },
    )
    .filter(({ bytes }) => differs(bytes, file));
}
