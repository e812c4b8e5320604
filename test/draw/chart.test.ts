import { describe, expect, test } from 'vitest';
import { barLayout } from '../../src/draw/bars.ts';
import { histogram } from '../../src/draw/histogram.ts';
import { numberText, percentText } from '../../src/draw/numberText.ts';

describe('barLayout', () => {
  const labels = ['plane', 'car', 'bird'];
  const probabilities = [0.25, 0.7, 0.05];

  test('puts the most probable class first and measures bars in shares of the room', () => {
    const bars = barLayout(labels, probabilities, { width: 140, labelWidth: 40 });
    expect(bars.map((bar) => bar.label)).toEqual(['car', 'plane', 'bird']);
    bars.forEach((bar, i) => expect(bar.width).toBeCloseTo([70, 25, 5][i]!, 12));
    expect(bars.every((bar) => bar.x === 40)).toBe(true);
    expect(bars[0]!.text).toBe('70.0 %');
  });

  test('keeps the class explained among the first few', () => {
    const bars = barLayout(labels, probabilities, { width: 100, limit: 2, keep: 2 });
    expect(bars.map((bar) => bar.index)).toEqual([1, 2]);
  });

  test('can keep the order of the classes', () => {
    const bars = barLayout(labels, probabilities, { width: 100, order: 'class', limit: 2 });
    expect(bars.map((bar) => bar.index)).toEqual([0, 1]);
  });

  test('refuses labels and probabilities that differ in number', () => {
    expect(() => barLayout(labels, [1], { width: 1 })).toThrow(
      'invalid bars: 1 probabilities; expected 3, one a label',
    );
  });
});

describe('histogram', () => {
  test('counts into equal bins, the last of which holds its upper end', () => {
    const { bins, counted } = histogram([0, 1, 1, 3, 4], { width: 40, height: 10, bins: 4 });
    expect(bins.map((bin) => bin.count)).toEqual([1, 2, 0, 2]);
    expect(bins.map((bin) => bin.x)).toEqual([0, 10, 20, 30]);
    expect(bins.map((bin) => bin.height)).toEqual([5, 10, 0, 10]);
    expect(bins.map((bin) => bin.y)).toEqual([5, 0, 10, 0]);
    expect(counted).toBe(5);
  });

  test('leaves out what is not finite or out of range', () => {
    expect(
      histogram([NaN, -1, 0.5, 2], { width: 1, height: 1, bins: 2, range: [0, 1] }).counted,
    ).toBe(1);
  });

  test('draws constant values', () => {
    const { bins } = histogram([2, 2], { width: 10, height: 10, bins: 2 });
    expect(bins.map((bin) => bin.count)).toEqual([0, 2]);
  });
});

test('numberText keeps at least three digits and a true minus sign', () => {
  const values = [0, -0.5, 1.23456, 1234.5, 99999, 123456, 0.00012, -1e-7, NaN, -Infinity];
  expect(values.map((value) => numberText(value))).toEqual([
    '0',
    '−0.5',
    '1.23',
    '1235',
    '99999',
    '1.23e5',
    '1.2e−4',
    '−1e−7',
    'not a number',
    '−∞',
  ]);
});

test('percentText never rounds to certainty', () => {
  expect([0, 0.0001, 0.05, 0.9234, 0.99999, 1].map(percentText)).toEqual([
    '0.0 %',
    '< 0.1 %',
    '5.0 %',
    '92.3 %',
    '> 99.9 %',
    '100.0 %',
  ]);
});
