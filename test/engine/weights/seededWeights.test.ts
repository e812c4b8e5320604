import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '../../../src/engine/archs/architecture.ts';
import { SeededWeights } from '../../../src/engine/weights/seededWeights.ts';

const bound = 0.25;
const wide: ParameterSpec = {
  name: 'wide',
  shape: [100, 200],
  initial: { kind: 'uniform', bound },
};
const other: ParameterSpec = { ...wide, name: 'other' };
const ones: ParameterSpec = { name: 'ones', shape: [3], initial: { kind: 'constant', value: 1 } };

async function draw(seed: number, ...specs: ParameterSpec[]) {
  return new SeededWeights(seed).load(specs);
}

describe('seeded weights', () => {
  it('are the same for the same seed, in whatever order they are asked for', async () => {
    const forward = await draw(7, wide, other);
    const backward = await draw(7, other, wide);
    const alone = await draw(7, wide);
    expect(forward.get('wide')).toEqual(backward.get('wide'));
    expect(forward.get('wide')).toEqual(alone.get('wide'));
    expect([...forward.keys()]).toEqual(['wide', 'other']);
  });

  it('differ between seeds and between tensors', async () => {
    const one = await draw(7, wide, other);
    const two = await draw(8, wide);
    expect(one.get('wide')).not.toEqual(two.get('wide'));
    expect(one.get('wide')).not.toEqual(one.get('other'));
  });

  it('are uniform between the bounds', async () => {
    const values = (await draw(7, wide)).get('wide')!;
    expect(values).toHaveLength(20_000);
    const sum = (f: (v: number) => number) => values.reduce((total, v) => total + f(v), 0);
    const mean = sum((v) => v) / values.length;
    const variance = sum((v) => (v - mean) ** 2) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.005);
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    expect(Math.max(...values)).toBeLessThanOrEqual(bound);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-bound);
    const decile = (k: number) =>
      values.filter((v) => Math.floor(((v + bound) / (2 * bound)) * 10) === k).length;
    for (let k = 0; k < 10; k++) expect(decile(k) / values.length).toBeCloseTo(0.1, 2);
  });

  it('are constant where PyTorch starts with a constant', async () => {
    expect([...(await draw(7, ones)).get('ones')!]).toEqual([1, 1, 1]);
  });
});
