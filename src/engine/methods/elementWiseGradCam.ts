import { defineCam } from './classActivation.ts';

/**
 * L = sum_k ReLU(g A^k), position by position, with g = d s_c / d A^k: what speaks against the class
 * is cut off in each channel, before the channels could cancel.
 * Source: pytorch-grad-cam's `GradCAMElementWise`.
 */
export const elementWiseGradCam = defineCam({
  id: 'element-wise-grad-cam',
  name: 'Element-wise Grad-CAM',
  unit: 'target units',
  options: [],
  relu: 'on',
  gradient: true,
  look: ({ activation, gradient }) => ({
    terms: activation.map((value, i) => Math.max(0, gradient[i]! * value)),
  }),
});
