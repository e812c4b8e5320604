import { EngineError } from '../errors.ts';
import type { PickleBytes } from './pickleBytes.ts';

/** A class or function of a Python program, by name. Nothing stands behind the name. */
export class Global {
  /** Module and name, e.g. `collections.OrderedDict`. */
  readonly path: string;

  constructor(module: string, name: string) {
    this.path = `${module}.${name}`;
  }
}

/** Where a program would call `callee`: only a note of that, and of what was then done to the result. */
export class Call {
  readonly callee: unknown;
  readonly args: readonly unknown[];
  /** Items set on the result, as on a dict. */
  readonly entries = new Map<unknown, unknown>();
  /** What `__setstate__` would get. */
  state: unknown = undefined;

  constructor(callee: unknown, args: readonly unknown[]) {
    this.callee = callee;
    this.args = args;
  }
}

/** A reference to something outside the pickle. */
export class PersistentId {
  readonly id: unknown;

  constructor(id: unknown) {
    this.id = id;
  }
}

/** What a pickle refers to, in the order of its bytes. */
export interface References {
  readonly globals: Global[];
  readonly persistentIds: PersistentId[];
}

/** The stack, the marks and the memo that a pickle's instructions work on. */
export class PickleMachine {
  readonly bytes: PickleBytes;
  readonly memo = new Map<number, unknown>();
  private readonly stack: unknown[] = [];
  private readonly marks: number[] = [];
  private readonly references: References;

  constructor(bytes: PickleBytes, references: References) {
    this.bytes = bytes;
    this.references = references;
  }

  damaged(what: string): EngineError {
    const { label, position } = this.bytes;
    return new EngineError(
      'invalid-weights',
      `the pickle in ${label} is damaged at byte ${position - 1}: ${what}`,
    );
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  top(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.damaged('its stack is empty');
    return this.stack.at(-1);
  }

  pop(): unknown {
    const value = this.top();
    this.stack.length--;
    return value;
  }

  /** The `count` topmost values, the topmost last. */
  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  popToMark(): unknown[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.damaged('its stack has no mark');
    return this.stack.splice(mark);
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw this.damaged(`it has noted no value ${index}`);
    this.push(this.memo.get(index));
  }

  global(module: unknown, name: unknown): Global {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.damaged('it names a class by something other than text');
    const global = new Global(module, name);
    this.references.globals.push(global);
    return global;
  }

  persistentId(id: unknown): PersistentId {
    const reference = new PersistentId(id);
    this.references.persistentIds.push(reference);
    return reference;
  }

  call(callee: unknown, args: unknown): Call {
    if (!Array.isArray(args)) throw this.damaged('it calls with something other than a tuple');
    return new Call(callee, args);
  }

  /** A class may be appended to as well; what it would hold then is of no use here. */
  append(values: readonly unknown[]): void {
    const list = this.top();
    if (list instanceof Call) return;
    if (!Array.isArray(list)) throw this.damaged('it appends to something other than a list');
    for (const value of values) list.push(value);
  }

  add(values: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw this.damaged('it adds to something other than a set');
    for (const value of values) set.add(value);
  }

  /** @param items keys and values by turns */
  setItems(items: readonly unknown[]): void {
    const target = this.top();
    if (target instanceof Call) this.fill(target.entries, items);
    else if (target instanceof Map) this.fill(target, items);
    else throw this.damaged('it sets items of something other than a dict');
  }

  fill(map: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
    if (items.length % 2 === 1) throw this.damaged('it has a key without a value');
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
    return map;
  }

  build(state: unknown): void {
    const built = this.top();
    if (!(built instanceof Call)) throw this.damaged('it sets the state of a plain value');
    built.state = state;
  }
}
