import type { MethodDescription, MethodOption } from '../../worker/protocol.ts';

/** What an option may be set to, in words. */
export function rangeText(option: MethodOption): string {
  if (option.kind === 'choice') return option.choices.join(', ');
  if (option.kind === 'names') return 'names with commas between them';
  const { min, max, unit, integer } = option;
  return `${integer ? 'whole number, ' : ''}${min} to ${max}${unit ? ` ${unit}` : ''}`;
}

export function defaultText({ default: usual }: MethodOption): string {
  return usual === '' ? 'none' : String(usual);
}

/** The defaults that an option has with any of the methods: `on or off`. */
export function defaultsText(
  { name }: MethodOption,
  methods: readonly MethodDescription[],
): string {
  const all = methods.flatMap(({ options }) => options.filter((option) => option.name === name));
  return [...new Set(all.map(defaultText))].join(' or ');
}

/** The options that most of the methods have, with the same choices; empty for a few methods. */
export function familyOptions(methods: readonly MethodDescription[]): MethodOption[] {
  const fewest = Math.max(3, methods.length / 2);
  const counts = new Map<string, { option: MethodOption; count: number }>();
  for (const option of methods.flatMap(({ options }) => options)) {
    const key = `${option.name}: ${rangeText(option)}`;
    counts.set(key, { option, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].filter(({ count }) => count > fewest).map(({ option }) => option);
}

/** The options that are a method's own. */
export function ownOptions(
  { options }: MethodDescription,
  family: readonly MethodOption[],
): MethodOption[] {
  return options.filter(({ name }) => !family.some((shared) => shared.name === name));
}
