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

/** Errors of one comparison after another, and the worst of them by name. */
export class ErrorTable {
  readonly errors = new Map<string, number>();

  /** Notes the error under a name; a wrong shape counts as infinitely wrong. */
  add(name: string, actual: TensorData, expected: TensorData): void {
    const sameShape = actual.shape.join() === expected.shape.join();
    this.errors.set(name, sameShape ? relativeError(actual.data, expected.data) : Infinity);
  }

  /** What lies beyond the bound, as `name: error`. */
  beyond(bound: number): string[] {
    return [...this.errors].filter(([, error]) => !(error <= bound)).map(([name, error]) => `${name}: ${error}`);
  }

  get worst(): { name: string; error: number } {
    const [name, error] = [...this.errors].reduce((a, b) => (b[1] > a[1] ? b : a), ['nothing compared', 0]);
    return { name, error };
  }
}
