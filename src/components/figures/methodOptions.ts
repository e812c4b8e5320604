import type { MethodOption, OptionValue } from '../../worker/protocol.ts';

/** What of a method's options differs from its defaults, by name. */
export type OptionSettings = Readonly<Record<string, OptionValue>>;

type Options = readonly MethodOption[];

/** A value as an option takes it, or undefined for what it does not allow. */
function allowed(option: MethodOption, text: string): OptionValue | undefined {
  if (option.kind === 'choice') return option.choices.includes(text) ? text : undefined;
  if (option.kind === 'names') return text;
  const value = Number(text);
  const { min, max, integer } = option;
  if (!(value >= min && value <= max) || (integer && !Number.isInteger(value))) return undefined;
  return value;
}

/** The settings in `samples-20_sigma-0.1` that there is an option for and that it allows. */
export function readSettings(options: Options, text: string): OptionSettings {
  const found: Record<string, OptionValue> = {};
  for (const part of text.split('_')) {
    const dash = part.indexOf('-');
    const option = options.find(({ name }) => name === part.slice(0, dash));
    const value = option && allowed(option, part.slice(dash + 1));
    if (option && value !== undefined && value !== option.default) found[option.name] = value;
  }
  return found;
}

export function writeSettings(settings: OptionSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}-${value}`)
    .join('_');
}

/** The settings with one option set; its default takes no place. */
export function withSetting(
  settings: OptionSettings,
  option: MethodOption,
  value: OptionValue,
): OptionSettings {
  const others = Object.entries(settings).filter(([name]) => name !== option.name);
  const own: ReadonlyArray<readonly [string, OptionValue]> =
    value === option.default ? [] : [[option.name, value]];
  return Object.fromEntries([...others, ...own]);
}

/** Of the settings of one method those words that another knows as well: a baseline, not a number of samples. */
export function sharedSettings(settings: OptionSettings, options: Options): OptionSettings {
  const words = options.filter(({ kind }) => kind === 'choice');
  const text = Object.entries(settings).filter(([, value]) => typeof value === 'string');
  return readSettings(words, writeSettings(Object.fromEntries(text)));
}

/** Ends of the range, the default and the present value, and between them 1, 2, 5, 10, 20, 50 ... */
export function stops(
  { min, max, default: usual }: { min: number; max: number; default: number },
  value: number,
): number[] {
  const round: number[] = [];
  for (let decade = 1; decade <= max; decade *= 10)
    round.push(...[1, 2, 5].map((digit) => digit * decade));
  const all = [...round, min, max, usual, value].filter((stop) => stop >= min && stop <= max);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Counts of more than this are set in steps that grow with them. */
const manySteps = 100;

/** Whether an option counts something, from a handful to hundreds. */
export function isCount(option: MethodOption): boolean {
  return (
    option.kind === 'number' && Boolean(option.integer) && option.max >= manySteps && option.min > 0
  );
}

/** What a long method counts: `12 of 50 noisy copies`, or steps where no option says. */
export function countText(
  options: Options,
  settings: OptionSettings,
  { done, total }: { readonly done: number; readonly total: number },
): string {
  const option = options.find(
    (one) => isCount(one) && Number(settings[one.name] ?? one.default) === total,
  );
  return `${done} of ${total} ${option ? option.label.toLowerCase() : 'steps'}`;
}

/** So many of a thing are enough for a small picture of many. */
const few = 16;
const fewMasks = 200;

/**
 * Settings with which a method is quick enough to be one of many: counts of more than 16 become 16,
 * those that are in the hundreds by default 200.
 */
export function quickSettings(options: Options): OptionSettings {
  const quick = (usual: number) => (usual >= 2 * fewMasks ? fewMasks : few);
  return Object.fromEntries(
    options
      .filter(isCount)
      .map(({ name, default: usual }) => [name, Math.min(Number(usual), quick(Number(usual)))]),
  );
}

/** `16 noisy copies, 50 in the bench`; empty where nothing was reduced. */
export function quickText(options: Options): string {
  const quick = quickSettings(options);
  return options
    .filter(({ name, default: usual }) => name in quick && quick[name] !== usual)
    .map(
      ({ name, label, default: usual }) =>
        `${quick[name]} ${label.toLowerCase()} here, ${usual} above`,
    )
    .join('; ');
}
