import { softmax, type Target } from '../targets.ts';
import { perChannel, sumOver } from './channelSums.ts';
import { defineCam, type Passes } from './classActivation.ts';
import { layerView, type LayerView } from './layerView.ts';
import { inSlices } from './slices.ts';

/** The second derivative of a target by the logits, times a vector. */
function curvature(
  { kind, class: index }: Target,
  logits: Float32Array,
  vector: Float64Array,
): Float32Array {
  const p = softmax(logits);
  const t = Number(index);
  const along = p.reduce((sum, value, k) => sum + value * vector[k]!, 0);
  const change = Float64Array.from(p, (value, k) => value * (vector[k]! - along));
  return p.map((value, k) =>
    kind === 'log-probability'
      ? -change[k]!
      : change[t]! * ((k === t ? 1 : 0) - value) - p[t]! * change[k]!,
  );
}

/**
 * The Hessian of the target by A, times A. Between a layer and the logits everything is piecewise
 * linear with slopes J, so that it is J^T S J A, S the second derivative by the logits: 0 for a logit
 * and for a difference.
 */
async function hessianTimesActivation(
  { layer, activation, logits }: LayerView,
  { run, target, request }: Passes,
): Promise<Float32Array> {
  if (target.kind === 'logit' || target.kind === 'difference')
    return new Float32Array(activation.length);
  const { signal, waiting } = request;
  const options = { target, gradient: true, signal, waiting };
  const row = logits.data;
  const change = new Float64Array(row.length);
  await inSlices(row.length, request, async (k) => {
    const seed = () => row.map((_, index) => (index === k ? 1 : 0));
    const { gradient } = await layerView(run, layer, { ...options, seed });
    change[k] = sumOver(0, activation.length, (i) => gradient[i]! * activation[i]!);
  });
  const seed = (values: Float32Array) => curvature(target, values, change);
  return (await layerView(run, layer, { ...options, seed })).gradient;
}

/**
 * alpha_k = mean over positions of g - (H A) / 2;  L = ReLU(sum_k alpha_k A^k), with g and H first and
 * second derivative of the target by A: what is left of the target when A goes to 0, to second order.
 * For a logit of a network of ReLUs H is 0 almost everywhere, and this is Grad-CAM; for probabilities
 * it is not.
 * Source: Cai 2025, arXiv:2501.06261.
 */
export const shapleyCam = defineCam({
  id: 'shapley-cam',
  name: 'Shapley-CAM',
  unit: 'target units',
  options: [],
  relu: 'on',
  gradient: true,
  async look(view, _, passes) {
    const second = await hessianTimesActivation(view, passes);
    const { gradient, plane } = view;
    const alpha = perChannel(
      view,
      (_channel, first, end) => sumOver(first, end, (i) => gradient[i]! - second[i]! / 2) / plane,
    );
    return { alpha };
  },
});
