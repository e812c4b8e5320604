import { expect, test } from 'vitest';
import { cosine, rankFilters } from '../../src/draw/kernelMatch.ts';

const filters = Float32Array.of(
  ...[3, 4, 0, 0], // a right angle to the kernel's second half
  ...[0, 0, -2, 0], // the negative of a part
  ...[0, 0, 0, 0], // dead
  ...[5, 5, 6, 6], // bright
);

test('the cosine is the same whatever the contrast', () => {
  expect(cosine([3, 4], [6, 8])).toBeCloseTo(1, 6);
  expect(cosine([3, 4], [4, -3])).toBe(0);
  // (3 * 5 + 4 * 0) / (5 * 5)
  expect(cosine([3, 4], [5, 0])).toBeCloseTo(0.6, 6);
  expect(cosine([3, 4], [0, 0])).toBe(0);
});

test('filters rank by the size of the cosine, whatever its sign', () => {
  const ranked = rankFilters(filters, [0, 0, 3, 4], false);
  expect(ranked.map(({ index }) => index)).toEqual([3, 1, 0, 2]);
  // (18 + 24) / (5 sqrt(122)), then -6 / (5 * 2), and nothing in common twice.
  expect(ranked[0]!.similarity).toBeCloseTo(42 / (5 * Math.sqrt(122)), 6);
  expect(ranked[1]!.similarity).toBeCloseTo(-0.6, 6);
  expect(ranked.slice(2).map(({ similarity }) => similarity)).toEqual([0, 0]);
});

test('without their means, brightness counts no more', () => {
  const ranked = rankFilters(filters, [0, 0, 1, 1], true);
  expect(ranked[0]!.index).toBe(3);
  expect(ranked[0]!.similarity).toBeCloseTo(1, 6);
  expect(ranked.at(-1)).toEqual({ index: 2, similarity: 0 });
});

test('an empty kernel is like nothing, and neither is a flat one without its mean', () => {
  expect(rankFilters(filters, [0, 0, 0, 0], false).every((m) => m.similarity === 0)).toBe(true);
  expect(rankFilters(filters, [2, 2, 2, 2], true).every((m) => m.similarity === 0)).toBe(true);
});

test('a kernel of another shape is refused', () => {
  expect(() => rankFilters(filters, [1, 2, 3], false)).toThrow('3 weights beside 16');
});
