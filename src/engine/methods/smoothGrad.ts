import { normalNoise } from '../inputs/normalNoise.ts';
import { sampled, subjectOf } from './batches.ts';
import { defineMethod, type Evidence } from './method.ts';
import { reduceChannels, reductionOption } from './reductions.ts';
import { MeanOfSamples } from './meanOfSamples.ts';
import { seedOption } from './seedOption.ts';

/** Distance between the largest and the smallest value. */
function spread(values: Float32Array): number {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return max - min;
}

// #region smoothGrad
/**
 * Mean over n noisy copies of the gradient g_i = dS/dI at I + e_i, e_i normal with standard deviation
 * sigma (max I - min I), I the normalised input; its channels are reduced as saliency's are. `squared`
 * is the mean of g_i^2 (arXiv:1806.10758), `variance` that of (g_i - mean)^2, VarGrad
 * (arXiv:1810.03307); these two are in squared units.
 * `details`, each `[1, C, H, W]`: `gradient` (the signed mean), `channels` (what was reduced), and from
 * two samples on `standardError` of the mean. Sample i draws its noise from stream i of the seed.
 *
 * Source: Smilkov et al. 2017, arXiv:1706.03825, where sigma is a share of the picture's range.
 * `convention` `captum`: Captum's `NoiseTunnel` around `Saliency` takes sigma in units of the input and
 * magnitudes before the mean. The saliency library squares unless told not to (`squared`).
 */
export const smoothGrad = defineMethod({
  id: 'smoothgrad',
  name: 'SmoothGrad',
  family: 'gradient',
  unit: 'target units per unit of normalised input (squared for squares and variance)',
  atLayer: false,
  long: true,
  options: [
    {
      kind: 'choice',
      name: 'form',
      label: 'Of the gradients',
      choices: ['mean', 'squared', 'variance'],
      default: 'mean',
    },
    reductionOption,
    {
      kind: 'number',
      name: 'samples',
      label: 'Noisy copies',
      min: 1,
      max: 1000,
      step: 1,
      default: 50,
      integer: true,
    },
    { kind: 'number', name: 'sigma', label: 'Noise', min: 0, max: 2, step: 0.01, default: 0.15 },
    seedOption,
    {
      kind: 'choice',
      name: 'convention',
      label: 'Convention',
      choices: ['paper', 'captum'],
      default: 'paper',
    },
  ],
  async attribute(run, request, { form, reduction, samples, sigma, seed, convention }) {
    const subject = await subjectOf(run, request);
    const { pixels, target, logits } = subject;
    const size = pixels.data.length;
    const scale = convention === 'paper' ? sigma * spread(pixels.data) : sigma;
    const magnitudes = convention === 'captum';
    const signed = new MeanOfSamples(size);
    const taken = magnitudes ? new MeanOfSamples(size) : signed;

    const evidence = (): Evidence => {
      const of = (data: Float32Array) => ({ shape: pixels.shape, data });
      const forms = {
        mean: () => taken.mean(),
        squared: () => taken.meanSquare(),
        variance: () => taken.variance(),
      };
      const channels = of(forms[form]());
      const error = taken.standardError();
      return {
        map: reduceChannels(channels, reduction),
        details: {
          gradient: of(signed.mean()),
          channels,
          ...(error && { standardError: of(error) }),
        },
        layer: undefined,
        target,
        logits,
      };
    };

    await sampled(subject, request, {
      count: samples,
      gradients: true,
      input(index) {
        const noise = normalNoise(size, seed, index);
        return pixels.data.map((value, i) => value + scale * noise[i]!);
      },
      take(_index, { gradient }) {
        signed.add(gradient);
        if (magnitudes) taken.add(gradient.map(Math.abs));
      },
      partial: evidence,
    });
    return evidence();
  },
});
// #endregion
