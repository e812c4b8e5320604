type FactValue = string | number;

const files = import.meta.glob<Record<string, FactValue>>('/src/generated/facts.json', {
  eager: true,
  import: 'default',
});

/**
 * A number or phrase of the prose that was computed at build time, by its dotted id.
 *
 * @throws Error naming the known ids, when there is no such fact
 */
export function fact(id: string): string {
  const facts = Object.values(files)[0];
  if (!facts) {
    throw new Error('src/generated/facts.json is missing: `npm run stills` computes it');
  }
  const value = facts[id];
  if (value === undefined) {
    throw new Error(`unknown fact: "${id}"; known facts are ${Object.keys(facts).join(', ')}`);
  }
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}
