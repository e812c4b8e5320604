import type { LayerView } from './layerView.ts';

/** How many channels are looked at; all of them unless told. */
export const channelsOption = {
  kind: 'number',
  name: 'channels',
  label: 'Strongest channels',
  min: 1,
  max: 4096,
  step: 1,
  default: 4096,
  integer: true,
} as const;

/**
 * Indices of the `most` channels of largest total activation, the largest first: what is computed
 * channel by channel is near its end early.
 */
export function strongestChannels(
  { activation, channels, plane }: LayerView,
  most: number,
): number[] {
  const totals = Float64Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = c * plane; i < (c + 1) * plane; i++) sum += Math.abs(activation[i]!);
    return sum;
  });
  const order = Array.from({ length: channels }, (_, c) => c);
  return order.sort((a, b) => totals[b]! - totals[a]!).slice(0, most);
}
