import { defineCam } from './classActivation.ts';
import { firstComponent, withSign } from './principalComponent.ts';

/**
 * The first principal component of A, positions as points and channels as their coordinates: no
 * target, no gradient. Its sign is arbitrary; here the largest magnitude is positive, with a note
 * where the other sign had about as good a claim. In units of the activation.
 * Source: Muhammad and Yeasin 2020, arXiv:2008.00299, who do not centre the channels (`centre`
 * `none`); pytorch-grad-cam does (`channels`), and leaves the sign as it comes.
 */
export const eigenCam = defineCam({
  id: 'eigen-cam',
  name: 'Eigen-CAM',
  unit: 'activation units',
  options: [
    {
      kind: 'choice',
      name: 'centre',
      label: 'Centred',
      choices: ['channels', 'none'],
      default: 'channels',
    },
  ],
  relu: 'off',
  gradient: false,
  look: ({ activation, plane }, { centre }) => withSign(firstComponent(activation, plane, centre)),
});
