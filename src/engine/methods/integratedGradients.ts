import { quadrature } from '../inputs/quadrature.ts';
import { baselineOf, baselineOption } from './baselineOption.ts';
import { sampled, spreadOrder, subjectOf, valuesAt } from './batches.ts';
import { defineMethod, type Evidence } from './method.ts';
import { completeness, list, stepsOption } from './pathIntegral.ts';
import { sumChannels } from './reductions.ts';
import { seedOption } from './seedOption.ts';

// #region integratedGradients
/**
 * L = sum over colour channels of (I - I') times the integral over a from 0 to 1 of dS/dI at
 * I' + a (I - I'), with I' the baseline: signed, in target units, its sum S(I) - S(I').
 * `details`: `gradient` (the path's mean), `attribution` and `baseline`, each `[1, C, H, W]`; `path`, the
 * places a with both ends, and `scores`, S there; `sum`, `difference` and `gap` of the completeness.
 *
 * Source: Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", arXiv:1703.01365,
 * who sum at the right end of each step (PAIR's saliency library at both); midpoints have a smaller gap
 * for the same steps. Captum takes Gauss-Legendre, 50 steps, and for a baseline 0, which is `mean` here.
 */
export const integratedGradients = defineMethod({
  id: 'integrated-gradients',
  name: 'Integrated Gradients',
  family: 'gradient',
  unit: 'target units',
  atLayer: false,
  long: true,
  options: [
    baselineOption,
    stepsOption,
    {
      kind: 'choice',
      name: 'rule',
      label: 'Rule',
      choices: ['midpoint', 'gauss-legendre'],
      default: 'midpoint',
    },
    seedOption,
  ],
  async attribute(run, request, { baseline: kind, steps, rule, seed }) {
    const subject = await subjectOf(run, request);
    const { pixels, target, logits } = subject;
    const start = baselineOf(kind, pixels, request, seed);
    const [startValue] = await valuesAt(subject, [start.data], request);
    const { nodes, weights } = quadrature(rule, steps);
    const order = spreadOrder(steps);
    const integral = new Float64Array(pixels.data.length);
    const scores = new Map<number, number>();
    let weightSoFar = 0;

    const evidence = (): Evidence => {
      const gradient = Float32Array.from(integral, (sum) => sum / weightSoFar);
      const attribution = gradient.map((g, i) => g * (pixels.data[i]! - start.data[i]!));
      const places = [...scores.keys()].sort((a, b) => a - b);
      const of = (data: Float32Array) => ({ shape: pixels.shape, data });
      return {
        map: sumChannels(of(attribution)),
        details: {
          gradient: of(gradient),
          attribution: of(attribution),
          baseline: start,
          path: list([0, ...places, 1]),
          scores: list([startValue!, ...places.map((a) => scores.get(a)!), target.value]),
          ...completeness(attribution, target.value - startValue!),
        },
        layer: undefined,
        target,
        logits,
      };
    };

    await sampled(subject, request, {
      count: steps,
      gradients: true,
      input(index) {
        const a = nodes[order[index]!]!;
        return start.data.map((value, i) => value + a * (pixels.data[i]! - value));
      },
      take(index, { gradient, value }) {
        const step = order[index]!;
        const weight = weights[step]!;
        weightSoFar += weight;
        scores.set(nodes[step]!, value);
        gradient.forEach((g, i) => (integral[i]! += weight * g));
      },
      partial: evidence,
    });
    return evidence();
  },
});
// #endregion
