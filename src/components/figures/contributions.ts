import type { TensorData } from '../../worker/protocol.ts';

/** A cell or a channel, and what it adds to the target. */
export interface Contribution {
  readonly index: number;
  /** In units of the target. */
  readonly value: number;
}

/**
 * What each channel adds at each cell: worth times activation, `[C, cells]`, in double precision.
 *
 * @param activations `[1, C, H, W]`
 * @param worth of a unit of each activation, in units of the target; `[1, C, H, W]`
 */
export function contributions(activations: TensorData, worth: TensorData): Float64Array {
  return Float64Array.from(activations.data, (value, i) => value * worth.data[i]!);
}

/** The sum over all channels of each cell, row-major; of `[C, cells]` with `plane` cells. */
export function cellSums(parts: Float64Array, plane: number): number[] {
  const sums = Array<number>(plane).fill(0);
  parts.forEach((value, i) => (sums[i % plane]! += value));
  return sums;
}

/** The sum over all cells of each channel. */
export function channelSums(parts: Float64Array, plane: number): number[] {
  const sums = Array<number>(parts.length / plane).fill(0);
  parts.forEach((value, i) => (sums[Math.floor(i / plane)]! += value));
  return sums;
}

/** What every channel adds at one cell. */
export function ofCell(parts: Float64Array, plane: number, cell: number): Contribution[] {
  const channels = parts.length / plane;
  return Array.from({ length: channels }, (_, index) => ({
    index,
    value: parts[index * plane + cell]!,
  }));
}

/** What one channel adds at every cell. */
export function ofChannel(parts: Float64Array, plane: number, channel: number): Contribution[] {
  return Array.from({ length: plane }, (_, index) => ({
    index,
    value: parts[channel * plane + index]!,
  }));
}

/** Largest first, whatever the sign. */
export const bySize = (a: Contribution, b: Contribution): number =>
  Math.abs(b.value) - Math.abs(a.value) || a.index - b.index;

/** What adds most first, what takes most away last. */
export const byValue = (a: Contribution, b: Contribution): number =>
  b.value - a.value || a.index - b.index;

/** The largest of what is added, so many at most and what is above zero only, largest first. */
export function strongest(items: ArrayLike<number>, count: number): Contribution[] {
  const found: Contribution[] = [];
  for (let index = 0; index < items.length; index++) {
    const item = { index, value: items[index]! };
    const least = found.length < count ? undefined : found.at(-1);
    if (item.value <= (least?.value ?? 0)) continue;
    if (least) found.pop();
    found.push(item);
    found.sort(byValue);
  }
  return found;
}

/** An account of many items: the largest in size by name, the others as one line. */
export interface Account {
  readonly parts: readonly Contribution[];
  /** How many others there are, and their sum. */
  readonly rest: { readonly count: number; readonly value: number };
}

export function accountOf(items: readonly Contribution[], named: number): Account {
  const sorted = items.toSorted(bySize);
  const others = sorted.slice(named);
  const value = others.reduce((sum, item) => sum + item.value, 0);
  return { parts: sorted.slice(0, named), rest: { count: others.length, value } };
}
