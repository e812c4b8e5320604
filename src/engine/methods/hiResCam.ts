import { defineCam } from './classActivation.ts';

/**
 * L = sum_k g A^k, position by position, with g = d s_c / d A^k. Signed; a ReLU is an option. Where
 * only average pooling and a linear layer follow, its sum is exactly the logit without its bias.
 * Source: Draelos and Carin 2020, arXiv:2011.08891; pytorch-grad-cam cuts off what is negative.
 */
export const hiResCam = defineCam({
  id: 'hires-cam',
  name: 'HiResCAM',
  unit: 'target units',
  options: [],
  relu: 'off',
  gradient: true,
  look: ({ activation, gradient }) => ({
    terms: activation.map((value, i) => gradient[i]! * value),
  }),
});
