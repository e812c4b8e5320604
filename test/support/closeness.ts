import type { TensorData } from '../../src/engine/layout.ts';

/** Largest difference over the largest magnitude expected; the difference itself where that is 0. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`got ${actual.length} values, expected ${expected.length}`);
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(distance)) return Infinity;
    difference = Math.max(difference, distance);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return scale === 0 ? difference : difference / scale;
}

/** Errors relative to the largest magnitude expected, by what was compared. */
export type Errors = Readonly<Record<string, number>>;

/** Collects errors; a wrong shape counts as infinitely wrong. */
export class ErrorTable {
  readonly errors: Record<string, number> = {};

  add(name: string, actual: TensorData, expected: TensorData): void {
    const sameShape = actual.shape.join() === expected.shape.join();
    this.errors[name] = sameShape ? relativeError(actual.data, expected.data) : Infinity;
  }
}

/** What lies beyond the bound, as `name: error`. */
export function beyond(errors: Errors, bound: number): string[] {
  return Object.entries(errors)
    .filter(([, error]) => !(error <= bound))
    .map(([name, error]) => `${name}: ${error}`);
}
