/** Milliseconds of every round of each task. */
export type Samples<T extends string> = Readonly<Record<T, readonly number[]>>;

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Times each task in each round. Tasks take turns, so that whatever else the machine does falls on
 * all of them alike.
 */
export async function sampleTimes<T extends string>(
  tasks: Readonly<Record<T, () => Promise<unknown>>>,
  rounds: number,
  warmUps = 3,
): Promise<Samples<T>> {
  const names = Object.keys(tasks) as T[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    T,
    number[]
  >;
  for (let round = -warmUps; round < rounds; round++)
    for (const name of names) {
      const start = performance.now();
      await tasks[name]();
      if (round >= 0) times[name].push(performance.now() - start);
    }
  return times;
}

/** The median of each task over all the samples. */
export function medians<T extends string>(
  ...samples: ReadonlyArray<Samples<T>>
): Record<T, number> {
  const names = Object.keys(samples[0]!) as T[];
  return Object.fromEntries(
    names.map((name) => [name, median(samples.flatMap((one) => one[name]))]),
  ) as Record<T, number>;
}
