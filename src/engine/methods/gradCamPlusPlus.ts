import { perChannel, sumOver } from './channelSums.ts';
import { defineCam } from './classActivation.ts';

const epsilon = 1e-6;

/**
 * a = g^2 / (2 g^2 + g^3 sum A^k + 1e-6) at each position, 0 where g = 0;
 * alpha_k = sum over positions of a ReLU(g);  L = ReLU(sum_k alpha_k A^k), with g = d s_c / d A^k.
 * Source: Chattopadhay et al. 2018, arXiv:1710.11063, whose derivation is for exp(s_c): it would
 * multiply every weight by that one number, which this (as pytorch-grad-cam) leaves out. The divisor
 * can come near 0 or below it where sum A^k is negative, before a ReLU.
 */
export const gradCamPlusPlus = defineCam({
  id: 'grad-cam-plus-plus',
  name: 'Grad-CAM++',
  unit: 'target units',
  options: [],
  relu: 'on',
  gradient: true,
  look(view) {
    const { activation, gradient } = view;
    const alpha = perChannel(view, (_, first, end) => {
      const sum = sumOver(first, end, (i) => activation[i]!);
      return sumOver(first, end, (i) => {
        const g = gradient[i]!;
        const divisor = 2 * g ** 2 + sum * g ** 3 + epsilon;
        return g > 0 && divisor !== 0 ? (g ** 2 / divisor) * g : 0;
      });
    });
    return { alpha };
  },
});
