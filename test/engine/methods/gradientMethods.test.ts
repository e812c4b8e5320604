/** What must hold of the gradient methods and of RISE for any network. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../../../src/engine/capture.ts';
import { normalNoise } from '../../../src/engine/inputs/normalNoise.ts';
import { riseMask } from '../../../src/engine/inputs/riseMask.ts';
import type { TensorData } from '../../../src/engine/layout.ts';
import { blurIg } from '../../../src/engine/methods/blurIg.ts';
import { deconvnet } from '../../../src/engine/methods/deconvnet.ts';
import { expectedGradients } from '../../../src/engine/methods/expectedGradients.ts';
import { guidedBackprop } from '../../../src/engine/methods/guidedBackprop.ts';
import { integratedGradients } from '../../../src/engine/methods/integratedGradients.ts';
import { rise } from '../../../src/engine/methods/rise.ts';
import { saliency } from '../../../src/engine/methods/saliency.ts';
import { smoothGrad } from '../../../src/engine/methods/smoothGrad.ts';
import type { Model, Run } from '../../../src/engine/model.ts';
import { onEachBackend } from '../../support/backends.ts';
import { relativeError } from '../../support/closeness.ts';
import { explained, number } from '../../support/explained.ts';
import { noise, smallModel } from '../../support/models.ts';

const target = { kind: 'logit', class: 3 } as const;
const size = 8;

onEachBackend(() => {
  describe('of a network with kinks', () => {
    let model: Model;
    let run: Run;
    const pixels = noise([1, 3, size, size], 5);

    beforeAll(() => {
      model = smallModel(size);
      run = model.run(pixels);
    });

    afterAll(async () => {
      run.dispose();
      await model.dispose();
    });

    it.each(['paper', 'captum'])(
      'SmoothGrad without noise is saliency (%s)',
      async (convention) => {
        const options = { sigma: 0, samples: 3, convention };
        const { map } = await explained(saliency, run);
        const smooth = await explained(smoothGrad, run, options);
        expect(relativeError(smooth.map.data, map.data)).toBeLessThan(1e-5);
        const squared = await explained(smoothGrad, run, { ...options, form: 'squared' });
        expect(
          relativeError(
            squared.map.data,
            map.data.map((v) => v * v),
          ),
        ).toBeLessThan(1e-5);
        const { data } = (await explained(smoothGrad, run, { ...options, form: 'variance' })).map;
        expect(Math.max(...data)).toBeLessThan(1e-9);
      },
    );

    it('variance is the mean of squares less the square of the mean, channel by channel', async () => {
      const channels = async (form: string) =>
        (await explained(smoothGrad, run, { form, samples: 20 })).details['channels']!.data;
      const [mean, squared, variance] = await Promise.all(
        ['mean', 'squared', 'variance'].map(channels),
      );
      const expected = squared!.map((value, i) => value - mean![i]! ** 2);
      expect(relativeError(variance!, expected)).toBeLessThan(1e-5);
    });

    it("a seed decides everything, and the number of samples nothing about each sample's noise", async () => {
      const mean = async (samples: number, seed: number) =>
        (await explained(smoothGrad, run, { samples, seed })).details['gradient']!.data;
      expect(await mean(18, 1)).toEqual(await mean(18, 1));
      expect(await mean(18, 1)).not.toEqual(await mean(18, 2));
      const [few, more] = [await mean(17, 1), await mean(18, 1)];
      const last = more.map((value, i) => 18 * value - 17 * few[i]!);
      const noisy = normalNoise(192, 1, 17);
      const range = Math.max(...pixels.data) - Math.min(...pixels.data);
      const moved = model.run({
        shape: pixels.shape,
        data: pixels.data.map((value, i) => value + 0.15 * range * noisy[i]!),
      });
      const { details } = await explained(saliency, moved);
      moved.dispose();
      expect(relativeError(last, details['gradient']!.data)).toBeLessThan(1e-3);
    });

    it('the standard error falls with the root of the number of samples', async () => {
      const error = async (samples: number) => {
        const { details } = await explained(smoothGrad, run, { samples });
        return Math.hypot(...details['standardError']!.data);
      };
      const ratio = (await error(25)) / (await error(100));
      expect(ratio).toBeGreaterThan(1.5);
      expect(ratio).toBeLessThan(2.6);
      const { details } = await explained(smoothGrad, run, { samples: 1 });
      expect(details['standardError']).toBeUndefined();
    });

    it.each(['black', 'blurred', 'noise'])(
      'Integrated Gradients from %s near completeness as steps grow',
      async (baseline) => {
        const gap = async (steps: number, rule = 'midpoint') => {
          const { details } = await explained(integratedGradients, run, { baseline, steps, rule });
          expect(number(details, 'sum') - number(details, 'difference')).toBeCloseTo(
            number(details, 'gap'),
            5,
          );
          return Math.abs(number(details, 'gap'));
        };
        const many = await gap(200);
        const { details } = await explained(integratedGradients, run, { baseline, steps: 1 });
        expect(many).toBeLessThan(0.01 * Math.max(...details['scores']!.data.map(Math.abs)));
        expect(many).toBeLessThan(Math.abs(number(details, 'gap')));
        expect(await gap(60, 'gauss-legendre')).toBeLessThan(Math.abs(number(details, 'gap')));
      },
    );

    it('Blur-IG nears completeness, from the most blurred picture to the picture', async () => {
      const few = await explained(blurIg, run, { steps: 2, sigma: 0.3 });
      const many = await explained(blurIg, run, { steps: 100, sigma: 0.3 });
      const { path, scores } = many.details;
      expect(path!.data[0]).toBeCloseTo(0.3 * size, 5);
      expect(path!.data.at(-1)).toBe(0);
      expect(scores!.data[0]).toBeCloseTo(
        many.target.value - number(many.details, 'difference'),
        6,
      );
      expect(scores!.data.at(-1)).toBeCloseTo(many.target.value, 6);
      expect(scores!.data.length).toBe(102);
      const gap = Math.abs(number(many.details, 'gap'));
      expect(gap).toBeLessThan(Math.abs(number(few.details, 'gap')) / 2);
    });

    it('guided backpropagation and deconvnet are not the gradient', async () => {
      const gradient = (await explained(saliency, run)).map.data;
      const guided = (await explained(guidedBackprop, run)).map.data;
      const other = (await explained(deconvnet, run)).map.data;
      expect(relativeError(guided, gradient)).toBeGreaterThan(0.1);
      expect(relativeError(other, gradient)).toBeGreaterThan(0.1);
      expect(relativeError(other, guided)).toBeGreaterThan(0.1);
    });

    it('RISE weighs masks by what the target makes of the pictures behind them', async () => {
      const options = { masks: 20, cells: 3, probability: 0.6, seed: 9 };
      const { map, details } = await explained(rise, run, options);
      const expected = new Float64Array(size * size);
      for (let i = 0; i < 20; i++) {
        const mask = riseMask(size, i, options);
        const masked = model.run({
          shape: pixels.shape,
          data: pixels.data.map((value, k) => value * mask[k % (size * size)]!),
        });
        const { target: found } = await capture(masked, { target });
        masked.dispose();
        expect(details['scores']!.data[i]).toBeCloseTo(found!.value, 5);
        mask.forEach((share, k) => (expected[k]! += (share * found!.value) / (20 * 0.6)));
      }
      expect(relativeError(map.data, expected)).toBeLessThan(1e-5);
    });

    it('explains other targets than logits, and keeps the class that the picture is predicted as', async () => {
      const predicted = { kind: 'log-probability', class: 'predicted' } as const;
      const { details, target: found } = await explained(
        integratedGradients,
        run,
        { baseline: 'white', steps: 200 },
        { target: predicted },
      );
      const { class: index } = (await explained(saliency, run, {}, { target: predicted })).target;
      expect(found.class).toBe(index);
      expect(details['scores']!.data.every((score) => score <= 0)).toBe(true);
      expect(Math.abs(number(details, 'gap'))).toBeLessThan(0.01);
    });

    it('needs references for expected gradients, and to be told what black is', async () => {
      await expect(explained(expectedGradients, run)).rejects.toMatchObject({
        code: 'invalid-option',
      });
      await expect(
        explained(integratedGradients, run, {}, { preprocessing: undefined }),
      ).rejects.toMatchObject({ code: 'invalid-option' });
    });

    it('shows maps in the making that near the whole one', async () => {
      const partials: TensorData[] = [];
      const { map } = await explained(
        integratedGradients,
        run,
        { steps: 80 },
        { reportEvery: 0, onPartial: (partial) => partials.push(partial.map) },
      );
      expect(partials.length).toBeGreaterThan(2);
      const errors = partials.map(({ data }) => relativeError(data, map.data));
      expect(errors.at(-1)).toBeLessThan(errors[0]!);
      expect(errors[0]).toBeLessThan(1);
    });
  });
});
