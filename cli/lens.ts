#!/usr/bin/env node
/** The engine and the drawing of the chapter from the command line. */
import { parseArgs } from 'node:util';
import { UsageError, type Command, type Given } from './commands/command.ts';
import { commandHelp, commandUsage, programHelp } from './commands/help.ts';
import { commands } from './commands/index.ts';

interface Parsed {
  readonly values: Given;
  readonly positionals: readonly string[];
}

const flagNames = ({ flags }: Command) =>
  Object.keys(flags)
    .map((name) => `--${name}`)
    .join(', ');

/** Node's complaints about a command line, in the words of this program. */
function rephrase(command: Command, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const flag = /'(-[^' ]*)/.exec(message)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    return new UsageError(`unknown flag: ${flag}, ${command.name} takes ${flagNames(command)}`);
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE')
    return new UsageError(
      /does not take/.test(message) ? `${flag} takes no value` : `${flag} needs a value`,
    );
  return error;
}

function parse(command: Command, args: string[]): Parsed {
  const options = { ...command.flags, help: { type: 'boolean' as const } };
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw rephrase(command, error);
  }
}

/** @throws {UsageError} for anything missing or left over */
function check(command: Command, { values, positionals }: Parsed): void {
  const { operands, flags, alone } = command;
  if (alone && values[alone]) return;
  const usage = `usage: ${commandUsage(command)}`;
  const missing = Object.keys(flags).find((name) => flags[name]!.required && !values[name]);
  if (positionals.length < operands.length)
    throw new UsageError(`missing ${operands[positionals.length]}, ${usage}`);
  if (positionals.length > operands.length)
    throw new UsageError(`unexpected argument: ${positionals[operands.length]}, ${usage}`);
  if (missing) throw new UsageError(`missing --${missing}, ${usage}`);
}

async function answer([name, ...args]: string[]): Promise<string> {
  if (name === '--help' || name === '-h' || name === 'help') return programHelp(commands);
  const names = commands.map((command) => command.name).join(', ');
  if (name === undefined) throw new UsageError(`missing command, expected one of ${names}`);
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(`unknown command: ${name}, expected one of ${names}`);
  const parsed = parse(command, args);
  if (parsed.values['help']) return commandHelp(command);
  check(command, parsed);
  return command.run(parsed.values, parsed.positionals);
}

try {
  console.log(await answer(process.argv.slice(2)));
} catch (error) {
  console.error(`lens: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
