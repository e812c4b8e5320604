import { percentText } from './numberText.ts';

export interface Bar {
  /** Class index. */
  index: number;
  label: string;
  /** 0 to 1. */
  probability: number;
  /** The probability as text, in percent. */
  text: string;
  /** The bar's rectangle; its left end is at `x`. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface BarOptions {
  /** Pixels from the labels' left end to the end of a bar of probability 1. */
  width: number;
  /** Pixels kept for labels left of the bars. */
  labelWidth?: number;
  /** Pixels from one bar to the next, bar and gap. */
  rowHeight?: number;
  /** Most probable first (the default), or in class order. */
  order?: 'probability' | 'class';
  /** At most so many bars. */
  limit?: number;
  /** Always shown, in place of the last bar if need be: the class that is explained. */
  keep?: number;
}

/** Share of the way from one bar to the next that is left empty. */
const gap = 0.25;

/**
 * Where to draw horizontal bars of probabilities (0 to 1), one a class.
 * Throws RangeError if labels and probabilities differ in number.
 */
export function barLayout(
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  options: BarOptions,
): Bar[] {
  const {
    width,
    labelWidth = 0,
    rowHeight = 24,
    order = 'probability',
    limit = labels.length,
    keep,
  } = options;
  if (labels.length !== probabilities.length) {
    throw new RangeError(
      `invalid bars: ${probabilities.length} probabilities; expected ${labels.length}, one a label`,
    );
  }
  const ranked = Array.from(probabilities, (_, index) => index).sort(
    (a, b) => probabilities[b]! - probabilities[a]!,
  );
  const shown = ranked.slice(0, limit);
  if (keep !== undefined && keep < labels.length && !shown.includes(keep))
    shown.splice(-1, 1, keep);
  if (order === 'class') shown.sort((a, b) => a - b);
  const unit = (probability: number) => Math.min(1, Math.max(0, probability));
  // As a band scale divides its room: a quarter of a step before each bar, and one after the last.
  const step = (rowHeight * shown.length) / (shown.length + gap);
  return shown.map((index, row) => ({
    index,
    label: labels[index]!,
    probability: probabilities[index]!,
    text: percentText(probabilities[index]!),
    x: labelWidth,
    y: step * (row + gap),
    width: (width - labelWidth) * unit(probabilities[index]!),
    height: step * (1 - gap),
  }));
}
