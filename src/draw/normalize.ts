/** Lowest and highest value of a map in its own unit, or the values that a colour map's ends stand for. */
export type ValueRange = readonly [low: number, high: number];

function finite(values: ArrayLike<number>): Float64Array<ArrayBuffer> {
  return Float64Array.from(values).filter(Number.isFinite);
}

/** Smallest and largest finite value; [0, 0] if there is none. */
export function minMaxRange(values: ArrayLike<number>): ValueRange {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

function percentile(sorted: Float64Array, percent: number): number {
  const position = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/**
 * The two percentiles (0 to 100) of the finite values, interpolated linearly like numpy's default; [0, 0] if there is none.
 * Throws RangeError unless 0 <= low <= high <= 100.
 */
export function percentileRange(
  values: ArrayLike<number>,
  lowPercent: number,
  highPercent: number,
): ValueRange {
  if (!(lowPercent >= 0 && lowPercent <= highPercent && highPercent <= 100)) {
    throw new RangeError(
      `invalid percentiles: ${lowPercent} to ${highPercent}; expected 0 <= low <= high <= 100`,
    );
  }
  const sorted = finite(values).sort();
  if (sorted.length === 0) return [0, 0];
  return [percentile(sorted, lowPercent), percentile(sorted, highPercent)];
}

/** [-m, m] with m the largest absolute finite value, so that 0 sits in the middle of a diverging map. */
export function signedRange(values: ArrayLike<number>): ValueRange {
  const [low, high] = minMaxRange(values);
  const reach = Math.max(-low, high, 0);
  return reach === 0 ? [0, 0] : [-reach, reach];
}

/** Values to 0 to 1 over the range, clamped; a range without width gives 0 everywhere, and NaN stays NaN. */
export function toUnit(values: ArrayLike<number>, range: ValueRange): Float32Array<ArrayBuffer> {
  const [low, high] = range;
  const width = high - low;
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) out[i] = NaN;
    else if (width > 0) out[i] = Math.min(1, Math.max(0, (value - low) / width));
  }
  return out;
}
