import { defineCam } from './classActivation.ts';
import { firstComponent, withSign } from './principalComponent.ts';

/**
 * The first principal component of g A, positions as points and channels as their coordinates,
 * centred for each channel; g = d s_c / d A. Its sign is arbitrary; here the largest magnitude is
 * positive, with a note where the other sign had about as good a claim.
 * Source: pytorch-grad-cam's `EigenGradCAM`, which leaves the sign as it comes.
 */
export const eigenGradCam = defineCam({
  id: 'eigen-grad-cam',
  name: 'Eigen-Grad-CAM',
  unit: 'target units',
  options: [],
  relu: 'off',
  gradient: true,
  look({ activation, gradient, plane }) {
    const terms = activation.map((value, i) => gradient[i]! * value);
    return withSign(firstComponent(terms, plane, 'channels'));
  },
});
