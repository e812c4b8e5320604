import { add, dispose, mul, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { unlessLost } from '../backend.ts';
import { targetValues } from '../targets.ts';
import { batchSize } from './batches.ts';
import { defineCam, type Found, type Passes } from './classActivation.ts';
import { pooledBy, type LayerView } from './layerView.ts';
import { inSlices } from './slices.ts';
import { channelsOption, strongestChannels } from './strongestChannels.ts';
import { variantOption } from './variantOption.ts';

/** How far below the smallest activation pytorch-grad-cam puts a channel where that one is not 0. */
const libraryDepth = 1e7;

/** Copies of a recorded value `[1, H, W, C]`, in each of which one channel is `value`: `[B, H, W, C]`. */
function ablated(recorded: Tensor, channels: readonly number[], value: number): Tensor {
  const size = recorded.shape[3]!;
  const shape: [number, number, number, number] = [channels.length, 1, 1, size];
  const kept = new Float32Array(channels.length * size).fill(1);
  const put = new Float32Array(channels.length * size);
  channels.forEach((channel, b) => {
    kept[b * size + channel] = 0;
    put[b * size + channel] = value;
  });
  return tidy(() => {
    const rest = mul(recorded as Tensor4D, tensor4d(kept, shape));
    return value === 0 ? rest : add(rest, tensor4d(put, shape));
  });
}

/** The target with each of the channels ablated; only what follows the layer is computed again. */
async function ablatedTargets(
  { layer }: LayerView,
  { run, target }: Passes,
  channels: readonly number[],
  value: number,
): Promise<number[]> {
  const { trace, model } = run;
  // Behind the last block, a channel is its mean: one number in place of a map.
  const at = trace.value(pooledBy(model, layer) ?? layer);
  const replacement = ablated(at.tensor, channels, value);
  const logits = trace.replay(at, replacement, trace.value(model.output));
  const data = (await unlessLost(logits.data())) as Float32Array;
  const values = targetValues(target, { shape: logits.shape, data });
  dispose([logits, replacement]);
  return values;
}

/**
 * alpha_k = (y - y_k) / y, with y the target and y_k what it is when channel k of the layer is 0
 * everywhere;  L = ReLU(sum_k alpha_k A^k). No gradient. Nothing before the layer is computed again;
 * behind the last block a channel is its mean over positions, and no convolution is. Only the
 * `channels` strongest channels are ablated; a silent one changes nothing. Where y is below 0, all
 * signs turn round. In units of the activation.
 * Source: Desai and Ramaswamy 2020, "Ablation-CAM: Visual Explanations for Deep Convolutional Network
 * via Gradient-free Localization". `variant` `pytorch-grad-cam`: where the layer's smallest value is
 * not 0, a channel is set to 1e7 less than it in place of 0.
 */
export const ablationCam = defineCam({
  id: 'ablation-cam',
  name: 'Ablation-CAM',
  unit: 'activation units',
  long: true,
  options: [channelsOption, variantOption],
  relu: 'on',
  gradient: false,
  async look(view, { channels, variant }, passes) {
    const { run, request } = passes;
    const { activation, plane, target } = view;
    const smallest = activation.reduce((least, value) => Math.min(least, value), Infinity);
    const value = variant === 'paper' || smallest === 0 ? 0 : smallest - libraryDepth;
    const silent = (c: number) =>
      value === 0 && activation.subarray(c * plane, (c + 1) * plane).every((entry) => entry === 0);
    const order = strongestChannels(view, channels).filter((c) => !silent(c));
    const alpha = new Float32Array(view.channels);
    const found = (): Found => ({
      alpha: alpha.slice(),
      notes: target.value === 0 ? [{ code: 'zero-divisor', count: order.length }] : [],
    });
    const batch = pooledBy(run.model, view.layer) ? order.length : batchSize(run.model);
    const total = Math.max(1, Math.ceil(order.length / Math.max(1, batch)));
    await inSlices<Found>(
      total,
      request,
      async (slice) => {
        const part = order.slice(slice * batch, (slice + 1) * batch);
        if (part.length === 0 || target.value === 0) return;
        const values = await ablatedTargets(view, passes, part, value);
        part.forEach((c, i) => (alpha[c] = (target.value - values[i]!) / target.value));
      },
      found,
    );
    return found();
  },
});
