import { capture } from '../capture.ts';
import type { TensorData } from '../layout.ts';
import type { Run } from '../model.ts';
import type { ReluRule } from '../trace.ts';
import { defineMethod, type Evidence, type EvidenceRequest } from './method.ts';
import { sumChannels } from './reductions.ts';

/** Elementwise product of two tensors of one shape. */
export function product({ shape, data }: TensorData, factor: TensorData): TensorData {
  return { shape, data: data.map((value, i) => value * factor.data[i]!) };
}

// #region gradientXInput
/** Evidence of the gradient at the input, by a rule for its ReLUs where one is given, times the input. */
export async function gradientTimesInput(
  run: Run,
  request: EvidenceRequest,
  reluRule?: ReluRule,
): Promise<Evidence> {
  const { activations, gradients, logits, target } = await capture(run, {
    ...request,
    layers: ['input'],
    gradients: ['input'],
    reluRule,
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
}

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
  attribute: (run, request) => gradientTimesInput(run, request),
});
// #endregion
