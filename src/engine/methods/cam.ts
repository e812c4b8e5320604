import { EngineError } from '../errors.ts';
import { perChannel } from './channelSums.ts';
import { defineCam } from './classActivation.ts';
import { lastSpatialLayer, pooledBy } from './layerView.ts';

/**
 * L = sum_k w_k A^k, with w the class's weights in the linear layer that follows global average
 * pooling; only the pooled layer has them. Signed, in Z times the target's units, Z the number of
 * positions: its mean is the logit without its bias. For other targets than a logit, w is the
 * gradient at the pooled values.
 * Source: Zhou et al. 2016, arXiv:1512.04150.
 * @throws {EngineError} `invalid-option` for a layer that is not pooled
 */
export const cam = defineCam({
  id: 'cam',
  name: 'CAM',
  unit: 'target units',
  options: [],
  relu: 'off',
  gradient: true,
  look(view, _, { run }) {
    const { gradient, plane, layer } = view;
    if (!pooledBy(run.model, layer))
      throw new EngineError(
        'invalid-option',
        `CAM needs a layer that only the average pooling and a linear layer follow, ${layer} is none, choose ${lastSpatialLayer(run.model)}`,
      );
    return { alpha: perChannel(view, (_channel, first) => gradient[first]! * plane) };
  },
});
