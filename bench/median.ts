/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Median milliseconds of each task. Tasks take turns, so that whatever else the machine does falls
 * on all of them alike.
 */
export async function medianTimes<T extends string>(
  tasks: Readonly<Record<T, () => Promise<unknown>>>,
  rounds: number,
  warmUps = 3,
): Promise<Record<T, number>> {
  const names = Object.keys(tasks) as T[];
  const times = new Map<T, number[]>(names.map((name) => [name, []]));
  for (let round = -warmUps; round < rounds; round++)
    for (const name of names) {
      const start = performance.now();
      await tasks[name]();
      if (round >= 0) times.get(name)!.push(performance.now() - start);
    }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<
    T,
    number
  >;
}
