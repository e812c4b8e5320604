import type { camSorts } from '../../client/choices.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import type { RasterImage } from '../../draw/raster.ts';
import type { TensorData } from '../../worker/protocol.ts';
import { stepMap, type StepMap } from './stepMap.ts';

export type CamSort = (typeof camSorts)[number];

/** A channel's part in the weighted sum. */
export interface ChannelWeight {
  readonly index: number;
  /** The mean of the target's gradient over the channel's map. */
  readonly alpha: number;
  /** alpha times the sum of the map: what the channel adds to the sum over all cells. */
  readonly contribution: number;
}

/** A leading channel with its map. */
export interface LeadingChannel extends ChannelWeight {
  readonly map: RasterImage;
  readonly range: ValueRange;
}

/** One channel large: its map, and its map times alpha. */
export interface ChosenChannel extends ChannelWeight {
  /** Place in the order of the sum, from 0. */
  readonly place: number;
  readonly map: StepMap;
  readonly weighted: StepMap;
}

const planeOf = ({ shape }: TensorData) => shape[2]! * shape[3]!;

/** Map of one channel, row-major. */
export function mapOf(activations: TensorData, channel: number): Float32Array<ArrayBuffer> {
  const plane = planeOf(activations);
  return Float32Array.from(activations.data.subarray(channel * plane, (channel + 1) * plane));
}

function weigh(alpha: Float32Array, activations: TensorData): ChannelWeight[] {
  const plane = planeOf(activations);
  return Array.from(alpha, (value, index) => {
    let sum = 0;
    for (let i = index * plane; i < (index + 1) * plane; i++) sum += activations.data[i]!;
    return { index, alpha: value, contribution: value * sum };
  });
}

const ranks: Readonly<Record<CamSort, (channel: ChannelWeight) => number>> = {
  alpha: ({ alpha }) => alpha,
  magnitude: ({ alpha }) => Math.abs(alpha),
  contribution: ({ contribution }) => Math.abs(contribution),
};

/** All channels in the order in which they enter the sum, largest first. */
export function orderedChannels(
  alpha: Float32Array,
  activations: TensorData,
  sort: CamSort,
): ChannelWeight[] {
  const rank = ranks[sort];
  return weigh(alpha, activations).sort((a, b) => rank(b) - rank(a) || a.index - b.index);
}

/** The sum over all cells after each channel, in double precision. */
export function runningTotals(channels: readonly ChannelWeight[]): number[] {
  let total = 0;
  return channels.map(({ contribution }) => (total += contribution));
}

/** Sum of alpha_k A^k over the given channels, `[H, W]`. */
export function partialSum(
  channels: readonly ChannelWeight[],
  { shape, data }: TensorData,
): Float32Array<ArrayBuffer> {
  const plane = shape[2]! * shape[3]!;
  const sum = new Float32Array(plane);
  for (const { index, alpha } of channels)
    for (let i = 0; i < plane; i++) sum[i]! += alpha * data[index * plane + i]!;
  return sum;
}

export function leadingChannel(weight: ChannelWeight, activations: TensorData): LeadingChannel {
  const [, , rows, columns] = activations.shape as [number, number, number, number];
  const map = mapOf(activations, weight.index);
  const range = minMaxRange(map);
  return { ...weight, map: heatmap(map, columns, rows, { colormap: 'viridis', range }), range };
}

/** @param wanted a channel's index; the first of the order where there is no such channel */
export function chosenChannel(
  order: readonly ChannelWeight[],
  activations: TensorData,
  wanted: number,
): ChosenChannel {
  const place = Math.max(
    0,
    order.findIndex(({ index }) => index === wanted),
  );
  const weight = order[place]!;
  const size = [activations.shape[2]!, activations.shape[3]!] as const;
  const map = mapOf(activations, weight.index);
  const weighted = map.map((value) => weight.alpha * value);
  return {
    ...weight,
    place,
    map: stepMap(map, size, 'viridis', minMaxRange(map)),
    weighted: stepMap(weighted, size, 'diverging', signedRange(weighted)),
  };
}

/** One channel's part in words. */
export function channelText(
  { index, alpha, contribution }: ChannelWeight,
  place: number,
  count: number,
): string {
  return (
    `Channel ${index}, number ${place + 1} of ${count}: α = ${numberText(alpha)}, adds ` +
    `${numberText(contribution)} to the sum over all cells.`
  );
}

/** How far the running sum has come, in words. */
export function filmText(running: readonly number[], channels: number): string {
  const [now, end] = [running[channels - 1]!, running.at(-1)!];
  const share = end === 0 ? '' : ` (${Math.round((100 * now) / end)} %)`.replace('-', '−');
  return `${numberText(now)} of ${numberText(end)}${share}`;
}
