import { EngineError } from './errors.ts';
import type { TensorData } from './layout.ts';

/**
 * The scalar that is explained: a logit (before softmax) of one class, its probability (after it),
 * the probability's natural logarithm, or the difference of two classes' logits.
 */
export interface Target {
  readonly kind: 'logit' | 'probability' | 'log-probability' | 'difference';
  /** Class index, or `predicted` for the class with the largest logit. */
  readonly class: number | 'predicted';
  /** Only of a difference: the class whose logit is taken off, by default the largest of the others. */
  readonly against?: number | 'runner-up' | undefined;
}

/** What a target comes to for one picture. */
export interface ResolvedTarget {
  readonly class: number;
  readonly value: number;
  /** Only of a difference. */
  readonly against?: number;
}

/** Probabilities of one row of logits, in double precision. */
function probabilitiesOf(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

/** Probabilities of one row of logits. */
export function softmax(logits: ArrayLike<number>): Float32Array {
  return Float32Array.from(probabilitiesOf(logits));
}

/** ln of one class's probability, exact also where the probability itself is 0 in float32. */
function logProbability(logits: ArrayLike<number>, index: number): number {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
  return values[index]! - largest - Math.log(sum);
}

/** Index of the largest value, the first one where several are equal. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function checkClass(index: number, classes: number): number {
  if (Number.isInteger(index) && index >= 0 && index < classes) return index;
  throw new EngineError(
    'invalid-option',
    `invalid class: ${index}, expected an integer from 0 to ${classes - 1}`,
  );
}

/** @throws {EngineError} `invalid-option` if the class does not exist. */
export function resolveClass(target: Target, logits: ArrayLike<number>): number {
  return target.class === 'predicted' ? argmax(logits) : checkClass(target.class, logits.length);
}

/**
 * The class that a difference is taken against; undefined for every other kind of target.
 * @throws {EngineError} `invalid-option` if it does not exist or is the explained class itself
 */
export function resolveAgainst(target: Target, logits: ArrayLike<number>): number | undefined {
  if (target.kind !== 'difference') return undefined;
  const index = resolveClass(target, logits);
  const { against = 'runner-up' } = target;
  const others = Array.from(logits, (value, k) => (k === index ? -Infinity : value));
  const rival = against === 'runner-up' ? argmax(others) : checkClass(against, logits.length);
  if (rival !== index) return rival;
  throw new EngineError(
    'invalid-option',
    `class ${index} cannot be explained against itself, choose two different classes`,
  );
}

export function targetValue(target: Target, logits: ArrayLike<number>): number {
  const index = resolveClass(target, logits);
  switch (target.kind) {
    case 'logit':
      return logits[index]!;
    case 'probability':
      return softmax(logits)[index]!;
    case 'log-probability':
      return logProbability(logits, index);
    case 'difference':
      return logits[index]! - logits[resolveAgainst(target, logits)!]!;
  }
}

/** A target's value for each row of logits `[N, classes]`. */
export function targetValues(target: Target, { shape, data }: TensorData): number[] {
  const [rows, classes] = shape as [number, number];
  return Array.from({ length: rows }, (_, n) =>
    targetValue(target, data.subarray(n * classes, (n + 1) * classes)),
  );
}

/** Class and value of a target for one row of logits. */
export function resolveTarget(target: Target, logits: ArrayLike<number>): ResolvedTarget {
  const against = resolveAgainst(target, logits);
  return {
    class: resolveClass(target, logits),
    value: targetValue(target, logits),
    ...(against !== undefined && { against }),
  };
}

/** Gradient of the target with respect to one row of logits, `[classes]`. */
export function targetSeed(target: Target, logits: ArrayLike<number>): Float32Array {
  const index = resolveClass(target, logits);
  const rival = resolveAgainst(target, logits);
  const seed = new Float32Array(logits.length);
  seed[index] = 1;
  if (rival !== undefined) seed[rival] = -1;
  if (target.kind === 'logit' || target.kind === 'difference') return seed;
  const probabilities = probabilitiesOf(logits);
  const factor = target.kind === 'probability' ? probabilities[index]! : 1;
  // 1 - p as the sum of the others: near certainty the subtraction would leave few digits.
  const rest = probabilities.reduce((sum, value, k) => (k === index ? sum : sum + value), 0);
  return seed.map((_, k) => factor * (k === index ? rest : -probabilities[k]!));
}
