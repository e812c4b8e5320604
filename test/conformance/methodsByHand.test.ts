/** Every method on a network small enough to compute by hand. */
import { describe, expect, it } from 'vitest';
import { gaussianBlur } from '../../src/engine/inputs/gaussianBlur.ts';
import { riseMask } from '../../src/engine/inputs/riseMask.ts';
import { methodIds, methodNamed } from '../../src/engine/methods/index.ts';
import type { OptionValue } from '../../src/engine/methods/options.ts';
import { seededRandom } from '../../src/engine/random.ts';
import { onEachBackend } from '../support/backends.ts';
import { relativeError } from '../support/closeness.ts';
import { handInput, handNetwork, handSize, places, seen } from '../support/handNetwork.ts';

/** The target's gradient by the red of each pixel that is seen: weight 2, mean over 4 positions. */
const gradient = 0.5;

type Hand = readonly [expected: readonly number[], options?: Readonly<Record<string, OptionValue>>];

/** A map of the input's size that is 0 but at the pixels seen. */
function atPlaces(values: readonly number[]): number[] {
  const map = Array<number>(handSize ** 2).fill(0);
  places.forEach((place, i) => (map[place] = values[i]!));
  return map;
}

const same = atPlaces([gradient, gradient, gradient, gradient]);
const product = atPlaces(seen.map((value) => gradient * value));

function lostByBlur(deviation: number): number[] {
  const blurred = gaussianBlur(handInput(), deviation).data;
  return atPlaces(places.map((place, i) => gradient * (seen[i]! - blurred[place]!)));
}

function ofOneMask(): number[] {
  const mask = riseMask(handSize, 0, { cells: 4, probability: 0.5, seed: 1 });
  const score = places.reduce((sum, place, i) => sum + gradient * seen[i]! * mask[place]!, 0);
  return [...mask].map((share) => (score * share) / 0.5);
}

/** A map of the input's size with one value for each quarter; each has one of the pixels seen. */
function quadrants(values: readonly number[]): number[] {
  const right = (i: number) => Number(i % handSize >= handSize / 2);
  const below = (i: number) => Number(i >= handSize ** 2 / 2);
  return Array.from({ length: handSize ** 2 }, (_, i) => values[2 * below(i) + right(i)]!);
}

/** Grad-CAM is 0.5 A, and all that agree with it where the gradient is the same everywhere. */
const half = seen.map((value) => gradient * value);
/** A less its mean, 3. */
const centred = [3, -1, -1, -1];

const byHand: Readonly<Record<string, Hand>> = {
  saliency: [same],
  'gradient-x-input': [product],
  smoothgrad: [same, { samples: 3, sigma: 0.02 }],
  'integrated-gradients': [product, { baseline: 'mean', steps: 3 }],
  'expected-gradients': [product, { samples: 3 }],
  'blur-ig': [lostByBlur(2), { steps: 2, sigma: 2 / handSize }],
  'guided-backprop': [same],
  deconvnet: [same],
  'guided-x-input': [product],
  occlusion: [quadrants(half), { window: 0.5, stride: 1, baseline: 'mean' }],
  rise: [ofOneMask(), { masks: 1, cells: 4, probability: 0.5 }],
  cam: [[12, 4, 4, 4]],
  'grad-cam': [half],
  'guided-grad-cam': [atPlaces([1.5, 0.5, 0.5, 0.5]), { upsampling: 'captum' }],
  // a = g^2 / (2 g^2 + 12 g^3) = 1/8 at each of 4 positions, so w = 4 g a = 1/4
  'grad-cam-plus-plus': [[1.5, 0.5, 0.5, 0.5]],
  'x-grad-cam': [half],
  'hires-cam': [half],
  'element-wise-grad-cam': [half],
  'layer-cam': [half],
  'score-cam': [seen, { channels: 1 }],
  'ablation-cam': [seen, { channels: 1 }],
  'eigen-cam': [centred],
  'eigen-grad-cam': [centred.map((value) => gradient * value)],
  'full-grad': [product],
  'finer-cam': [half],
  'shapley-cam': [half],
  'kpca-cam': [centred, { kernel: 'linear' }],
  'random-cam': [
    seen.map((value) => (2 * seededRandom(7)() - 1) * value),
    { seed: 7, relu: 'off' },
  ],
};

describe('by hand', () => {
  it('there is every method', () => {
    expect(Object.keys(byHand).sort()).toEqual([...methodIds].sort());
  });

  onEachBackend(() => {
    it.each(Object.entries(byHand))('%s is right', async (id, [expected, options]) => {
      const model = handNetwork();
      const pixels = handInput();
      const run = model.run(pixels);
      const method = await methodNamed(id);
      const { map, logits } = await method.explain(run, {
        target: { kind: 'logit', class: 3 },
        preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
        references: { shape: pixels.shape, data: new Float32Array(pixels.data.length) },
        options,
      });
      expect(logits.data[3]).toBeCloseTo(6, 4);
      expect(relativeError(map.data, expected)).toBeLessThan(1e-5);
      run.dispose();
      await model.dispose();
    });
  });
});
