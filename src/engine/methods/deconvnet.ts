import { ruledGradient } from './guidedBackprop.ts';
import { defineMethod } from './method.ts';
import { reductionOption } from './reductions.ts';

// #region deconvnet
/**
 * The gradient at the input where every ReLU passes back g (g > 0), whether its unit was active or not;
 * max-pooling passes back to where the maximum was ("switches"), as in every backward pass here.
 * `details.gradient` `[1, C, H, W]` has the signs; the map reduces its channels as saliency does.
 * Source: Zeiler and Fergus 2013, arXiv:1311.2901. Captum's `Deconvolution` leaves channels apart.
 */
export const deconvnet = defineMethod({
  id: 'deconvnet',
  name: 'Deconvolutional network',
  family: 'gradient',
  unit: 'target units per unit of normalised input',
  atLayer: false,
  long: false,
  options: [reductionOption],
  attribute: (run, request, { reduction }) => ruledGradient(run, request, 'deconvnet', reduction),
});
// #endregion
