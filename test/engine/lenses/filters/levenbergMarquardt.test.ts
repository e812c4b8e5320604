import { describe, expect, it } from 'vitest';
import { levenbergMarquardt } from '../../../../src/engine/lenses/filters/levenbergMarquardt.ts';

const free = { low: [-10, -10], high: [10, 10] };

describe('Levenberg and Marquardt', () => {
  it("find the end of Rosenbrock's valley", () => {
    const residuals = ([x, y]: readonly number[]) => Float64Array.of(10 * (y! - x! * x!), 1 - x!);
    const { point, cost } = levenbergMarquardt({ residuals, ...free }, [[-1.2, 1]]);
    expect(point[0]).toBeCloseTo(1, 3);
    expect(point[1]).toBeCloseTo(1, 3);
    expect(cost).toBeLessThan(1e-6);
  });

  it('stop at the bounds', () => {
    const residuals = ([x, y]: readonly number[]) => Float64Array.of(x! - 3, y! + 4);
    const bounds = { low: [-1, -1], high: [1, 1] };
    const { point, cost } = levenbergMarquardt({ residuals, ...bounds }, [[0, 0]]);
    expect(point).toEqual([1, -1]);
    expect(cost).toBeCloseTo(13, 10);
  });

  it('take the best of several starts', () => {
    // Minima at x = -1 with cost 0 and near x = 1 with cost close to 1.
    const residuals = ([x]: readonly number[]) => Float64Array.of(x! * x! - 1, 0.5 * (x! + 1));
    const problem = { residuals, low: [-3], high: [3] };
    expect(levenbergMarquardt(problem, [[1.2]]).point[0]).toBeGreaterThan(0);
    expect(levenbergMarquardt(problem, [[1.2], [-0.5]]).point[0]).toBeCloseTo(-1, 3);
  });

  it('survive a parameter that changes nothing', () => {
    const residuals = ([x]: readonly number[]) => Float64Array.of(x! - 2);
    const { point } = levenbergMarquardt({ residuals, ...free }, [[0, 5]]);
    expect(point[0]).toBeCloseTo(2, 5);
    expect(point[1]).toBeCloseTo(5, 5);
  });
});
