import { sumOfChannels } from './channelSums.ts';
import { defineCam } from './classActivation.ts';

/** What the paper multiplies by inside the hyperbolic tangent. */
const gain = 2;

/**
 * L = ReLU(sum_k ReLU(g) A^k), position by position, with g = d s_c / d A^k. `scaling` `tanh` is
 * tanh(2 L / max L), without a unit: the paper's for shallow layers, whose values are small.
 * Source: Jiang et al. 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for
 * Localization". pytorch-grad-cam does not scale.
 */
export const layerCam = defineCam({
  id: 'layer-cam',
  name: 'LayerCAM',
  unit: 'target units',
  options: [
    {
      kind: 'choice',
      name: 'scaling',
      label: 'Scaling',
      choices: ['none', 'tanh'],
      default: 'none',
    },
  ],
  relu: 'on',
  gradient: true,
  look({ activation, gradient, plane }, { scaling }) {
    const terms = activation.map((value, i) => Math.max(0, gradient[i]!) * value);
    if (scaling === 'none') return { terms };
    const sum = sumOfChannels(terms, plane);
    const max = Math.max(0, ...sum);
    return { map: sum.map((value) => (max > 0 ? Math.tanh((gain * value) / max) : 0)) };
  },
});
