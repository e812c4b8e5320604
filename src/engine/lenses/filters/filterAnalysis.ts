import { families } from './families.ts';
import { meanOf, normOf, type Filter } from './filter.ts';
import { colourfulnessOf, opponentAxisOf, type OpponentAxis } from './opponent.ts';
import { orientationOf, type Orientation } from './orientation.ts';
import { prototypeFit, type PrototypeFit } from './prototypeFit.ts';
import { targetOf } from './separable.ts';
import { spectrumOf, type Spectrum } from './spectrum.ts';
import { bestFit, verdictOf, type Verdict } from './verdict.ts';

/** Everything that is known of one filter. */
export interface FilterAnalysis {
  readonly index: number;
  /** Square root of the sum of the squared weights. */
  readonly norm: number;
  /** Mean of all weights. */
  readonly mean: number;
  /** Of the filter itself, without any prototype. */
  readonly orientation: Orientation;
  /** Share of the squared weights that lies off the grey axis, 0 to 1; 0 for one channel. */
  readonly colourfulness: number;
  /** Null for one channel. */
  readonly opponent: OpponentAxis | null;
  readonly spectrum: Spectrum;
  /** One for each kind, the most telling first. */
  readonly fits: readonly PrototypeFit[];
  readonly verdict: Verdict;
  /** Index in `fits` of the fit that the verdict rests on. */
  readonly best: number;
}

/**
 * A Gabor has twice to six times the parameters of any other kind: one that comes nearly as far
 * beyond noise as the Gabor does says more about the filter.
 */
const gaborHandicap = 0.08;

/**
 * The filter against every kind of prototype, the one furthest beyond noise first, Gabors with a
 * handicap. Where the flat ground alone has more than half of the variation, the filter is a plain
 * colour before it is anything else, and the blob comes first.
 */
export function fitsOf(filter: Filter): PrototypeFit[] {
  const target = targetOf(filter);
  const fits = Object.values(families).map((fit) => prototypeFit(target, fit(target)));
  const isPlain = fits[0]!.groundShare > 0.5;
  const rank = ({ kind, beyondNoise }: PrototypeFit) => {
    if (isPlain && kind === 'blob') return 2;
    return kind === 'gabor' ? beyondNoise - gaborHandicap * Math.abs(beyondNoise) : beyondNoise;
  };
  return fits.sort((a, b) => rank(b) - rank(a));
}

/** @param median the median norm of the layer's filters */
export function analyseFilter(filter: Filter, index: number, median: number): FilterAnalysis {
  const fits = fitsOf(filter);
  const norm = normOf(filter.weights);
  return {
    index,
    norm,
    mean: meanOf(filter.weights),
    orientation: orientationOf(filter),
    colourfulness: colourfulnessOf(filter),
    opponent: opponentAxisOf(filter),
    spectrum: spectrumOf(filter),
    fits,
    verdict: verdictOf(fits, norm, median),
    best: bestFit(fits),
  };
}
