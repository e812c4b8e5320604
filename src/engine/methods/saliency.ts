import { capture } from '../capture.ts';
import { defineMethod } from './method.ts';
import { reduceChannels, reductionOption } from './reductions.ts';

// #region saliency
/**
 * M(x, y) = max over colour channels k of |d s_c / d I(k, x, y)|, with s_c the target and I the
 * normalised input; `l2` and `sum` reduce the channels by Euclidean norm and by sum of magnitudes.
 * `details.gradient` `[1, C, H, W]` has the signs.
 * Source: Simonyan, Vedaldi and Zisserman 2013, arXiv:1312.6034. Captum's `Saliency` leaves the
 * magnitudes of the channels apart, its viewer sums them.
 */
export const saliency = defineMethod({
  id: 'saliency',
  name: 'Saliency',
  family: 'gradient',
  unit: 'target units per unit of normalised input',
  atLayer: false,
  long: false,
  options: [reductionOption],
  async attribute(run, request, { reduction }) {
    const { gradients, logits, target } = await capture(run, { ...request, gradients: ['input'] });
    const gradient = gradients['input']!;
    const map = reduceChannels(gradient, reduction);
    return { map, details: { gradient }, layer: undefined, target: target!, logits: logits! };
  },
});
// #endregion
