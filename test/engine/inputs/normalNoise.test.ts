import { describe, expect, it } from 'vitest';
import { normalNoise } from '../../../src/engine/inputs/normalNoise.ts';
import { seededRandom } from '../../../src/engine/random.ts';

describe('random numbers', () => {
  it('are those of training/sfc32.py', () => {
    const draws = (stream: number) => {
      const random = seededRandom(19, stream);
      return [random(), random(), random()];
    };
    expect(draws(0)).toEqual([0.85792041500099, 0.1742938542738557, 0.5002758491318673]);
    expect(draws(3)).toEqual([0.3825412078294903, 0.07719658454880118, 0.5085099120624363]);
  });

  it('are normal ones as well', () => {
    const expected = [
      [0.904674768447876, -1.0859427452087402, 1.2734315395355225],
      [0.8687151074409485, 0.8536075949668884, -1.385282039642334],
    ];
    [0, 3].forEach((sample, i) =>
      normalNoise(3, 19, sample).forEach((value, k) =>
        expect(value).toBeCloseTo(expected[i]![k]!, 6),
      ),
    );
  });

  it('have mean 0 and variance 1', () => {
    const noise = normalNoise(20_000, 2, 7);
    const mean = noise.reduce((a, b) => a + b, 0) / noise.length;
    const square = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
    // Four standard errors.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20_000));
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
  });
});
