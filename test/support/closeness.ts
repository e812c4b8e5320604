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

/** Share of the values whose difference is beyond `bound` times the largest magnitude expected, and the cosine. */
export function likeness(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number,
): { readonly beyond: number; readonly cosine: number } {
  if (actual.length !== expected.length)
    throw new Error(`got ${actual.length} values, expected ${expected.length}`);
  let [product, ours, theirs, scale, count] = [0, 0, 0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    product += actual[i]! * expected[i]!;
    ours += actual[i]! ** 2;
    theirs += expected[i]! ** 2;
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  for (let i = 0; i < expected.length; i++)
    count += Number(!(Math.abs(actual[i]! - expected[i]!) <= bound * scale));
  return { beyond: count / expected.length, cosine: product / Math.sqrt(ours * theirs) };
}

/** Errors relative to the largest magnitude expected, by what was compared. */
export type Errors = Readonly<Record<string, number>>;

/** What a tensor should be: its error relative to the largest magnitude expected, infinite for a wrong shape. */
export type Expectation = (actual: TensorData) => number;

/** Expects every element. */
export function whole(expected: TensorData): Expectation {
  return ({ shape, data }) =>
    shape.join() === expected.shape.join() ? relativeError(data, expected.data) : Infinity;
}

/** Collects errors. */
export class ErrorTable {
  readonly errors: Record<string, number> = {};

  add(name: string, actual: TensorData, expected: TensorData | Expectation): void {
    const error = typeof expected === 'function' ? expected : whole(expected);
    this.errors[name] = error(actual);
  }
}

/** What lies beyond the bound, as `name: error`. */
export function beyond(errors: Errors, bound: number): string[] {
  return Object.entries(errors)
    .filter(([, error]) => !(error <= bound))
    .map(([name, error]) => `${name}: ${error}`);
}
