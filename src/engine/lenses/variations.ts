import { capture } from '../capture.ts';
import { EngineError } from '../errors.ts';
import { baseline, type BaselineKind } from '../inputs/baselines.ts';
import { normalNoise } from '../inputs/normalNoise.ts';
import { quadrature, type QuadratureRule } from '../inputs/quadrature.ts';
import { sizeOf, type TensorData } from '../layout.ts';
import type { Preprocessing } from '../manifest.ts';
import { batchSize, fixedTarget, samplesAt } from '../methods/batches.ts';
import { sumChannels } from '../methods/reductions.ts';
import type { Model, Run } from '../model.ts';
import { othersTurn } from '../othersTurn.ts';
import type { Bitmap } from '../resample.ts';
import type { ResolvedTarget, Target } from '../targets.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';
import { nudgedInputs, type Nudge } from './nudge.ts';

/** Noisy copies number `first` to `first + count - 1`, the very ones that SmoothGrad averages for a seed. */
export interface NoisyCopies {
  readonly kind: 'noise';
  /** Standard deviation, as a share of the picture's range. */
  readonly sigma: number;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** Points number `first` to `first + count - 1` of the way that Integrated Gradients takes in so many steps. */
export interface PathPoints {
  readonly kind: 'path';
  readonly baseline: BaselineKind;
  readonly rule: QuadratureRule;
  readonly steps: number;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** Other inputs made of one picture. */
export type Variation = Nudge | NoisyCopies | PathPoints;

export interface VariationRequest extends LoadOptions {
  readonly target: Target;
  readonly variation: Variation;
  readonly preprocessing: Pick<Preprocessing, 'mean' | 'std'>;
}

/** What the network makes of a picture's variations; the classes are those decided for the picture itself. */
export interface Variations {
  /** For the picture itself. */
  readonly target: ResolvedTarget;
  /** The target at each variation. */
  readonly values: readonly number[];
  /** What the gradient at the picture predicts for each: S(I) + sum of dS/dI (J - I). */
  readonly predicted: readonly number[];
  /** Gradients at the variations, `[N, C, H, W]`; not of a nudge. */
  readonly gradients?: TensorData;
  /** The variations as pictures, before normalisation, rounded and clipped to 0 to 255. */
  readonly views: readonly Bitmap[];
  readonly path?: PathPart;
}

/** Points of a path from the baseline I' to the picture I. */
export interface PathPart {
  /** Places a of the points, 0 at the baseline and 1 at the picture, and their weights in the integral. */
  readonly places: readonly number[];
  readonly weights: readonly number[];
  /** dS/da pixel by pixel: the sum over colours of (I - I') dS/dI at each point, `[N, H, W]`. */
  readonly rates: TensorData;
  /** The baseline and the target there. */
  readonly start: { readonly value: number; readonly view: Bitmap };
}

// #region vary
/**
 * The target at other inputs made of one picture, beside what the gradient at the picture says of them
 * by the first two terms of Taylor's series.
 * @throws {EngineError} `invalid-option`
 */
export async function vary(run: Run, request: VariationRequest): Promise<Variations> {
  const { target: asked, variation, preprocessing, ...options } = request;
  const { activations, gradients, target } = await capture(run, {
    ...options,
    layers: ['input'],
    gradients: ['input'],
    target: asked,
  });
  const picture = activations['input']!;
  const gradient = gradients['input']!.data;
  const fixed = fixedTarget(asked, target!);
  const { inputs, way } = variedInputs(variation, picture, preprocessing);
  const at = (places: readonly Float32Array[], wanted: boolean) =>
    evaluate(run.model, places, picture.shape, { ...options, target: fixed, gradients: wanted });
  const found = await at(inputs, variation.kind !== 'nudge');
  const view = (data: Float32Array) => viewOf({ ...picture, data }, preprocessing);
  return {
    target: target!,
    values: found.values,
    predicted: inputs.map((input) => target!.value + change(gradient, picture.data, input)),
    ...(found.gradients && { gradients: found.gradients }),
    views: inputs.map(view),
    ...(way && {
      path: {
        places: way.places,
        weights: way.weights,
        rates: rates(found.gradients!, picture.data, way.start.data),
        start: {
          value: (await at([way.start.data], false)).values[0]!,
          view: view(way.start.data),
        },
      },
    }),
  };
}
// #endregion

interface Way {
  readonly places: readonly number[];
  readonly weights: readonly number[];
  readonly start: TensorData;
}

function variedInputs(
  variation: Variation,
  picture: TensorData,
  preprocessing: VariationRequest['preprocessing'],
): { inputs: Float32Array[]; way?: Way } {
  const { data } = picture;
  if (variation.kind === 'nudge')
    return { inputs: nudgedInputs(variation, picture, preprocessing) };
  const { first, count, seed } = variation;
  const part = Array.from({ length: count }, (_, i) => first + i);
  if (variation.kind === 'noise') {
    const scale = variation.sigma * spread(data);
    return {
      inputs: part.map((sample) => {
        const noise = normalNoise(data.length, seed, sample);
        return data.map((value, i) => value + scale * noise[i]!);
      }),
    };
  }
  const { nodes, weights } = quadrature(variation.rule, variation.steps);
  checkPart(first, count, variation.steps);
  const start = baseline(variation.baseline, picture, preprocessing, seed);
  const places = part.map((index) => nodes[index]!);
  return {
    inputs: places.map((a) => start.data.map((value, i) => value + a * (data[i]! - value))),
    way: { places, weights: part.map((index) => weights[index]!), start },
  };
}

function checkPart(first: number, count: number, steps: number): void {
  if (first >= 0 && count >= 1 && first + count <= steps) return;
  throw new EngineError(
    'invalid-option',
    `invalid part of a path: ${count} points from ${first} on, expected some of 0 to ${steps - 1}`,
  );
}

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

/** What the gradient predicts for the way from one input to another. */
function change(gradient: Float32Array, from: Float32Array, to: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * (to[i]! - from[i]!);
  return sum;
}

/** Sum over colours of gradient times the whole way, point by point. */
function rates(
  { shape, data }: TensorData,
  picture: Float32Array,
  start: Float32Array,
): TensorData {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const size = channels * height * width;
  const out = new Float32Array(count * height * width);
  for (let n = 0; n < count; n++) {
    const products = Float64Array.from(
      picture,
      (value, i) => (value - start[i]!) * data[n * size + i]!,
    );
    out.set(sumChannels({ shape, data: products }).data, n * height * width);
  }
  return { shape: [count, height, width], data: out };
}

interface Evaluation extends LoadOptions {
  readonly target: Target;
  readonly gradients: boolean;
}

/** Values, and where asked for gradients, at inputs of one shape, in batches between which others have their turn. */
async function evaluate(
  model: Model,
  inputs: readonly Float32Array[],
  shape: readonly number[],
  { target, gradients, ...options }: Evaluation,
): Promise<{ values: number[]; gradients?: TensorData }> {
  const { waiting = (turn) => turn } = options;
  const evaluated = { model, fixed: target, pixels: { shape: [1, ...shape.slice(1)] } };
  const size = sizeOf(evaluated.pixels.shape);
  const values: number[] = [];
  const all = gradients ? new Float32Array(inputs.length * size) : undefined;
  const most = batchSize(model);
  for (let first = 0; first < inputs.length; first += most) {
    const part = inputs.slice(first, first + most);
    const samples = await samplesAt(evaluated, part, gradients, options);
    samples.forEach(({ value, gradient }, i) => {
      values.push(value);
      all?.set(gradient, (first + i) * size);
    });
    await waiting(othersTurn());
  }
  return {
    values,
    ...(all && { gradients: { shape: [inputs.length, ...shape.slice(1)], data: all } }),
  };
}

/** An input as the 8-bit picture that comes nearest to it. */
function viewOf(
  { shape, data }: TensorData,
  { mean, std }: VariationRequest['preprocessing'],
): Bitmap {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const out = new Uint8ClampedArray(channels * plane);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++)
      out[i * channels + c] = 255 * (data[c * plane + i]! * std[c]! + mean[c]!);
  return { width, height, channels, data: new Uint8Array(out.buffer) };
}
