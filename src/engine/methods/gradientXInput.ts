import { capture } from '../capture.ts';
import type { TensorData } from '../layout.ts';
import { defineMethod } from './method.ts';
import { sumChannels } from './reductions.ts';

/** Elementwise product of two tensors of one shape. */
export function product({ shape, data }: TensorData, factor: TensorData): TensorData {
  return { shape, data: data.map((value, i) => value * factor.data[i]!) };
}

// #region gradientXInput
/**
 * L = sum over colour channels of I dS/dI, with I the normalised input: signed, in target units, what a
 * linear network would owe to each pixel as compared with the mean colour, which is 0 after
 * normalisation. `details`: `gradient` and `attribution`, `[1, C, H, W]`.
 * Source: Shrikumar et al. 2016, arXiv:1605.01713. Captum's `InputXGradient` leaves channels apart.
 */
export const gradientXInput = defineMethod({
  id: 'gradient-x-input',
  name: 'Gradient x input',
  family: 'gradient',
  unit: 'target units',
  atLayer: false,
  long: false,
  options: [],
  async attribute(run, request) {
    const { activations, gradients, logits, target } = await capture(run, {
      ...request,
      layers: ['input'],
      gradients: ['input'],
    });
    const gradient = gradients['input']!;
    const attribution = product(activations['input']!, gradient);
    return {
      map: sumChannels(attribution),
      details: { gradient, attribution },
      layer: undefined,
      target: target!,
      logits: logits!,
    };
  },
});
// #endregion
