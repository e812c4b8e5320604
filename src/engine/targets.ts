import { EngineError } from './errors.ts';

/** The scalar that is explained: a logit (before softmax) or a probability (after it) of one class. */
export interface Target {
  readonly kind: 'logit' | 'probability';
  /** Class index, or `predicted` for the class with the largest logit. */
  readonly class: number | 'predicted';
}

/** Probabilities of one row of logits. */
export function softmax(logits: ArrayLike<number>): Float32Array {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return Float32Array.from(exponentials, (value) => value / sum);
}

/** Index of the largest value, the first one where several are equal. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** @throws {EngineError} `invalid-option` if the class does not exist. */
export function resolveClass(target: Target, logits: ArrayLike<number>): number {
  if (target.class === 'predicted') return argmax(logits);
  const valid = Number.isInteger(target.class) && target.class >= 0 && target.class < logits.length;
  if (!valid)
    throw new EngineError(
      'invalid-option',
      `invalid class: ${target.class}, expected an integer from 0 to ${logits.length - 1}`,
    );
  return target.class;
}

export function targetValue(target: Target, logits: ArrayLike<number>): number {
  const index = resolveClass(target, logits);
  return target.kind === 'logit' ? logits[index]! : softmax(logits)[index]!;
}

/** Gradient of the target with respect to one row of logits, `[classes]`. */
export function targetSeed(target: Target, logits: ArrayLike<number>): Float32Array {
  const index = resolveClass(target, logits);
  const seed = new Float32Array(logits.length);
  if (target.kind === 'logit') {
    seed[index] = 1;
    return seed;
  }
  const probabilities = softmax(logits);
  return seed.map((_, k) => probabilities[index]! * ((k === index ? 1 : 0) - probabilities[k]!));
}
