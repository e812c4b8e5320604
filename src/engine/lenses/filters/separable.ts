import { energyOf, meanOf, type Filter, type Shape } from './filter.ts';

/** A filter made ready for least squares: each channel without its mean. */
export interface Target extends Shape {
  /** `[C, k * k]`, each channel's mean removed. */
  readonly variation: Float64Array;
  /** Mean of each channel: the best flat ground under any pattern without a mean. */
  readonly ground: readonly number[];
  /** Sum of the squared differences from the mean of all weights. */
  readonly energy: number;
  /** The part of it that is due to the channels' means. */
  readonly groundEnergy: number;
}

export function targetOf({ channels, size, weights }: Filter): Target {
  const plane = size * size;
  const ground = Array.from({ length: channels }, (_, channel) =>
    meanOf(weights.subarray(channel * plane, (channel + 1) * plane)),
  );
  const variation = Float64Array.from(
    weights,
    (weight, i) => weight - ground[Math.floor(i / plane)]!,
  );
  const mean = meanOf(ground);
  const groundEnergy = plane * energyOf(ground.map((value) => value - mean));
  return {
    channels,
    size,
    variation,
    ground,
    energy: energyOf(variation) + groundEnergy,
    groundEnergy,
  };
}

/** One or two planes `[k, k]` that are orthonormal and have no mean. */
export interface Basis {
  readonly planes: readonly Float64Array[];
  /** Each plane as a mixture of the two that it was made from: rows of a triangular matrix. */
  readonly mixtures: readonly (readonly [number, number])[];
}

/** Below this share of its energy, what is left of a plane counts as rounding. */
const negligible = 1e-10;

/**
 * Removes the means and makes the planes orthonormal (Gram and Schmidt), in place; one that is flat,
 * or like the first, is left out.
 */
export function orthonormal(first: Float64Array, second?: Float64Array): Basis {
  const planes: Float64Array[] = [];
  const mixtures: [number, number][] = [];
  const lengthA = normalize(first, energyOf(first));
  if (lengthA > 0) {
    planes.push(first);
    mixtures.push([1 / lengthA, 0]);
  }
  if (!second) return { planes, mixtures };
  const whole = energyOf(second);
  const shared = lengthA > 0 ? dot(first, second) : 0;
  if (lengthA > 0) for (let i = 0; i < second.length; i++) second[i]! -= shared * first[i]!;
  const lengthB = normalize(second, whole);
  if (lengthB > 0) {
    planes.push(second);
    mixtures.push([lengthA > 0 ? -shared / lengthA / lengthB : 0, 1 / lengthB]);
  }
  return { planes, mixtures };
}

/** Removes the mean and scales to norm 1, in place. @returns the norm before, 0 for rounding errors */
function normalize(plane: Float64Array, whole: number): number {
  const mean = meanOf(plane);
  for (let i = 0; i < plane.length; i++) plane[i]! -= mean;
  const energy = energyOf(plane);
  if (energy <= negligible * whole) return 0;
  const length = Math.sqrt(energy);
  for (let i = 0; i < plane.length; i++) plane[i]! /= length;
  return length;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The best `colour[c] * pattern` with a pattern in the span of a basis. */
export interface SeparableFit {
  /** Coordinates of the pattern on the basis, a unit vector. */
  readonly along: readonly number[];
  /** Weights per channel of the pattern of norm 1. */
  readonly colour: readonly number[];
  /** Energy of the filter that it explains. */
  readonly energy: number;
}

/**
 * Colour and mixture by least squares, exactly: the matrix of the channels' coordinates on the basis
 * is replaced by its best approximation of rank 1, as the singular value decomposition gives it.
 */
export function separableFit({ channels, variation }: Target, { planes }: Basis): SeparableFit {
  const coordinates = planes.map((plane) => {
    const out = Array<number>(channels).fill(0);
    for (let channel = 0; channel < channels; channel++) {
      const offset = channel * plane.length;
      let sum = 0;
      for (let i = 0; i < plane.length; i++) sum += plane[i]! * variation[offset + i]!;
      out[channel] = sum;
    }
    return out;
  });
  const [first, second] = coordinates;
  if (!first) return { along: [], colour: Array<number>(channels).fill(0), energy: 0 };
  if (!second) return { along: [1], colour: first, energy: energyOf(first) };
  const aa = energyOf(first);
  const bb = energyOf(second);
  const ab = first.reduce((sum, value, i) => sum + value * second[i]!, 0);
  const angle = Math.atan2(2 * ab, aa - bb) / 2;
  const along = [Math.cos(angle), Math.sin(angle)];
  const colour = first.map((value, i) => along[0]! * value + along[1]! * second[i]!);
  return { along, colour, energy: energyOf(colour) };
}

/**
 * Share of the filter's variation that a pattern of norm 1 in a colour explains together with the
 * ground, if the colour is the one of least squares.
 */
export function explainedBy(target: Target, colour: readonly number[]): number {
  const { energy, groundEnergy } = target;
  return energy > 0 ? (groundEnergy + energyOf(colour)) / energy : 0;
}

/** The pattern of norm 1, `[k, k]`. */
export function patternOf(
  { planes }: Basis,
  along: readonly number[],
  length: number,
): Float64Array {
  const pattern = new Float64Array(length);
  for (let j = 0; j < planes.length; j++) {
    const plane = planes[j]!;
    const share = along[j]!;
    for (let i = 0; i < length; i++) pattern[i]! += share * plane[i]!;
  }
  return pattern;
}

/** The pattern as a mixture of the planes that the basis was made from, up to their means. */
export function mixtureOf(
  { mixtures }: Basis,
  along: readonly number[],
): readonly [number, number] {
  return [0, 1].map((k) =>
    mixtures.reduce((sum, mixture, j) => sum + along[j]! * mixture[k]!, 0),
  ) as unknown as readonly [number, number];
}

/**
 * Writes the filter's variation minus the fit into `out`, `[C, k * k]`: the residuals of a search for
 * the parameters behind a basis (variable projection, Golub and Pereyra 1973).
 */
export function residualsOf(target: Target, basis: Basis, out: Float64Array): Float64Array {
  const { along, colour } = separableFit(target, basis);
  const { variation, channels } = target;
  const length = target.size ** 2;
  const pattern = patternOf(basis, along, length);
  for (let channel = 0; channel < channels; channel++) {
    const weight = colour[channel]!;
    const offset = channel * length;
    for (let i = 0; i < length; i++)
      out[offset + i] = variation[offset + i]! - weight * pattern[i]!;
  }
  return out;
}
