import { describe, expect, it } from 'vitest';
import {
  argmax,
  resolveClass,
  softmax,
  targetSeed,
  targetValue,
} from '../../src/engine/targets.ts';

const logits = Float32Array.of(1, -2, 3, 0.5);

describe('targets', () => {
  it('softmax adds up to 1 and does not overflow', () => {
    expect([...softmax([0, 0])]).toEqual([0.5, 0.5]);
    expect([...softmax([1000, 0])]).toEqual([1, 0]);
    const odds = softmax([Math.log(1), Math.log(3)]);
    expect(odds[1]).toBeCloseTo(0.75, 6);
  });

  it('the largest logit is predicted, the first of equals', () => {
    expect(argmax([2, 5, 5])).toBe(1);
    expect(resolveClass({ kind: 'logit', class: 'predicted' }, logits)).toBe(2);
  });

  it.each([-1, 4, 1.5, NaN])('class %d is refused', (index) => {
    expect(() => resolveClass({ kind: 'logit', class: index }, logits)).toThrow(
      `invalid class: ${index}, expected an integer from 0 to 3`,
    );
  });

  it('the seed of a logit is one-hot', () => {
    expect([...targetSeed({ kind: 'logit', class: 1 }, logits)]).toEqual([0, 1, 0, 0]);
  });

  it.each([0, 1, 2, 3])('the seed of the probability of class %i is its derivative', (index) => {
    const target = { kind: 'probability', class: index } as const;
    const step = 1e-5;
    const numeric = Array.from(logits, (_, k) => {
      const moved = (by: number) => Array.from(logits, (v, i) => (i === k ? v + by : v));
      const p = (values: number[]) => {
        const sum = values.reduce((total, v) => total + Math.exp(v), 0);
        return Math.exp(values[index]!) / sum;
      };
      return (p(moved(step)) - p(moved(-step))) / (2 * step);
    });
    targetSeed(target, logits).forEach((value, k) => expect(value).toBeCloseTo(numeric[k]!, 6));
    expect(targetValue(target, logits)).toBeCloseTo(softmax(logits)[index]!, 7);
  });
});
