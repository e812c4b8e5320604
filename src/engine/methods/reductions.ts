import type { TensorData } from '../layout.ts';

/** From the channels at one pixel to one number that is not negative. */
export type Reduction = 'max' | 'l2' | 'sum';

const reductions: Readonly<Record<Reduction, (values: readonly number[]) => number>> = {
  max: (values) => Math.max(...values.map(Math.abs)),
  l2: (values) => Math.hypot(...values),
  sum: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0),
};

export const reductionOption = {
  kind: 'choice',
  name: 'reduction',
  label: 'Channels',
  choices: ['max', 'l2', 'sum'],
  default: 'max',
} as const;

/** `[N, C, H, W]` to `[H, W]` for the first picture. */
export function reduceChannels({ shape, data }: TensorData, reduction: Reduction): TensorData {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const reduce = reductions[reduction];
  const pixel = (i: number) => Array.from({ length: channels }, (_, c) => data[c * plane + i]!);
  return {
    shape: [height, width],
    data: Float32Array.from({ length: plane }, (_, i) => reduce(pixel(i))),
  };
}

/** The signed sum over the channels of the first picture, `[N, C, H, W]` to `[H, W]`. */
export function sumChannels({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}): TensorData {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const sum = new Float64Array(plane);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++) sum[i]! += data[c * plane + i]!;
  return { shape: [height, width], data: Float32Array.from(sum) };
}
