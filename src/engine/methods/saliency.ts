import { capture } from '../capture.ts';
import type { TensorData } from '../layout.ts';
import type { Method } from './method.ts';
import { resolveOptions } from './options.ts';

const options = [
  { name: 'reduction', label: 'Channels', choices: ['max', 'l2', 'sum'], default: 'max' },
] as const;

type Reduction = (values: readonly number[]) => number;

/** From the gradient's channels at one pixel to one number. */
const reductions: Readonly<Record<string, Reduction>> = {
  max: (values) => Math.max(...values.map(Math.abs)),
  l2: (values) => Math.hypot(...values),
  sum: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0),
};

/** `[N, C, H, W]` to `[H, W]` for the first picture. */
function reduceChannels({ shape, data }: TensorData, reduce: Reduction): TensorData {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const pixel = (i: number) => Array.from({ length: channels }, (_, c) => data[c * plane + i]!);
  return {
    shape: [height, width],
    data: Float32Array.from({ length: plane }, (_, i) => reduce(pixel(i))),
  };
}

// #region saliency
/**
 * M(x, y) = max over colour channels k of |d s_c / d I(k, x, y)|, with s_c the target and I the
 * normalised input; `l2` and `sum` reduce the channels by Euclidean norm and by sum of magnitudes.
 * Source: Simonyan, Vedaldi and Zisserman 2013, arXiv:1312.6034.
 */
export const saliency: Method = {
  id: 'saliency',
  name: 'Saliency',
  unit: 'target units per unit of normalised input',
  atLayer: false,
  options,
  async explain(run, request) {
    const { reduction } = resolveOptions(saliency, request.options);
    const { gradients, logits, target } = await capture(run, { ...request, gradients: ['input'] });
    const gradient = gradients['input']!;
    const map = reduceChannels(gradient, reductions[reduction!]!);
    return { map, details: { gradient }, layer: undefined, target: target!, logits: logits! };
  },
};
// #endregion
