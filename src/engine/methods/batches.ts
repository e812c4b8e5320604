import { getBackend } from '@tensorflow/tfjs-core';
import { capture } from '../capture.ts';
import { sizeOf, type TensorData } from '../layout.ts';
import type { Model, Run } from '../model.ts';
import { targetValues, type ResolvedTarget, type Target } from '../targets.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';
import type { Evidence, EvidenceRequest, Progress } from './method.ts';
import { inSlices } from './slices.ts';

/** Bytes of activations and pictures at a time: a WASM heap never shrinks, a GPU wants to be kept busy. */
const graphics = { room: 256 * 2 ** 20, most: 32 };
const processor = { room: 64 * 2 ** 20, most: 16 };

/** How many pictures are computed at a time. */
export function batchSize(model: Model): number {
  const { room, most } = getBackend().startsWith('web') ? graphics : processor;
  const own = model.modules.filter((module) => module.returns === undefined);
  const values = own.reduce((sum, { outputShape }) => sum + sizeOf(outputShape), 0);
  return Math.min(most, Math.max(1, Math.floor(room / (4 * values))));
}

/** What is explained, settled for the picture itself: the same classes for every other input. */
export interface Subject {
  readonly model: Model;
  /** `[1, C, H, W]` normalised. */
  readonly pixels: TensorData;
  readonly target: ResolvedTarget;
  readonly fixed: Target;
  readonly logits: TensorData;
}

/** Classes by number, as the picture itself decides. */
export function fixedTarget(target: Target, { class: index, against }: ResolvedTarget): Target {
  return { kind: target.kind, class: index, against };
}

export async function subjectOf(run: Run, request: EvidenceRequest): Promise<Subject> {
  const { target: asked, signal, waiting, onProgress } = request;
  const options = { signal, waiting, onProgress };
  const { activations, logits, target } = await capture(run, {
    ...options,
    layers: ['input'],
    target: asked,
  });
  return {
    model: run.model,
    pixels: activations['input']!,
    target: target!,
    fixed: fixedTarget(asked, target!),
    logits: logits!,
  };
}

/** The target's value at an input, and where asked for its gradient there, `[C * H * W]`. */
export interface Sample {
  readonly value: number;
  readonly gradient: Float32Array;
}

/** As much of it as other inputs of its shape are evaluated by. */
type Evaluated = Pick<Subject, 'model' | 'fixed'> & { pixels: Pick<TensorData, 'shape'> };

/** Values and gradients at a batch of inputs; without `gradients` the arrays are empty. */
export async function samplesAt(
  { model, pixels, fixed }: Evaluated,
  inputs: readonly Float32Array[],
  gradients: boolean,
  options: LoadOptions,
): Promise<Sample[]> {
  const size = sizeOf(pixels.shape);
  const data = new Float32Array(inputs.length * size);
  inputs.forEach((input, i) => data.set(input, i * size));
  const run = model.run({ shape: [inputs.length, ...pixels.shape.slice(1)], data });
  try {
    const { gradients: found, logits } = await capture(run, {
      ...options,
      gradients: gradients ? ['input'] : [],
      target: fixed,
    });
    return targetValues(fixed, logits!).map((value, i) => ({
      value,
      gradient: found['input']?.data.subarray(i * size, (i + 1) * size) ?? new Float32Array(),
    }));
  } finally {
    run.dispose();
  }
}

/** Inputs to be computed one after the other, in batches. */
export interface Sampling {
  readonly count: number;
  readonly gradients: boolean;
  /** `[C * H * W]`, normalised. */
  input(index: number): Float32Array;
  take(index: number, sample: Sample): void;
  /** The map after the first `done` samples. */
  partial(done: number): Evidence;
}

/** Computes all samples in batches that can be cancelled between; progress is told in samples. */
export async function sampled(
  subject: Subject,
  request: EvidenceRequest,
  { count, gradients, input, take, partial }: Sampling,
): Promise<void> {
  const size = batchSize(subject.model);
  const { signal, waiting, onStep, onPartial } = request;
  const inSamples = ({ done }: Progress) => ({ done: Math.min(done * size, count), total: count });
  await inSlices(
    Math.ceil(count / size),
    {
      ...request,
      onStep: onStep && ((slices) => onStep(inSamples(slices))),
      onPartial: onPartial && ((evidence, slices) => onPartial(evidence, inSamples(slices))),
    },
    async (slice) => {
      const first = slice * size;
      const inputs = Array.from({ length: Math.min(size, count - first) }, (_, i) =>
        input(first + i),
      );
      const samples = await samplesAt(subject, inputs, gradients, { signal, waiting });
      samples.forEach((sample, i) => take(first + i, sample));
    },
    (slices) => partial(Math.min(slices * size, count)),
  );
}

/** The target's values at a few inputs. */
export async function valuesAt(
  subject: Evaluated,
  inputs: readonly Float32Array[],
  { signal, waiting }: LoadOptions,
): Promise<number[]> {
  const values: number[] = [];
  const size = batchSize(subject.model);
  for (let first = 0; first < inputs.length; first += size) {
    const part = inputs.slice(first, first + size);
    const samples = await samplesAt(subject, part, false, { signal, waiting });
    values.push(...samples.map(({ value }) => value));
  }
  return values;
}

/**
 * 0 to count - 1 in an order in which any first part is spread over the whole (van der Corput's), so
 * that a mean over what is there so far is near the mean over all.
 */
export function spreadOrder(count: number): number[] {
  const reversed = (index: number) => {
    let value = 0;
    for (let place = 0.5; index > 0; index = index >> 1, place /= 2) value += place * (index & 1);
    return value;
  };
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => reversed(a) - reversed(b));
}
