import { capture } from '../capture.ts';
import { EngineError } from '../errors.ts';
import type { TensorData } from '../layout.ts';
import type { Model } from '../model.ts';
import { defineMethod } from './method.ts';

/** The last layer that still has rows and columns: the output of the deepest stage wider than 1x1. */
export function lastSpatialLayer(model: Model): string {
  const outputs = model.stages.map((stage) => stage.modules.at(-1)!);
  return outputs.findLast(({ outputShape: [, height = 1, width = 1] }) => height * width > 1)!.name;
}

/** @throws {EngineError} `unknown-layer` or `no-spatial-extent` */
function checkSpatial(model: Model, layer: string): void {
  const [, height = 1, width = 1] = model.module(layer).outputShape;
  if (height * width <= 1)
    throw new EngineError(
      'no-spatial-extent',
      `${layer} has no rows and columns left to draw a map on, choose a layer before the pooling`,
    );
}

/** alpha_k: the gradient's spatial mean, `[C]`. */
function channelMeans({ shape, data }: TensorData): TensorData {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const means = Float32Array.from({ length: channels }, (_, k) => {
    let sum = 0;
    for (let i = k * plane; i < (k + 1) * plane; i++) sum += data[i]!;
    return sum / plane;
  });
  return { shape: [channels], data: means };
}

/** sum_k alpha_k A^k, `[H, W]`. */
function weightedSum(alpha: Float32Array, { shape, data }: TensorData): TensorData {
  const [, , height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const sum = new Float32Array(plane);
  alpha.forEach((weight, k) => {
    for (let i = 0; i < plane; i++) sum[i]! += weight * data[k * plane + i]!;
  });
  return { shape: [height, width], data: sum };
}

// #region gradCam
/**
 * alpha_k = (1/Z) sum over positions of d s_c / d A^k;  L = ReLU(sum_k alpha_k A^k), with A the
 * activation of the layer and Z its number of positions. Raw, at the layer's own resolution, in
 * units of the target. `details` has `alpha` `[C]` and `signed`, the sum before the ReLU.
 * Source: Selvaraju et al. 2017, arXiv:1610.02391. An all-zero map is a legitimate answer: no
 * position speaks for the class.
 */
export const gradCam = defineMethod({
  id: 'grad-cam',
  name: 'Grad-CAM',
  family: 'class-activation',
  unit: 'target units',
  atLayer: true,
  long: false,
  options: [],
  async attribute(run, request) {
    const layer = request.layer ?? lastSpatialLayer(run.model);
    checkSpatial(run.model, layer);
    const { activations, gradients, logits, target } = await capture(run, {
      ...request,
      layers: [layer],
      gradients: [layer],
    });
    const alpha = channelMeans(gradients[layer]!);
    const signed = weightedSum(alpha.data, activations[layer]!);
    const map = { shape: signed.shape, data: signed.data.map((value) => Math.max(0, value)) };
    return { map, details: { alpha, signed }, layer, target: target!, logits: logits! };
  },
});
// #endregion
