/** How alike a learned filter is to a kernel. */
export interface KernelMatch {
  readonly index: number;
  /** Cosine of the angle between the two, -1 to 1; 0 where either is zero. */
  readonly similarity: number;
}

// #region rankFilters
/** Cosine of the angle between two filters, -1 to 1: 1 for alike up to contrast; 0 if either is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let product = 0;
  let energyA = 0;
  let energyB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    energyA += a[i]! ** 2;
    energyB += b[i]! ** 2;
  }
  const norms = Math.sqrt(energyA * energyB);
  return norms > 1e-12 ? product / norms : 0;
}

/**
 * The filters of a layer by their likeness to a kernel, either sign alike, the nearest first:
 * cos = w.v / (|w| |v|) over the weights of all channels.
 *
 * @param filtersOIHW `[filters, C, k, k]`
 * @param kernelCHW `[C, k, k]`
 * @param centred compares both without the mean over all of their weights
 * @throws RangeError unless the filters are as many weights as a whole number of kernels
 */
export function rankFilters(
  filtersOIHW: ArrayLike<number>,
  kernelCHW: ArrayLike<number>,
  centred: boolean,
): KernelMatch[] {
  const { length } = kernelCHW;
  if (length === 0 || filtersOIHW.length % length !== 0)
    throw new RangeError(
      `invalid kernel: ${length} weights beside ${filtersOIHW.length} of the filters; expected a divisor`,
    );
  const vector = (values: ArrayLike<number>, from: number) => {
    const weights = Float64Array.from({ length }, (_, i) => values[from + i]!);
    const mean = centred ? weights.reduce((sum, weight) => sum + weight, 0) / length : 0;
    return weights.map((weight) => weight - mean);
  };
  const kernel = vector(kernelCHW, 0);
  const matches = Array.from({ length: filtersOIHW.length / length }, (_, index) => ({
    index,
    similarity: cosine(kernel, vector(filtersOIHW, index * length)),
  }));
  return matches.sort((a, b) => Math.abs(b.similarity) - Math.abs(a.similarity));
}
// #endregion
