import { capture } from '../capture.ts';
import type { Run } from '../model.ts';
import type { ReluRule } from '../trace.ts';
import { defineMethod, type Evidence, type EvidenceRequest } from './method.ts';
import { reduceChannels, reductionOption, type Reduction } from './reductions.ts';

// #region guidedBackprop
/** Evidence of what comes back to the input under a rule for the ReLUs, its channels reduced. */
export async function ruledGradient(
  run: Run,
  request: EvidenceRequest,
  reluRule: ReluRule,
  reduction: Reduction,
): Promise<Evidence> {
  const { gradients, logits, target } = await capture(run, {
    ...request,
    gradients: ['input'],
    reluRule,
  });
  const gradient = gradients['input']!;
  const map = reduceChannels(gradient, reduction);
  return { map, details: { gradient }, layer: undefined, target: target!, logits: logits! };
}

/**
 * The gradient at the input where every ReLU passes back g (x > 0)(g > 0) in place of g (x > 0): of what
 * comes from above only what is positive, and only where the unit was active. No gradient of anything:
 * it draws edges, for an untrained network as well (Adebayo et al. 2018, arXiv:1810.03292).
 * `details.gradient` `[1, C, H, W]` has the signs; the map reduces its channels as saliency does.
 * Source: Springenberg et al. 2014, arXiv:1412.6806. Captum's `GuidedBackprop` leaves channels apart.
 */
export const guidedBackprop = defineMethod({
  id: 'guided-backprop',
  name: 'Guided backpropagation',
  family: 'gradient',
  unit: 'target units per unit of normalised input',
  atLayer: false,
  long: false,
  options: [reductionOption],
  attribute: (run, request, { reduction }) => ruledGradient(run, request, 'guided', reduction),
});
// #endregion
