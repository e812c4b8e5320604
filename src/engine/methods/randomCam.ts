import { seededRandom } from '../random.ts';
import { perChannel } from './channelSums.ts';
import { defineCam } from './classActivation.ts';
import { seedOption } from './seedOption.ts';

/**
 * L = ReLU(sum_k u_k A^k), each u_k drawn uniformly from [-1, 1): what a map looks like that knows
 * nothing of the class. The same seed gives the same map. In units of the activation.
 * Source: pytorch-grad-cam's `RandomCAM`.
 */
export const randomCam = defineCam({
  id: 'random-cam',
  name: 'Random-CAM',
  unit: 'activation units',
  options: [seedOption],
  relu: 'on',
  gradient: false,
  look(view, { seed }) {
    const random = seededRandom(seed);
    return { alpha: perChannel(view, () => 2 * random() - 1) };
  },
});
