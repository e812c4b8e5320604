import { capture } from '../capture.ts';
import { EngineError } from '../errors.ts';
import type { TensorData } from '../layout.ts';
import { elementWiseGradCam } from '../methods/elementWiseGradCam.ts';
import { gradCam } from '../methods/gradCam.ts';
import { meanGradient, sumOfChannels, weighted } from '../methods/channelSums.ts';
import { lastSpatialLayer } from '../methods/layerView.ts';
import { reduceChannels, sumChannels } from '../methods/reductions.ts';
import type { Model, Run } from '../model.ts';
import { softmax, type Target } from '../targets.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';

export type ConventionSubject = 'grad-cam' | 'saliency';
/** Scalars of the logits that tools differentiate when they say "the score". */
export type ConventionTarget = 'logit' | 'probability' | 'log-probability';
/** Maps `[H, W]` by their names. */
type RawMaps = Readonly<Record<string, TensorData>>;

/** Where Grad-CAM reads the last convolutional layer. */
export interface ActivationTaps {
  /** The module whose output it is, activation included: `features.5`, `layer4`. */
  readonly after: string;
  /** That activation. */
  readonly activation: string;
  /** The modules whose outputs, added up, the activation reads: a BatchNorm, or the two sides of a residual sum. */
  readonly before: readonly string[];
}

/** Raw maps `[H, W]`, in units of the target, of which every convention makes its own. */
export interface ConventionMaps {
  /**
   * By target, and by name. Grad-CAM at the size of the layer: `after.signed` and `before.signed`, the sums of the weighted
   * channels; `after.rectified`, `before.rectified`, with a ReLU at each position of each channel before the sum. Saliency at
   * the size of the input: `absolute.max`, `absolute.l2`, `absolute.sum`, `signed.sum` of the colour channels' gradients.
   */
  readonly maps: Readonly<Record<ConventionTarget, RawMaps>>;
  readonly taps: ActivationTaps;
  readonly class: number;
  readonly logits: readonly number[];
}

/**
 * The last convolutional layer and what its activation reads.
 * @throws {EngineError} `unknown-layer` for a network whose last layer does not end in a ReLU
 */
export function activationTaps(model: Model): ActivationTaps {
  const after = lastSpatialLayer(model);
  let module = model.module(after);
  while (module.returns !== undefined) module = model.module(module.returns);
  if (module.type !== 'ReLU')
    throw new EngineError(
      'unknown-layer',
      `${after} ends in ${module.name}, a ${module.type}, expected a ReLU to read before and after`,
    );
  return { after, activation: module.name, before: module.inputs };
}

interface Question {
  readonly subject: ConventionSubject;
  readonly class: number | 'predicted';
}

// #region conventionMaps
/**
 * Every raw map that a convention begins with: three targets; for Grad-CAM, two places to read the layer at and two for the ReLU.
 * What follows, from normalising to enlarging, needs no network.
 * @throws {EngineError} `unknown-layer`, `invalid-option` for a class that there is not
 */
export async function conventionMaps(
  run: Run,
  { subject, class: wanted }: Question,
  options: LoadOptions = {},
): Promise<ConventionMaps> {
  const taps = activationTaps(run.model);
  const { target, logits } = await capture(run, {
    ...options,
    target: { kind: 'logit', class: wanted },
  });
  const found = target!.class;
  const mapsOf = async (kind: 'logit' | 'log-probability') => {
    const asked = { kind, class: found } as const;
    return subject === 'saliency'
      ? gradientMaps(run, asked, options)
      : {
          ...(await mapsAfter(run, asked, taps, options)),
          ...(await mapsBefore(run, asked, taps, options)),
        };
  };
  const [logit, logProbability] = [await mapsOf('logit'), await mapsOf('log-probability')];
  const probability = timesAll(softmax(logits!.data)[found]!, logProbability);
  const maps = { logit, probability, 'log-probability': logProbability };
  return { maps, taps, class: found, logits: [...logits!.data] };
}

/** dp = p d ln p, and every map here is proportional to the gradient that it is made of: no third backward pass. */
function timesAll(factor: number, maps: RawMaps): RawMaps {
  const scaled = Object.entries(maps).map(([name, { shape, data }]): [string, TensorData] => [
    name,
    { shape, data: data.map((value) => factor * value) },
  ]);
  return Object.fromEntries(scaled);
}

async function mapsAfter(
  run: Run,
  target: Target,
  { after }: ActivationTaps,
  options: LoadOptions,
) {
  const request = { ...options, target, layer: after, options: { relu: 'off' } };
  const signed = await gradCam.explain(run, request);
  const rectified = await elementWiseGradCam.explain(run, request);
  return { 'after.signed': signed.map, 'after.rectified': rectified.map };
}

/** The same formulas on what the activation reads; a sum hands its gradient to each of its terms unchanged. */
async function mapsBefore(
  run: Run,
  target: Target,
  { before }: ActivationTaps,
  options: LoadOptions,
) {
  const first = before[0]!;
  const found = await capture(run, { ...options, target, layers: before, gradients: [first] });
  const { shape, data: gradient } = found.gradients[first]!;
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const terms = before.map((name) => found.activations[name]!.data);
  const activation = terms[0]!.map((_, i) => terms.reduce((sum, term) => sum + term[i]!, 0));
  const view = { channels, plane, activation, gradient };
  const map = (data: Float32Array): TensorData => ({ shape: [height, width], data });
  const products = activation.map((value, i) => Math.max(0, gradient[i]! * value));
  return {
    'before.signed': map(sumOfChannels(weighted(view, meanGradient(view)), plane)),
    'before.rectified': map(sumOfChannels(products, plane)),
  };
}

async function gradientMaps(run: Run, target: Target, options: LoadOptions) {
  const { gradients } = await capture(run, { ...options, target, gradients: ['input'] });
  const gradient = gradients['input']!;
  return {
    'absolute.max': reduceChannels(gradient, 'max'),
    'absolute.l2': reduceChannels(gradient, 'l2'),
    'absolute.sum': reduceChannels(gradient, 'sum'),
    'signed.sum': sumChannels(gradient),
  };
}
// #endregion
