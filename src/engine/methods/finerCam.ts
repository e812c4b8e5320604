import { softmax } from '../targets.ts';
import { meanGradient } from './channelSums.ts';
import { defineCam } from './classActivation.ts';
import { variantOption } from './variantOption.ts';

/** What pytorch-grad-cam adds to the sum of probabilities. */
const epsilon = 1e-9;

interface Comparison {
  readonly index: number;
  /** z_c - strength z_k */
  readonly lead: number;
  readonly share: number;
}

/** The classes whose logits are nearest to that of `index`, their shares being of probability. */
function compared(
  logits: Float32Array,
  index: number,
  { strength, comparisons }: { strength: number; comparisons: number },
): Comparison[] {
  const distance = (k: number) => Math.abs(logits[k]! - logits[index]!);
  const others = Array.from(logits, (_, k) => k).filter((k) => k !== index);
  const nearest = others.toSorted((a, b) => distance(a) - distance(b)).slice(0, comparisons);
  const shares = softmax(nearest.map((k) => logits[k]!));
  return nearest.map((k, i) => ({
    index: k,
    lead: logits[index]! - strength * logits[k]!,
    share: shares[i]!,
  }));
}

/**
 * Grad-CAM of T = sum_k p_k (z_c - strength z_k) / sum_k p_k, with z the logits, p the probabilities
 * and k the classes whose logits are nearest to the explained one's: what tells it from those it is
 * mistaken for. The p_k are differentiated, too. Other targets than a logit count as the logit.
 * Source: Zhang et al. 2025, arXiv:2501.11309. `variant` `pytorch-grad-cam` adds 1e-9 to the divisor,
 * which all but silences the map where the network is nearly certain.
 */
export const finerCam = defineCam({
  id: 'finer-cam',
  name: 'Finer-CAM',
  unit: 'target units',
  options: [
    {
      kind: 'number',
      name: 'strength',
      label: 'Strength',
      min: 0,
      max: 2,
      step: 0.1,
      default: 1,
    },
    {
      kind: 'number',
      name: 'comparisons',
      label: 'Classes compared',
      min: 1,
      max: 10,
      step: 1,
      default: 3,
      integer: true,
    },
    variantOption,
  ],
  relu: 'on',
  gradient: true,
  seed: (options, target) => (logits) => {
    const index = Number(target.class);
    const classes = compared(logits, index, options);
    const probabilities = softmax(logits);
    const mass = classes.reduce((sum, { index: k }) => sum + probabilities[k]!, 0);
    // The divisor's 1e-9 makes T smaller by a factor that depends on all probabilities itself.
    const damping = options.variant === 'paper' ? 1 : mass / (mass + epsilon);
    const value = classes.reduce((sum, { share, lead }) => sum + share * lead, 0);
    const seed = new Float32Array(logits.length);
    if (options.variant !== 'paper')
      seed.set(probabilities.map((p) => (-value * damping * p * epsilon) / (mass + epsilon)));
    seed[index]! += damping;
    for (const { index: k, share, lead } of classes) {
      seed[k]! += damping * share * (lead - value - options.strength);
      if (options.variant !== 'paper')
        seed[k]! += (value * damping * share * epsilon) / (mass + epsilon);
    }
    return seed;
  },
  look: (view) => ({ alpha: meanGradient(view) }),
});
