import type { LayerView } from './layerView.ts';

/** One number for each channel: `over` of its values `[H * W]`, in double precision. */
export function perChannel(
  { channels, plane }: Pick<LayerView, 'channels' | 'plane'>,
  over: (channel: number, first: number, end: number) => number,
): Float32Array {
  return Float32Array.from({ length: channels }, (_, c) => over(c, c * plane, (c + 1) * plane));
}

/** The sum of `value(i)` for i from `first` to `end - 1`. */
export function sumOver(first: number, end: number, value: (index: number) => number): number {
  let sum = 0;
  for (let i = first; i < end; i++) sum += value(i);
  return sum;
}

/** alpha_k: the mean of each channel's gradient, `[C]`. */
export function meanGradient(
  view: Pick<LayerView, 'channels' | 'plane' | 'gradient'>,
): Float32Array {
  const { gradient, plane } = view;
  return perChannel(view, (_, first, end) => sumOver(first, end, (i) => gradient[i]!) / plane);
}

/** w_k A^k for every channel, `[C, H, W]`. */
export function weighted(
  { activation, plane }: Pick<LayerView, 'activation' | 'plane'>,
  alpha: Float32Array,
): Float32Array {
  return activation.map((value, i) => alpha[Math.floor(i / plane)]! * value);
}

/** `[C, H, W]` to `[H, W]`. */
export function sumOfChannels(terms: Float32Array, plane: number): Float32Array {
  const sum = new Float64Array(plane);
  terms.forEach((term, i) => {
    sum[i % plane]! += term;
  });
  return Float32Array.from(sum);
}

/** From the smallest value to the largest, 0 to 1, as pytorch-grad-cam scales maps; 0 where all are equal. */
export function minMaxScaled(values: Float32Array): Float32Array {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return values.map((value) => (value - min) / (1e-7 + (max - min)));
}
