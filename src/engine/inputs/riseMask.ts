import { seededRandom } from '../random.ts';
import { between } from './enlarge.ts';

export interface RiseMaskOptions {
  /** Coins along each side. */
  readonly cells: number;
  /** Chance of a coin to let the picture through. */
  readonly probability: number;
  readonly seed: number;
}

/**
 * Mask number `index` of RISE, `[size, size]` in [0, 1]: `cells` x `cells` coins, enlarged bilinearly to
 * one cell more than the picture and shifted by less than a cell. The coins are drawn first, row by
 * row, then the shifts down and across, from a stream of the mask's own.
 */
export function riseMask(size: number, index: number, options: RiseMaskOptions): Float32Array {
  const { cells, probability, seed } = options;
  const random = seededRandom(seed, index);
  const coins = Float32Array.from({ length: cells * cells }, () => Number(random() < probability));
  const cell = Math.ceil(size / cells);
  const large = (cells + 1) * cell;
  const top = Math.floor(random() * cell);
  const left = Math.floor(random() * cell);
  const columns = Array.from({ length: size }, (_, x) => between(cells, large, left + x));
  const mask = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const row = between(cells, large, top + y);
    columns.forEach(({ low, high, share }, x) => {
      const at = (line: number) =>
        coins[line * cells + low]! * (1 - share) + coins[line * cells + high]! * share;
      mask[y * size + x] = at(row.low) * (1 - row.share) + at(row.high) * row.share;
    });
  }
  return mask;
}
