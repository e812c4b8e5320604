/** How alike a learned filter is to a kernel. */
export interface KernelMatch {
  readonly index: number;
  /** Cosine of the angle between the two, -1 to 1; 0 where either is zero. */
  readonly similarity: number;
}

function meanOf(values: ArrayLike<number>, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += values[i]!;
  return sum / length;
}

// #region rankFilters
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
  const level = centred ? meanOf(kernelCHW, 0, length) : 0;
  const matches = Array.from({ length: filtersOIHW.length / length }, (_, index) => {
    const from = index * length;
    const filterLevel = centred ? meanOf(filtersOIHW, from, length) : 0;
    let product = 0;
    let kernelEnergy = 0;
    let filterEnergy = 0;
    for (let i = 0; i < length; i++) {
      const a = kernelCHW[i]! - level;
      const b = filtersOIHW[from + i]! - filterLevel;
      product += a * b;
      kernelEnergy += a * a;
      filterEnergy += b * b;
    }
    const norms = Math.sqrt(kernelEnergy * filterEnergy);
    return { index, similarity: norms > 1e-12 ? product / norms : 0 };
  });
  return matches.sort((a, b) => Math.abs(b.similarity) - Math.abs(a.similarity));
}
// #endregion
