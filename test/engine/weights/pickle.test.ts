import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../src/engine/weights/pickle.ts';
import { EndOfPickle } from '../../../src/engine/weights/pickleBytes.ts';
import { Call, Global, PersistentId } from '../../../src/engine/weights/pickleMachine.ts';

/** Bytes from text of one character a byte. */
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const read = (text: string) => readPickle(latin1(text), 0, 'the file').value;

/** As `pickle.dumps` of Python 3.11 writes them, and Python 2.7 where it says so. */
const values: ReadonlyArray<readonly [what: string, pickle: string, value: unknown]> = [
  ['None', '\x80\x02N.', null],
  ['booleans', '\x80\x02\x88\x89\x86.', [true, false]],
  ['booleans of protocol 1', '(I01\nI00\nt.', [true, false]],
  ['small integers', '\x80\x02K\x05M\x39\x30J\xff\xff\xff\xff\x87.', [5, 12345, -1]],
  ['a negative integer of six bytes', '\x80\x02\x8a\x06\x00\x00\x00\x00\x00\xff.', -(2 ** 40)],
  ['an integer beyond 2^53', '\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x40.', 2n ** 70n],
  ['zero bytes of integer', '\x80\x02\x8a\x00.', 0],
  ['an integer of four bytes of length', '\x80\x02\x8b\x02\x00\x00\x00\x00\x80.', -32768],
  ['integers as text', '(I-7\nL1180591620717411303424L\nt.', [-7, 2n ** 70n]],
  ['a float', '\x80\x02G?\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
  ['a float as text', 'F-0.25\n.', -0.25],
  ['text', '\x80\x02X\x05\x00\x00\x00caf\xc3\xa9q\x00.', 'café'],
  ['short text', '\x80\x04\x8c\x02\xc3\xa9.', 'é'],
  ['long text', '\x80\x04\x8d\x01\x00\x00\x00\x00\x00\x00\x00a.', 'a'],
  ['text of protocol 0', 'Vcaf\xe9 \\u2192 \\U0001f600\n.', 'café → 😀'],
  ['byte strings of Python 2', '(U\x01\xe9T\x02\x00\x00\x00abt.', ['é', 'ab']],
  ['bytes', '\x80\x03C\x02\x00\xff.', Uint8Array.of(0, 255)],
  ['a bytearray of protocol 5', '\x80\x05\x96\x01\x00\x00\x00\x00\x00\x00\x00\x07.', Uint8Array.of(7)],
  ['a framed tuple', '\x80\x04\x95\x04\x00\x00\x00\x00\x00\x00\x00K\x01\x85\x94.', [1]],
  ['lists', ']((lK\x01aK\x02K\x03e.', [[1], 2, 3]],
  ['a dict', '\x80\x02}(K\x01]K\x02]u.', new Map([[1, []], [2, []]])],
  ['a dict of protocol 0', '(dK\x01K\x02s.', new Map([[1, 2]])],
  ['a set', '\x80\x04\x8f(K\x01K\x02\x90.', new Set([1, 2])],
  ['a frozenset', '\x80\x04(K\x03\x91.', new Set([3])],
  ['a value doubled', 'K\x012\x86.', [1, 1]],
]; // prettier-ignore

describe('pickles', () => {
  it.each(values)('are read: %s', (_, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('note and recall, pop and pop to a mark', () => {
    expect(read(']q\x05h\x05\x86.')).toEqual([[], []]);
    expect(read('K\x09r\x00\x01\x00\x000j\x00\x01\x00\x00.')).toBe(9);
    expect(read('\x80\x04K\x07\x940h\x00.')).toBe(7);
    expect(read('K\x08p12\n0g12\n.')).toBe(8);
    expect(read('K\x01(K\x02K\x031.')).toBe(1);
  });

  it('name classes and calls, and make nothing of them', () => {
    const globals: Global[] = [];
    const persistentIds: PersistentId[] = [];
    const text = '\x80\x02cposix\nsystem\n(U\x02lstR}U\x01aK\x01sb.';
    const { value, end } = readPickle(latin1(text), 0, 'x', { globals, persistentIds });
    expect(end).toBe(text.length);
    expect(globals).toEqual([new Global('posix', 'system')]);
    expect(value).toBeInstanceOf(Call);
    const { callee, args, state } = value as Call;
    expect({ callee, args, state }).toEqual({
      callee: new Global('posix', 'system'),
      args: ['ls'],
      state: new Map([['a', 1]]),
    });
  });

  it.each([
    ['\x80\x04\x8c\x01m\x8c\x01n\x93)\x81.', []],
    ['\x80\x04\x8c\x01m\x8c\x01n\x93K\x01\x85}\x92.', [1]],
    ['(K\x01im\nn\n.', [1]],
    ['(cm\nn\nK\x01o.', [1]],
  ])('have calls of each kind: %j', (text, args) => {
    const { callee, args: given } = read(text) as Call;
    expect({ callee, given }).toEqual({ callee: new Global('m', 'n'), given: args });
  });

  it('refer to what is outside', () => {
    expect(read('U\x01kQ.')).toEqual(new PersistentId('k'));
  });

  it.each([
    ['.', 'is damaged at byte 0: its stack is empty'],
    ['(.', 'is damaged at byte 1: its stack is empty'],
    ['t.', 'is damaged at byte 0: its stack has no mark'],
    ['h\x05.', 'is damaged at byte 1: it has noted no value 5'],
    ['K\x01K\x02a.', 'is damaged at byte 4: it appends to something other than a list'],
    ['K\x01K\x02K\x03s.', 'is damaged at byte 6: it sets items of something other than a dict'],
    ['}(K\x01u.', 'is damaged at byte 4: it has a key without a value'],
    ['](K\x01\x90.', 'is damaged at byte 4: it adds to something other than a set'],
    ['K\x01K\x02R.', 'is damaged at byte 4: it calls with something other than a tuple'],
    ['K\x01K\x02b.', 'is damaged at byte 4: it sets the state of a plain value'],
    ['K\x01K\x02\x93.', 'is damaged at byte 4: it names a class by something other than text'],
    ['I1x\n.', 'is damaged at byte 3: it has an integer that is none'],
    ['\x82\x01.', 'is damaged at byte 0: 0x82 is no instruction'],
    ['\x97.', 'is damaged at byte 0: 0x97 is no instruction'],
    ['Pid\n.', 'is damaged at byte 0: 0x50 is no instruction'],
  ])('that are damaged are refused: %j', (text, message) => {
    expect(() => read(text)).toThrow(`the pickle in the file ${message}`);
  });

  it.each(['', 'K', 'X\x09\x00\x00\x00abc', 'I12', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff'])(
    'that end too early say so: %j',
    (text) => {
      expect(() => read(text)).toThrow(EndOfPickle);
    },
  );

  it('take no longer for an integer of a megabyte', () => {
    const text = `\x8b\x00\x00\x10\x00${'\x01'.repeat(2 ** 20)}.`;
    expect(() => read(text)).toThrow('has an integer of 1048576 bytes, at most 1024 are allowed');
  });

  it('may nest deeply', () => {
    let value = read(`]${']'.repeat(100_000)}${'a'.repeat(100_000)}.`);
    let depth = 0;
    while (Array.isArray(value) && value.length > 0) {
      value = value[0];
      depth++;
    }
    expect(depth).toBe(100_000);
  });
});
