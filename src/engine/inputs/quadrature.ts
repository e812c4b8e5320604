import { EngineError } from '../errors.ts';

/** How an integral over [0, 1] is approximated. */
export type QuadratureRule = 'midpoint' | 'gauss-legendre';

/** Places in (0, 1), ascending, and their weights, which sum to 1. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Midpoints of equal parts (a Riemann sum, exact for straight lines), or Gauss-Legendre nodes, exact
 * for polynomials up to degree 2 * count - 1.
 * @throws {EngineError} `invalid-option`
 */
export function quadrature(rule: QuadratureRule, count: number): Quadrature {
  if (!Number.isInteger(count) || count < 1)
    throw new EngineError(
      'invalid-option',
      `invalid steps: ${count}, expected a whole number from 1`,
    );
  if (rule === 'gauss-legendre') return gaussLegendre(count);
  return {
    nodes: Float64Array.from({ length: count }, (_, k) => (k + 0.5) / count),
    weights: new Float64Array(count).fill(1 / count),
  };
}

/**
 * Roots of the Legendre polynomial of degree n by Newton's method from Tricomi's approximation, moved
 * from [-1, 1] to [0, 1].
 */
function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let x = -Math.cos((Math.PI * (k + 0.75)) / (count + 0.5));
    for (let round = 0; round < 8; round++) {
      const { value, slope } = legendre(count, x);
      x -= value / slope;
    }
    const { slope } = legendre(count, x);
    nodes[k] = (1 + x) / 2;
    weights[k] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** The Legendre polynomial of a degree and its derivative, inside (-1, 1). */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let previous = 1;
  let value = x;
  for (let n = 2; n <= degree; n++)
    [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
  return { value, slope: (degree * (previous - x * value)) / (1 - x * x) };
}
