import type { ParseArgsOptionDescriptor } from 'node:util';
import { backendNames } from '../../src/engine/backend.ts';

/** One flag of a command, with what its help says. */
export interface Flag extends ParseArgsOptionDescriptor {
  readonly type: 'string' | 'boolean';
  /** Stands for the value in the help, e.g. `FILE`. */
  readonly value?: string;
  readonly describe: string;
  readonly required?: boolean;
}

/** What a flag was given: text, or every text of a flag that may be repeated. */
export type Given = Readonly<Record<string, string | string[] | boolean | undefined>>;

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Names of the arguments that are no flags, all of them required. */
  readonly operands: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** A flag with which nothing else is required. */
  readonly alone?: string;
  /** @returns what to tell the user, one line unless it is a list */
  run(given: Given, operands: readonly string[]): Promise<string>;
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Flags of every command that runs a network. */
export const modelFlags = {
  model: {
    type: 'string',
    value: 'ID|FILE',
    describe: 'folder of models/, or a state dict (.pt, .pth, .safetensors); @untrained: its twin',
    required: true,
  },
  models: { type: 'string', value: 'FOLDER', describe: 'where models lie; public/models' },
  labels: {
    type: 'string',
    value: 'FILE',
    describe: "a state dict's classes, one a line; class 0, class 1, ...",
  },
  'input-size': {
    type: 'string',
    value: 'N',
    describe: "pixels of a state dict's input; 32, 28 for one channel, 224 for a ResNet",
  },
  backend: {
    type: 'string',
    value: 'wasm|cpu',
    describe: 'where the network runs',
    default: 'wasm',
  },
} as const satisfies Record<string, Flag>;

/** A flag's text. Required flags have been checked before a command runs. */
export function text(given: Given, flag: string): string {
  return String(given[flag]);
}

/** A flag's text, or undefined where it was not given. */
export function optional(given: Given, flag: string): string | undefined {
  const value = given[flag];
  return typeof value === 'string' ? value : undefined;
}

/** The names in a list such as `a,b`; none where the flag was not given. */
export function list(given: Given, flag: string): string[] {
  return (optional(given, flag) ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** @throws {UsageError} unless the flag is one of the choices */
export function choice<T extends string>(given: Given, flag: string, choices: readonly T[]): T {
  const value = text(given, flag);
  const found = choices.find((candidate) => candidate === value);
  if (!found) throw new UsageError(`invalid --${flag}: ${value}, expected ${choices.join(' or ')}`);
  return found;
}

/** The backends that exist outside a browser. */
export const nodeBackends = backendNames.filter((name) => name === 'wasm' || name === 'cpu');

/** The ending of a file name, checked. @throws {UsageError} */
export function ending(given: Given, flag: string, endings: readonly string[]): string {
  const file = text(given, flag);
  const found = endings.find((candidate) => file.toLowerCase().endsWith(candidate));
  if (!found)
    throw new UsageError(
      `invalid --${flag}: ${file}, expected a name ending in ${endings.join(' or ')}`,
    );
  return found;
}
