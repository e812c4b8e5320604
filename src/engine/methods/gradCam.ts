import { meanGradient } from './channelSums.ts';
import { defineCam } from './classActivation.ts';

// #region gradCam
/**
 * alpha_k = (1/Z) sum over positions of d s_c / d A^k;  L = ReLU(sum_k alpha_k A^k), with A the
 * activation of the layer and Z its number of positions. Raw, at the layer's own resolution, in
 * units of the target. `details` has `alpha` `[C]` and `signed`, the sum before the ReLU.
 * Source: Selvaraju et al. 2017, arXiv:1610.02391. An all-zero map is a legitimate answer: no
 * position speaks for the class.
 */
export const gradCam = defineCam({
  id: 'grad-cam',
  name: 'Grad-CAM',
  unit: 'target units',
  options: [],
  relu: 'on',
  gradient: true,
  look: (view) => ({ alpha: meanGradient(view) }),
});
// #endregion
