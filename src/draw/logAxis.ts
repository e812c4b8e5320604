/** A logarithmic axis over whole decades. */
export interface LogAxis {
  /** Powers of ten, ends included. */
  readonly ticks: readonly number[];
  /** Share of the axis at which a value lies, 0 to 1 within its ends. */
  place(value: number): number;
}

/** The decades that hold all of `values`, which must be larger than 0; at least one. */
export function logAxis(values: readonly number[]): LogAxis {
  const exponents = values.map(Math.log10);
  const low = Math.floor(Math.min(...exponents));
  const high = Math.max(low + 1, Math.ceil(Math.max(...exponents)));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
    place: (value) => (Math.log10(value) - low) / (high - low),
  };
}
