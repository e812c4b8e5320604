import { softmax, type Target } from '../targets.ts';
import type { TensorData } from '../layout.ts';
import type { Evidence } from './method.ts';

/** Why a map is blank, or what to beware of; the numbers are in the units of what they describe. */
export type Note =
  /** Nothing speaks for the target: the ReLU leaves nothing of a map whose largest value is `max`. */
  | { readonly code: 'all-negative'; readonly min: number; readonly max: number }
  /** The target does not depend on what was differentiated. */
  | { readonly code: 'zero-gradient' }
  /** Every unit of the layer is silent. */
  | { readonly code: 'zero-activation' }
  /** The map is 0 everywhere, and none of the other notes says why. */
  | { readonly code: 'zero-map' }
  /** The map has one value everywhere, which is not 0. */
  | { readonly code: 'constant-map'; readonly value: number }
  /** A probability this near to 0 or 1 hardly moves: its gradient is the logit's times `slope`. */
  | {
      readonly code: 'saturated-softmax';
      readonly probability: number;
      readonly slope: number;
    }
  /** The sign of a principal component was chosen by the larger of two magnitudes that are much alike. */
  | { readonly code: 'uncertain-sign'; readonly min: number; readonly max: number }
  /** Some divisor was 0; `count` channels were given the weight 0 for it. */
  | { readonly code: 'zero-divisor'; readonly count: number };

/** Smallest and largest value. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Below this derivative of the probability by its own logit, p (1 - p), a softmax counts as saturated. */
const leastSlope = 1e-3;

function extremes({ data }: TensorData): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const value of data) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** Of the map, before its ReLU where it has one. */
export function rangeOf({ map, details }: Pick<Evidence, 'map' | 'details'>): Range {
  return extremes(details['signed'] ?? map);
}

const isZero = ({ data }: TensorData) => data.every((value) => value === 0);

/** Everything there is to say about a map, the method's own notes first. */
export function notesOn(evidence: Evidence, { kind }: Target): Note[] {
  const { details, map, logits, target, notes = [] } = evidence;
  const found: Note[] = [...notes];
  if (kind === 'probability') {
    const probability = softmax(logits.data)[target.class]!;
    const slope = probability * (1 - probability);
    if (slope < leastSlope) found.push({ code: 'saturated-softmax', probability, slope });
  }
  const { min, max } = extremes(map);
  if (min !== max) return found;
  if (max !== 0) return [...found, { code: 'constant-map', value: max }];
  // A method that knows why leaves nothing to find out.
  return notes.some(({ code }) => reasons.has(code)) ? found : [...found, ...blank(details)];
}

/** Notes that say why a map is 0 everywhere. */
const reasons: ReadonlySet<Note['code']> = new Set([
  'all-negative',
  'zero-gradient',
  'zero-activation',
]);

/** Why a map is 0 everywhere. */
function blank({ gradient, activation, alpha, signed }: Evidence['details']): Note[] {
  const found: Note[] = [];
  if ([gradient, alpha].some((values) => values && isZero(values)))
    found.push({ code: 'zero-gradient' });
  if (activation && isZero(activation)) found.push({ code: 'zero-activation' });
  const range = signed && extremes(signed);
  if (range && range.min < 0) found.push({ code: 'all-negative', ...range });
  return found.length > 0 ? found : [{ code: 'zero-map' }];
}
