import { capture } from '../capture.ts';
import { enlarge } from '../inputs/enlarge.ts';
import type { TensorData } from '../layout.ts';
import type { Model } from '../model.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';
import { minMaxScaled, sumOfChannels } from './channelSums.ts';
import { defineMethod } from './method.ts';

/** PyTorch's default. */
const epsilon = 1e-5;

/** What a `BatchNorm2d` adds to each channel: bias - mean * weight / sqrt(var + eps), `[C]`. */
async function implicitBias(model: Model, name: string, options: LoadOptions) {
  const get = async (field: string) => (await model.parameter(`${name}.${field}`, options)).data;
  const [weight, bias, mean, variance] = [
    await get('weight'),
    await get('bias'),
    await get('running_mean'),
    await get('running_var'),
  ];
  return bias.map(
    (value, c) => value - (mean[c]! * weight[c]!) / Math.sqrt(variance[c]! + epsilon),
  );
}

/** Magnitudes of the terms `[1, C, H, W]`, each channel scaled or not, summed: `[H, W]`. */
function magnitudes(
  { shape, data }: TensorData,
  factor: (index: number) => number,
  scaled: boolean,
): TensorData {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const terms = data.map((value, i) => Math.abs(value * factor(i)));
  if (scaled)
    for (let c = 0; c < channels; c++)
      terms.set(minMaxScaled(terms.subarray(c * plane, (c + 1) * plane)), c * plane);
  return { shape: [height, width], data: sumOfChannels(terms, plane) };
}

/**
 * L = sum_k |I_k g_k| + sum over layers and channels of |b_k g_k| enlarged to the input, with I the
 * normalised input, g the target's gradient there or at the output of a normalisation, and b what
 * that one adds to channel k, the running mean included (convolutions have no biases here). The
 * signed terms, with the bias of the linear layer, add up to the logit exactly; `details` has the sum
 * of each term, `terms`: that of the input, then of every normalisation in forward order.
 * Source: Srinivas and Fleuret 2019, arXiv:1905.00780. `terms` `min-max` scales every channel of every
 * term to 0 to 1 before it is enlarged, as the paper's code and pytorch-grad-cam do.
 */
export const fullGrad = defineMethod({
  id: 'full-grad',
  name: 'FullGrad',
  family: 'class-activation',
  unit: 'target units',
  atLayer: false,
  long: false,
  options: [
    {
      kind: 'choice',
      name: 'terms',
      label: 'Terms',
      choices: ['raw', 'min-max'],
      default: 'raw',
    },
  ],
  async attribute(run, { target: asked, signal, waiting, onProgress }, { terms }) {
    const options = { signal, waiting, onProgress };
    const norms = run.model.modules.filter(({ type }) => type === 'BatchNorm2d');
    const names = norms.map(({ name }) => name);
    const { activations, gradients, logits, target } = await capture(run, {
      ...options,
      target: asked,
      layers: ['input'],
      gradients: ['input', ...names],
    });
    const input = activations['input']!;
    const [, , height, width] = input.shape as [number, number, number, number];
    const sum = new Float64Array(height * width);
    const totals: number[] = [];
    const take = (gradient: TensorData, factor: (index: number) => number) => {
      const term = magnitudes(gradient, factor, terms === 'min-max');
      const large = enlarge(term, height, width, 'bilinear').data;
      large.forEach((value, i) => (sum[i]! += value));
      totals.push(gradient.data.reduce((total, value, i) => total + value * factor(i), 0));
    };
    take(gradients['input']!, (i) => input.data[i]!);
    for (const name of names) {
      const bias = await implicitBias(run.model, name, options);
      const gradient = gradients[name]!;
      const plane = gradient.shape[2]! * gradient.shape[3]!;
      take(gradient, (i) => bias[Math.floor(i / plane)]!);
    }
    return {
      map: { shape: [height, width], data: Float32Array.from(sum) },
      details: { terms: { shape: [totals.length], data: Float32Array.from(totals) } },
      layer: undefined,
      target: target!,
      logits: logits!,
    };
  },
});
