import type { Bytes } from './byteSource.ts';
import { exact, PickleBytes } from './pickleBytes.ts';
import { PickleMachine, type References } from './pickleMachine.ts';

type Machine = PickleMachine;
type Instruction = (machine: Machine) => void;

const stop = 0x2e;

/** Decodes the `\uXXXX` of Python's raw-unicode-escape. */
const unescape = (text: string) =>
  text
    .replace(/\\U([0-9a-f]{8})/gi, (all, hex: string) =>
      Number.parseInt(hex, 16) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(hex, 16)) : all,
    )
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );

function decimal(machine: Machine): number | bigint {
  const text = machine.bytes.line();
  if (!/^[+-]?\d{1,400}L?$/.test(text)) throw machine.damaged('it has an integer that is none');
  return exact(BigInt(text.replace(/^\+|L$/g, '')));
}

/** Old pickles write True and False as the integers 01 and 00. */
function integerLine(machine: Machine): void {
  const before = machine.bytes.position;
  const text = machine.bytes.line();
  if (text === '01' || text === '00') return machine.push(text === '01');
  machine.bytes.position = before;
  machine.push(decimal(machine));
}

/** Instructions that pickletools names by a letter: protocols 0 and 1. */
const letters: Readonly<Record<string, Instruction>> = {
  '(': (m) => m.mark(),
  '0': (m) => void m.pop(),
  '1': (m) => void m.popToMark(),
  '2': (m) => m.push(m.top()),
  F: (m) => m.push(Number(m.bytes.line())),
  I: integerLine,
  J: (m) => m.push(m.bytes.int32()),
  K: (m) => m.push(m.bytes.byte()),
  L: (m) => m.push(decimal(m)),
  M: (m) => m.push(m.bytes.uint16()),
  N: (m) => m.push(null),
  Q: (m) => m.push(m.persistentId(m.pop())),
  R: reduce,
  T: (m) => m.push(m.bytes.latin1(m.bytes.uint32())),
  U: (m) => m.push(m.bytes.latin1(m.bytes.byte())),
  V: (m) => m.push(unescape(m.bytes.line())),
  X: (m) => m.push(m.bytes.utf8(m.bytes.uint32())),
  a: (m) => m.append([m.pop()]),
  b: (m) => m.build(m.pop()),
  c: (m) => m.push(m.global(m.bytes.line(), m.bytes.line())),
  d: (m) => m.push(m.fill(new Map(), m.popToMark())),
  e: (m) => m.append(m.popToMark()),
  g: (m) => m.recall(Number(m.bytes.line())),
  h: (m) => m.recall(m.bytes.byte()),
  i: (m) => m.push(m.call(m.global(m.bytes.line(), m.bytes.line()), m.popToMark())),
  j: (m) => m.recall(m.bytes.uint32()),
  l: (m) => m.push(m.popToMark()),
  o: classCall,
  p: (m) => void m.memo.set(Number(m.bytes.line()), m.top()),
  q: (m) => void m.memo.set(m.bytes.byte(), m.top()),
  r: (m) => void m.memo.set(m.bytes.uint32(), m.top()),
  s: (m) => m.setItems(m.popMany(2)),
  t: (m) => m.push(m.popToMark()),
  u: (m) => m.setItems(m.popToMark()),
  '}': (m) => m.push(new Map()),
  ']': (m) => m.push([]),
  ')': (m) => m.push([]),
  B: (m) => m.push(m.bytes.take(m.bytes.uint32())),
  C: (m) => m.push(m.bytes.take(m.bytes.byte())),
  G: (m) => m.push(m.bytes.float64()),
};

/** Instructions from 0x80 on: protocols 2 to 5. */
const numbered: Readonly<Record<number, Instruction>> = {
  0x80: (m) => void m.bytes.byte(), // protocol
  0x81: reduce, // NEWOBJ
  0x85: (m) => m.push(m.popMany(1)),
  0x86: (m) => m.push(m.popMany(2)),
  0x87: (m) => m.push(m.popMany(3)),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x8a: (m) => m.push(m.bytes.integer(m.bytes.byte())),
  0x8b: (m) => m.push(m.bytes.integer(m.bytes.uint32())),
  0x8c: (m) => m.push(m.bytes.utf8(m.bytes.byte())),
  0x8d: (m) => m.push(m.bytes.utf8(m.bytes.uint64())),
  0x8e: (m) => m.push(m.bytes.take(m.bytes.uint64())),
  0x8f: (m) => m.push(new Set()),
  0x90: (m) => m.add(m.popToMark()),
  0x91: (m) => m.push(new Set(m.popToMark())),
  0x92: newObjectWithNames,
  0x93: stackGlobal,
  0x94: (m) => void m.memo.set(m.memo.size, m.top()),
  0x95: (m) => void m.bytes.uint64(), // frame
  0x96: (m) => m.push(m.bytes.take(m.bytes.uint64())),
};

function reduce(machine: Machine): void {
  const [callee, args] = machine.popMany(2);
  machine.push(machine.call(callee, args));
}

function classCall(machine: Machine): void {
  const [callee, ...args] = machine.popToMark();
  machine.push(machine.call(callee, args));
}

function newObjectWithNames(machine: Machine): void {
  const [callee, args] = machine.popMany(3);
  machine.push(machine.call(callee, args));
}

function stackGlobal(machine: Machine): void {
  const [module, name] = machine.popMany(2);
  machine.push(machine.global(module, name));
}

const instructions: ReadonlyMap<number, Instruction> = new Map([
  ...Object.entries(letters).map(([letter, run]) => [letter.charCodeAt(0), run] as const),
  ...Object.entries(numbered).map(([opcode, run]) => [Number(opcode), run] as const),
]);

export interface Unpickled {
  /**
   * Dicts are maps, lists and tuples arrays, sets sets, bytes `Uint8Array`, None null; integers
   * beyond 2^53 are bigints.
   */
  readonly value: unknown;
  /** Offset of the first byte after the pickle. */
  readonly end: number;
}

/**
 * Reads a pickle and runs nothing: what a program would look up is a `Global`, what it would call a
 * `Call`. Opcodes of all protocols but extension codes, out-of-band buffers, and the texts and
 * persistent ids of protocol 0, in which no tensor can be saved.
 * Source: Python's Lib/pickletools.py.
 * @param references gets what the pickle refers to, also where an error ends the reading
 * @throws {EngineError} `invalid-weights`; an `EndOfPickle` where the bytes end inside it
 */
export function readPickle(
  bytes: Bytes,
  start: number,
  label: string,
  references: References = { globals: [], persistentIds: [] },
): Unpickled {
  const reader = new PickleBytes(bytes, start, label);
  const machine = new PickleMachine(reader, references);
  for (;;) {
    const opcode = reader.byte();
    if (opcode === stop) return { value: machine.pop(), end: reader.position };
    const instruction = instructions.get(opcode);
    if (!instruction) throw machine.damaged(`0x${opcode.toString(16)} is no instruction`);
    instruction(machine);
  }
}
