import { riseMask } from '../inputs/riseMask.ts';
import { sampled, subjectOf } from './batches.ts';
import { MeanOfSamples } from './meanOfSamples.ts';
import { defineMethod, type Evidence } from './method.ts';
import { list } from './pathIntegral.ts';
import { seedOption } from './seedOption.ts';

// #region rise
/**
 * L = 1 / (n p) sum over random masks M of S(I M) M: how the target does where a pixel is to be seen.
 * A mask has `cells` x `cells` coins that show with probability p, enlarged bilinearly and shifted; I is
 * the normalised input, so that what is hidden has the mean colour. In target units, around the mean
 * score of masked pictures, not around 0. Needs no gradient.
 * `details`: `standardError` of the map `[H, W]`, from two masks on; `scores`, S of each masked picture
 * so far. Mask i is drawn from stream i of the seed.
 * Source: Petsiuk, Das and Saenko 2018, arXiv:1806.07421, who take probabilities for S and thousands of
 * masks, and whose code enlarges with scikit-image, mirrored at the border.
 */
export const rise = defineMethod({
  id: 'rise',
  name: 'RISE',
  family: 'gradient-free',
  unit: 'target units',
  atLayer: false,
  long: true,
  options: [
    {
      kind: 'number',
      name: 'masks',
      label: 'Masks',
      min: 1,
      max: 8000,
      step: 1,
      default: 500,
      integer: true,
    },
    {
      kind: 'number',
      name: 'cells',
      label: 'Cells along a side',
      min: 2,
      max: 32,
      step: 1,
      default: 7,
      integer: true,
    },
    {
      kind: 'number',
      name: 'probability',
      label: 'Share that shows',
      min: 0.05,
      max: 0.95,
      step: 0.05,
      default: 0.5,
    },
    seedOption,
  ],
  async attribute(run, request, { masks, cells, probability, seed }) {
    const subject = await subjectOf(run, request);
    const { pixels, target, logits } = subject;
    const [, , height, width] = pixels.shape as [number, number, number, number];
    const plane = height * width;
    const mask = (index: number) => riseMask(width, index, { cells, probability, seed });
    const weighted = new MeanOfSamples(plane);
    const scores: number[] = [];

    const evidence = (): Evidence => {
      const shape = [height, width];
      const scaled = (data: Float32Array) => ({
        shape,
        data: data.map((value) => value / probability),
      });
      const error = weighted.standardError();
      return {
        map: scaled(weighted.mean()),
        details: { ...(error && { standardError: scaled(error) }), scores: list(scores) },
        layer: undefined,
        target,
        logits,
      };
    };

    await sampled(subject, request, {
      count: masks,
      gradients: false,
      input(index) {
        const shown = mask(index);
        return pixels.data.map((value, i) => value * shown[i % plane]!);
      },
      take(index, { value }) {
        scores.push(value);
        weighted.add(mask(index).map((share) => share * value));
      },
      partial: evidence,
    });
    return evidence();
  },
});
// #endregion
