import type { Method } from '../../src/engine/methods/method.ts';

/** What a method repeats, by the names of its options. */
const counts: ReadonlySet<string> = new Set(['samples', 'steps', 'masks', 'channels']);

/** Fewer repetitions than a reader would want, and still several batches. */
export function briefOptions({ options }: Method): Record<string, number> {
  return Object.fromEntries(
    options.filter(({ name }) => counts.has(name)).map(({ name }) => [name, 20]),
  );
}

/** Side of an input small enough to be quick, and large enough for a layer that the method can work at. */
export function briefSize({ family }: Method): number {
  return family === 'class-activation' ? 12 : 8;
}
