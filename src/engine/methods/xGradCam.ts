import { perChannel, sumOver } from './channelSums.ts';
import { defineCam } from './classActivation.ts';

const epsilon = 1e-7;

/**
 * alpha_k = sum(g A^k) / (sum A^k + 1e-7), sums over positions;  L = ReLU(sum_k alpha_k A^k), with
 * g = d s_c / d A^k: the weights for which the whole map changes with the activations as the target
 * does. Unstable where sum A^k is about 0, before a ReLU.
 * Source: Fu et al. 2020, arXiv:2008.02312; pytorch-grad-cam computes the same.
 */
export const xGradCam = defineCam({
  id: 'x-grad-cam',
  name: 'XGrad-CAM',
  unit: 'target units',
  options: [],
  relu: 'on',
  gradient: true,
  look(view) {
    const { activation, gradient } = view;
    let count = 0;
    const alpha = perChannel(view, (_, first, end) => {
      const divisor = sumOver(first, end, (i) => activation[i]!) + epsilon;
      if (divisor === 0) count++;
      return divisor === 0
        ? 0
        : sumOver(first, end, (i) => gradient[i]! * activation[i]!) / divisor;
    });
    return { alpha, notes: count > 0 ? [{ code: 'zero-divisor', count }] : [] };
  },
});
