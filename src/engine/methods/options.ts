import { EngineError } from '../errors.ts';

/** A choice among words. */
export interface ChoiceOption {
  readonly kind: 'choice';
  readonly name: string;
  readonly label: string;
  readonly choices: readonly string[];
  readonly default: string;
}

/** A number from `min` to `max`; `step` is that of a slider. */
export interface NumberOption {
  readonly kind: 'number';
  readonly name: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: number;
  readonly integer?: true;
  readonly unit?: string;
}

/** Names with commas between them, such as layers; none by default. */
export interface NamesOption {
  readonly kind: 'names';
  readonly name: string;
  readonly label: string;
  readonly default: '';
}

/** One knob of a method. */
export type MethodOption = ChoiceOption | NumberOption | NamesOption;

/** An option's value in a request: a number, or text as addresses and command lines have it. */
export type OptionValue = string | number;

type ValueOf<Option extends MethodOption> = Option extends NumberOption
  ? number
  : Option extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : readonly string[];

/** The checked values of a method's options, by name. */
export type OptionValues<Options extends readonly MethodOption[]> = {
  readonly [Option in Options[number] as Option['name']]: ValueOf<Option>;
};

/**
 * The option values of a request, checked, defaults filled in.
 * @throws {EngineError} `invalid-option` naming what is known and allowed
 */
export function resolveOptions<const Options extends readonly MethodOption[]>(
  method: { readonly id: string; readonly options: Options },
  given: Readonly<Record<string, OptionValue>> = {},
): OptionValues<Options> {
  const names = method.options.map((option) => option.name);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new EngineError(
        'invalid-option',
        `unknown option: ${name}, ${method.id} has ${names.length > 0 ? names.join(', ') : 'none'}`,
      );
  return Object.fromEntries(
    method.options.map((option) => [option.name, resolve(option, given[option.name])]),
  ) as OptionValues<Options>;
}

function resolve(option: MethodOption, given: OptionValue | undefined) {
  const value = given ?? option.default;
  if (option.kind === 'names')
    return String(value)
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  if (option.kind === 'choice') {
    if (option.choices.includes(String(value))) return String(value);
    throw invalid(option, value, `one of ${option.choices.join(', ')}`);
  }
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  const { min, max, integer } = option;
  if (number >= min && number <= max && (!integer || Number.isInteger(number))) return number;
  throw invalid(option, value, `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`);
}

const invalid = ({ name }: MethodOption, value: OptionValue, expected: string) =>
  new EngineError('invalid-option', `invalid ${name}: ${value}, expected ${expected}`);

/** What an option may be set to, in words: `one of max, l2, sum` or `a number from 0 to 1`. */
export function allowedValues(option: MethodOption): string {
  if (option.kind === 'choice') return option.choices.join(', ');
  if (option.kind === 'names') return 'names with commas between them';
  const unit = option.unit ? ` ${option.unit}` : '';
  return `${option.min} to ${option.max}${unit}`;
}
