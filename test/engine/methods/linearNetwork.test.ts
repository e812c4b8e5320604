/** What the methods must be for a network that can be seen through. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gaussianBlur } from '../../../src/engine/inputs/gaussianBlur.ts';
import type { TensorData } from '../../../src/engine/layout.ts';
import { blurIg } from '../../../src/engine/methods/blurIg.ts';
import { deconvnet } from '../../../src/engine/methods/deconvnet.ts';
import { expectedGradients } from '../../../src/engine/methods/expectedGradients.ts';
import { gradientXInput } from '../../../src/engine/methods/gradientXInput.ts';
import { guidedBackprop } from '../../../src/engine/methods/guidedBackprop.ts';
import { guidedXInput } from '../../../src/engine/methods/guidedXInput.ts';
import { integratedGradients } from '../../../src/engine/methods/integratedGradients.ts';
import { occlusion } from '../../../src/engine/methods/occlusion.ts';
import { saliency } from '../../../src/engine/methods/saliency.ts';
import type { Model, Run } from '../../../src/engine/model.ts';
import { onEachBackend } from '../../support/backends.ts';
import { relativeError } from '../../support/closeness.ts';
import { explained, number } from '../../support/explained.ts';
import { positiveInput, positiveModel } from '../../support/positiveWeights.ts';

const size = 8;

onEachBackend(() => {
  /** All weights and pixels are positive, so every ReLU passes everything on: S is linear, and 0 at 0. */
  describe('of a linear network', () => {
    let model: Model;
    let run: Run;
    let product: TensorData;

    beforeAll(async () => {
      model = positiveModel('smallcnn', size);
      run = model.run(positiveInput(size));
      product = (await explained(gradientXInput, run)).map;
    });

    afterAll(async () => {
      run.dispose();
      await model.dispose();
    });

    it('gradient x input adds up to the target, but for the bias', async () => {
      const { target: found } = await explained(saliency, run);
      const bias = (await model.parameter('head.bias')).data[3]!;
      const sum = product.data.reduce((a, b) => a + b, 0);
      expect(relativeError([sum], [found.value - bias])).toBeLessThan(1e-6);
    });

    it.each([
      ['midpoint', 1],
      ['midpoint', 7],
      ['gauss-legendre', 3],
    ] as const)('Integrated Gradients are exact: %s, %i steps', async (rule, steps) => {
      const { map, details } = await explained(integratedGradients, run, {
        baseline: 'mean',
        rule,
        steps,
      });
      expect(relativeError(map.data, product.data)).toBeLessThan(1e-5);
      expect(Math.abs(number(details, 'gap'))).toBeLessThan(
        1e-5 * Math.abs(number(details, 'difference')),
      );
      const { path, scores } = details;
      // Along a straight line the target of a linear network is a straight line.
      const [start, end] = [scores!.data[0]!, scores!.data.at(-1)!];
      const line = path!.data.map((a) => start + a * (end - start));
      expect(relativeError(scores!.data, line)).toBeLessThan(1e-5);
      expect([path!.data[0], path!.data.at(-1), path!.data.length]).toEqual([0, 1, steps + 2]);
    });

    it('occlusion of single pixels is gradient x input', async () => {
      const { map, details } = await explained(occlusion, run, {
        window: 1 / size,
        stride: 1,
        baseline: 'mean',
      });
      expect(details['changes']!.shape).toEqual([size, size]);
      expect(relativeError(map.data, product.data)).toBeLessThan(2e-4);
    });

    it('occlusion by larger windows takes what their pixels owe, and means where they overlap', async () => {
      const { details, map } = await explained(occlusion, run, {
        window: 0.375,
        stride: 0.667,
        baseline: 'mean',
      });
      // Windows of 3 pixels, 2 apart: the fourth is clipped to two.
      const { shape, data } = details['changes']!;
      expect(shape).toEqual([4, 4]);
      let inside = 0;
      for (const y of [2, 3, 4]) for (const x of [6, 7]) inside += product.data[y * size + x]!;
      expect(relativeError([data[7]!], [inside])).toBeLessThan(1e-5);
      const means = [data[0]!, (data[0]! + data[1]!) / 2];
      expect(relativeError([map.data[0]!, map.data[2]!], means)).toBeLessThan(1e-6);
    });

    it.each([guidedBackprop, deconvnet])('$id is saliency', async (method) => {
      const { map } = await explained(saliency, run, { reduction: 'l2' });
      const found = await explained(method, run, { reduction: 'l2' });
      expect(relativeError(found.map.data, map.data)).toBeLessThan(1e-6);
    });

    it('guided backpropagation x input is gradient x input', async () => {
      expect(
        relativeError((await explained(guidedXInput, run)).map.data, product.data),
      ).toBeLessThan(1e-6);
    });

    it('Blur-IG is complete with one step: its sum is what the blur takes', async () => {
      const { map, details } = await explained(blurIg, run, { steps: 1, sigma: 0.25 });
      const pixels = positiveInput(size);
      const lost = gaussianBlur(pixels, 2).data.map((value, i) => 1 - value / pixels.data[i]!);
      const { attribution } = (await explained(gradientXInput, run)).details;
      const expected = attribution!.data.map((value, i) => value * lost[i]!);
      expect(relativeError(details['attribution']!.data, expected)).toBeLessThan(1e-5);
      expect(map.shape).toEqual([size, size]);
      expect(Math.abs(number(details, 'gap'))).toBeLessThan(0.1);
    });

    it('expected gradients of one reference are its difference times the gradient', async () => {
      const { shape, data } = positiveInput(size);
      const references = { shape, data: data.map((value) => value / 4) };
      const { map, details } = await explained(
        expectedGradients,
        run,
        { samples: 3 },
        { references },
      );
      expect(
        relativeError(
          map.data,
          product.data.map((value) => 0.75 * value),
        ),
      ).toBeLessThan(1e-5);
      expect(Math.abs(number(details, 'gap'))).toBeLessThan(
        1e-6 * Math.abs(number(details, 'difference')),
      );
      // The gradient is the same everywhere, so nothing scatters.
      expect(Math.max(...details['standardError']!.data)).toBeLessThan(
        1e-3 * Math.max(...map.data),
      );
    });
  });
});
