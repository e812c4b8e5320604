import type { Command, Flag } from './command.ts';

const program = 'npm run lens --';

function columns(rows: ReadonlyArray<readonly [string, string]>): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

const flagText = (name: string, { value }: Flag) => (value ? `--${name} ${value}` : `--${name}`);

function flagRow([name, flag]: [string, Flag]): [string, string] {
  const initial = flag.default === undefined ? '' : ` (${String(flag.default)})`;
  return [flagText(name, flag), flag.describe + initial];
}

export function commandUsage({ name, operands, flags }: Command): string {
  const required = Object.entries(flags).filter(([, flag]) => flag.required);
  const parts = [...operands, ...required.map(([flag, spec]) => flagText(flag, spec))];
  return `${program} ${name} ${parts.join(' ')}`;
}

export function commandHelp(command: Command): string {
  const entries = Object.entries(command.flags);
  const required = entries.filter(([, flag]) => flag.required);
  const others = entries.filter(([, flag]) => !flag.required);
  return [
    `${command.name}: ${command.summary}.`,
    `Usage: ${commandUsage(command)} [flags]`,
    `Required:\n${columns(required.map(flagRow))}`,
    `Flags:\n${columns([...others.map(flagRow), ['--help', 'this text']])}`,
  ].join('\n\n');
}

export function programHelp(commands: readonly Command[]): string {
  return [
    'lens: look inside a trained network from the command line.',
    `Usage: ${program} COMMAND [flags]`,
    `Commands:\n${columns(commands.map(({ name, summary }) => [name, summary]))}`,
    `${program} COMMAND --help says more. Exit codes: 0 done, 1 failed, 2 the command line is wrong.`,
  ].join('\n\n');
}
