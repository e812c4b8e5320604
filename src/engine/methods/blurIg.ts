import { gaussianBlur } from '../inputs/gaussianBlur.ts';
import { sampled, subjectOf, valuesAt } from './batches.ts';
import { defineMethod, type Evidence } from './method.ts';
import { completeness, list, stepsOption } from './pathIntegral.ts';
import { sumChannels } from './reductions.ts';

// #region blurIg
/**
 * Integrated gradients along a path of blurred pictures: L = sum over colour channels and steps k of
 * (B(s_k) - B(s_k+1)) dS/dI at B((s_k + s_k+1) / 2), with B(s) the normalised input under a Gaussian of
 * standard deviation s and s_k evenly spaced from 0 to `sigma` times the width. Signed, in target
 * units; its sum nears S(I) - S(B(largest s)). From the most blurred picture on, so that a map in the
 * making has what is evidence so far.
 * `details`: `attribution` `[1, C, H, W]`; `path`, standard deviations in pixels, descending, both ends
 * among them, and `scores` there; `sum`, `difference` and `gap` of the completeness.
 *
 * Source: Xu, Venugopalan and Sundararajan 2020, arXiv:2004.03383. The saliency library takes the
 * derivative of the blur by s at the left end of each step; differences of blurred pictures add up to
 * the whole. Its blur takes what is beyond the border for 0, this one for the picture's mirror image.
 */
export const blurIg = defineMethod({
  id: 'blur-ig',
  name: 'Blur Integrated Gradients',
  family: 'gradient',
  unit: 'target units',
  atLayer: false,
  long: true,
  options: [
    stepsOption,
    {
      kind: 'number',
      name: 'sigma',
      label: 'Largest blur (share of the width)',
      min: 0.01,
      max: 1,
      step: 0.01,
      default: 0.2,
    },
  ],
  async attribute(run, request, { steps, sigma }) {
    const subject = await subjectOf(run, request);
    const { pixels, target, logits } = subject;
    const largest = sigma * pixels.shape[3]!;
    const edge = (step: number) => (largest * (steps - step)) / steps;
    const blurred = (deviation: number) => gaussianBlur(pixels, deviation).data;
    let before = blurred(largest);
    const [startValue] = await valuesAt(subject, [before], request);
    const total = new Float64Array(pixels.data.length);
    const path = [largest];
    const scores = [startValue!];

    const evidence = (): Evidence => {
      const attribution = { shape: pixels.shape, data: Float32Array.from(total) };
      return {
        map: sumChannels(attribution),
        details: {
          attribution,
          path: list([...path, 0]),
          scores: list([...scores, target.value]),
          ...completeness(total, target.value - startValue!),
        },
        layer: undefined,
        target,
        logits,
      };
    };

    await sampled(subject, request, {
      count: steps,
      gradients: true,
      input: (step) => blurred((edge(step) + edge(step + 1)) / 2),
      take(step, { gradient, value }) {
        const after = blurred(edge(step + 1));
        gradient.forEach((g, i) => (total[i]! += g * (after[i]! - before[i]!)));
        before = after;
        path.push((edge(step) + edge(step + 1)) / 2);
        scores.push(value);
      },
      partial: evidence,
    });
    return evidence();
  },
});
// #endregion
