import { expect, test } from 'vitest';
import {
  accountOf,
  byValue,
  cellSums,
  channelSums,
  contributions,
  ofCell,
  ofChannel,
  strongest,
} from '../../src/components/figures/contributions.ts';

/** Two channels of 1x3, worth 1 and -2 a unit: 4 0 1 and -2 -2 0. */
const shape = [1, 2, 1, 3];
const parts = contributions(
  { shape, data: Float32Array.of(4, 0, 1, 1, 1, 0) },
  { shape, data: Float32Array.of(1, 1, 1, -2, -2, -2) },
);

test('cells and channels sum up to the same total', () => {
  expect([...parts]).toEqual([4, 0, 1, -2, -2, -0]);
  expect(cellSums(parts, 3)).toEqual([2, -2, 1]);
  expect(channelSums(parts, 3)).toEqual([5, -4]);
});

test('a cell is made of channels, a channel of cells', () => {
  expect(ofCell(parts, 3, 1)).toEqual([
    { index: 0, value: 0 },
    { index: 1, value: -2 },
  ]);
  expect(ofChannel(parts, 3, 0).sort(byValue)).toEqual([
    { index: 0, value: 4 },
    { index: 2, value: 1 },
    { index: 1, value: 0 },
  ]);
});

test('the strongest are the largest above zero, earlier ones first', () => {
  const indices = (items: readonly number[]) =>
    strongest(items, 3).map(({ index, value }) => [index, value]);
  expect(indices([1, 5, -9, 2, 0, 5, 3])).toEqual([
    [1, 5],
    [5, 5],
    [6, 3],
  ]);
  expect(indices([0, -1, 4])).toEqual([[2, 4]]);
  expect(strongest([], 3)).toEqual([]);
});

test('an account names the largest in size and adds up the others', () => {
  const items = [1, -5, 2, 3].map((value, index) => ({ index, value }));
  expect(accountOf(items, 2)).toEqual({
    parts: [
      { index: 1, value: -5 },
      { index: 3, value: 3 },
    ],
    rest: { count: 2, value: 3 },
  });
});
