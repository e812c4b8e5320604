import { bin, max, scaleLinear } from 'd3';
import { minMaxRange, type ValueRange } from './normalize.ts';

export interface HistogramBin {
  /** Values from `low` up to but not including `high` (the last bin includes it). */
  low: number;
  high: number;
  count: number;
  /** The bin's rectangle, standing on y = height. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Histogram {
  bins: HistogramBin[];
  /** Values finite and inside the range. */
  counted: number;
  ticks: { value: number; x: number }[];
}

export interface HistogramOptions {
  width: number;
  height: number;
  /** Number of equal bins, 32 unless told otherwise. */
  bins?: number;
  /** The values' own minimum and maximum unless told otherwise. */
  range?: ValueRange;
}

/** Where to draw how often values fall into equal bins; values that are not finite or outside the range are left out. */
export function histogram(values: ArrayLike<number>, options: HistogramOptions): Histogram {
  const { width, height, bins: count = 32, range = minMaxRange(values) } = options;
  // A range without width still needs one bin with the values in it.
  const [low, high] = range[0] < range[1] ? range : [range[0] - 0.5, range[0] + 0.5];
  const edges = Array.from({ length: count - 1 }, (_, i) => low + ((i + 1) * (high - low)) / count);
  const inside = Array.from(values).filter((value) => value >= low && value <= high);
  const groups = bin().domain([low, high]).thresholds(edges)(inside);
  const across = scaleLinear([low, high], [0, width]);
  const up = scaleLinear([0, max(groups, (group) => group.length) || 1], [0, height]);
  return {
    bins: groups.map((group) => ({
      low: group.x0!,
      high: group.x1!,
      count: group.length,
      x: across(group.x0!),
      y: height - up(group.length),
      width: across(group.x1!) - across(group.x0!),
      height: up(group.length),
    })),
    counted: inside.length,
    ticks: across.ticks(4).map((value) => ({ value, x: across(value) })),
  };
}
