import { describe, expect, test } from 'vitest';
import {
  filterOrder,
  resemblance,
  type FilterSort,
} from '../../src/components/figures/filterOrder.ts';
import type { FilterAnalysis } from '../../src/worker/protocol.ts';

const filters = [
  Float32Array.of(3, 4),
  Float32Array.of(-3, -4),
  Float32Array.of(4, -3),
  Float32Array.of(6, 8),
];

function analysis(
  verdict: FilterAnalysis['verdict'],
  orientation: number | undefined,
  colourfulness: number,
): FilterAnalysis {
  return { verdict, colourfulness, best: 0, fits: [{ parameters: { orientation } }] } as never;
}
const analyses = [
  analysis('blob', undefined, 0.2),
  analysis('grating', 120, 0),
  analysis('noise', 10, 0.9),
  analysis('edge', 45, 0.5),
];

const sorted = (sort: FilterSort, like = 0) => filterOrder(filters, { sort, like }, analyses);

describe('filters are sorted', () => {
  test('by index and by falling norm, equals by index', () => {
    expect(sorted('index')).toEqual([0, 1, 2, 3]);
    expect(sorted('norm')).toEqual([3, 0, 1, 2]);
  });

  test('by the angle of edges and gratings, then what has none, the most colourful first', () => {
    expect(sorted('orientation')).toEqual([3, 1, 2, 0]);
  });

  test('by colourfulness', () => {
    expect(sorted('colour')).toEqual([2, 3, 0, 1]);
  });

  test('by likeness: first itself, last its negative', () => {
    expect(sorted('likeness', 0)).toEqual([0, 3, 2, 1]);
    expect(sorted('likeness', 1)).toEqual([1, 2, 0, 3]);
    expect(sorted('likeness', 99)).toEqual([0, 3, 2, 1]);
  });

  test('by index where it takes an analysis that has not come', () => {
    expect(filterOrder(filters, { sort: 'orientation', like: 0 }, undefined)).toEqual([0, 1, 2, 3]);
    expect(filterOrder(filters, { sort: 'colour', like: 0 }, undefined)).toEqual([0, 1, 2, 3]);
  });
});

test('resemblance is the mean over the wall', () => {
  const then = [filters[3]!, filters[0]!, filters[2]!, Float32Array.of(1, 0)];
  // 1, -1, 1 and 6 / 10.
  expect(resemblance(then, filters)).toBeCloseTo(0.4, 6);
});
