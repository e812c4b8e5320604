import { gradientTimesInput } from './gradientXInput.ts';
import { defineMethod } from './method.ts';

// #region guidedXInput
/**
 * L = sum over colour channels of I G, with I the normalised input and G the guided gradient
 * (`guided-backprop`): signed, in target units, though nothing sums up to the target.
 * `details`: `gradient` (guided) and `attribution`, `[1, C, H, W]`.
 * Source: Springenberg et al. 2014, arXiv:1412.6806, times the input as in arXiv:1605.01713.
 */
export const guidedXInput = defineMethod({
  id: 'guided-x-input',
  name: 'Guided backpropagation x input',
  family: 'gradient',
  unit: 'target units',
  atLayer: false,
  long: false,
  options: [],
  attribute: (run, request) => gradientTimesInput(run, request, 'guided'),
});
// #endregion
