/** A least-squares problem in a few bounded parameters. */
export interface Problem {
  /** Residuals at a point; the array may be overwritten by the next call. */
  residuals(point: readonly number[]): Float64Array;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface Solution {
  readonly point: readonly number[];
  /** Sum of the squared residuals. */
  readonly cost: number;
}

/** Steps from every start, and then from the best of what they reached. */
const firstSteps = 5;
const lastSteps = 30;
/** A step that gains less than this share of the cost ends the search. */
const leastGain = 1e-5;
const difference = 1e-5;

/**
 * The least squares found from several starts: a few steps from each, then on from the best two.
 */
export function levenbergMarquardt(
  problem: Problem,
  starts: readonly (readonly number[])[],
): Solution {
  const cheapest = (solutions: Solution[]) => solutions.sort((a, b) => a.cost - b.cost);
  const tried = cheapest(starts.map((start) => descend(problem, start, firstSteps)));
  const refined = tried.slice(0, 2).map(({ point }) => descend(problem, point, lastSteps));
  return cheapest(refined)[0]!;
}

/**
 * Levenberg and Marquardt's damped Gauss-Newton method with forward differences. Parameters that a
 * step would carry over a bound stop there.
 */
function descend(problem: Problem, start: readonly number[], mostSteps: number): Solution {
  const { residuals, low, high } = problem;
  const clamp = (point: readonly number[]) =>
    point.map((value, i) => Math.min(high[i]!, Math.max(low[i]!, value)));
  let point = clamp(start);
  let current = residuals(point).slice();
  let cost = sumOfSquares(current);
  let damping = 1e-2;
  for (let step = 0; step < mostSteps && damping < 1e8; step++) {
    const { gradient, curvature } = normalEquations(problem, point, current);
    let gained = false;
    while (!gained && damping < 1e8) {
      const move = solveDamped(curvature, gradient, damping);
      const next = clamp(point.map((value, i) => value - move[i]!));
      const there = residuals(next);
      const nextCost = sumOfSquares(there);
      if (nextCost < cost) {
        gained = true;
        const gain = (cost - nextCost) / cost;
        point = next;
        current = there.slice();
        cost = nextCost;
        damping = Math.max(damping / 5, 1e-9);
        if (gain < leastGain) return { point, cost };
      } else damping *= 4;
    }
  }
  return { point, cost };
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** J^T r and J^T J. */
function normalEquations(
  { residuals, high }: Problem,
  point: readonly number[],
  current: Float64Array,
): { gradient: number[]; curvature: number[][] } {
  const columns = point.map((value, i) => {
    const step = value + difference > high[i]! ? -difference : difference;
    const moved = point.with(i, value + step);
    const column = residuals(moved).slice();
    for (let k = 0; k < column.length; k++) column[k] = (column[k]! - current[k]!) / step;
    return column;
  });
  const dot = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
    return sum;
  };
  const lower = columns.map((a, i) => columns.slice(0, i + 1).map((b) => dot(a, b)));
  return {
    gradient: columns.map((column) => dot(column, current)),
    curvature: columns.map((_, i) =>
      columns.map((_, j) => (j <= i ? lower[i]![j]! : lower[j]![i]!)),
    ),
  };
}

/** Solves (A + damping * (diag A + tiny)) x = b by Cholesky's decomposition. */
function solveDamped(matrix: number[][], right: number[], damping: number): number[] {
  const n = right.length;
  const tiny = 1e-12 + 1e-9 * Math.max(...matrix.map((row, i) => row[i]!));
  const lower = matrix.map((row) => row.slice());
  for (let i = 0; i < n; i++) {
    lower[i]![i]! += damping * (matrix[i]![i]! + tiny) + tiny;
    for (let j = 0; j <= i; j++) {
      let sum = lower[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, tiny * 1e-3)) : sum / lower[j]![j]!;
    }
  }
  const half: number[] = [];
  for (let i = 0; i < n; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i]![k]! * half[k]!;
    half.push(sum / lower[i]![i]!);
  }
  const out = Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = half[i]!;
    for (let k = i + 1; k < n; k++) sum -= lower[k]![i]! * out[k]!;
    out[i] = sum / lower[i]![i]!;
  }
  return out;
}
