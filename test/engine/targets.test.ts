import { describe, expect, it } from 'vitest';
import {
  argmax,
  resolveClass,
  resolveTarget,
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

  const kinds = ['probability', 'log-probability', 'difference'] as const;
  const cases = kinds.flatMap((kind) => [0, 1, 2, 3].map((index) => ({ kind, index })));
  it.each(cases)('the seed of the $kind of class $index is its derivative', ({ kind, index }) => {
    const target = { kind, class: index } as const;
    const step = 1e-5;
    const valueOf = (z: number[]): number => {
      const p = Math.exp(z[index]!) / z.reduce((total, v) => total + Math.exp(v), 0);
      const rival = Math.max(...z.filter((_, k) => k !== index));
      return { probability: p, 'log-probability': Math.log(p), difference: z[index]! - rival }[
        kind
      ];
    };
    const numeric = Array.from(logits, (_, k) => {
      const moved = (by: number) => Array.from(logits, (v, i) => (i === k ? v + by : v));
      return (valueOf(moved(step)) - valueOf(moved(-step))) / (2 * step);
    });
    targetSeed(target, logits).forEach((value, k) => expect(value).toBeCloseTo(numeric[k]!, 6));
    expect(targetValue(target, logits)).toBeCloseTo(valueOf([...logits]), 6);
  });

  it('a log-probability stays finite where its probability is 0', () => {
    const target = { kind: 'log-probability', class: 1 } as const;
    expect(targetValue(target, [1000, 0])).toBe(-1000);
    expect([...targetSeed(target, [1000, 0])]).toEqual([-1, 1]);
  });

  it('a difference is taken against the class named, else against the largest of the others', () => {
    const against = { kind: 'difference', class: 2, against: 1 } as const;
    expect([...targetSeed(against, logits)]).toEqual([0, -1, 1, 0]);
    expect(resolveTarget(against, logits)).toEqual({ class: 2, value: 5, against: 1 });
    const alone = { kind: 'difference', class: 'predicted' } as const;
    expect(resolveTarget(alone, logits)).toEqual({ class: 2, value: 2, against: 0 });
    expect(resolveTarget({ ...alone, class: 0 }, logits)).toEqual({
      class: 0,
      value: -2,
      against: 2,
    });
    expect(resolveTarget({ kind: 'logit', class: 0 }, logits)).toEqual({ class: 0, value: 1 });
  });

  it('a class is not explained against itself or one that does not exist', () => {
    const difference = (against: number) => ({ kind: 'difference', class: 2, against }) as const;
    expect(() => targetSeed(difference(2), logits)).toThrow(
      'class 2 cannot be explained against itself',
    );
    expect(() => targetValue(difference(4), logits)).toThrow('invalid class: 4');
  });
});
