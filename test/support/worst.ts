import type { Errors } from './closeness.ts';

/** The largest error of a test, for the report at the end. */
export interface Worst {
  /** What errors are collected under: a backend. */
  readonly group: string;
  readonly where: string;
  readonly error: number;
  readonly bound: number;
}

declare module 'vitest' {
  interface TaskMeta {
    worst?: Worst;
    /** What a reader of the report should know of a test that passes. */
    notes?: readonly string[];
  }
}

/** Notes a test's largest error on the test; the reporter prints the largest of each group. */
export function noteWorst(
  task: { meta: { worst?: Worst } },
  group: string,
  errors: Errors,
  bound: number,
): void {
  const [where, error] = Object.entries(errors).reduce((a, b) => (b[1] > a[1] ? b : a));
  task.meta.worst = { group, where, error, bound };
}
