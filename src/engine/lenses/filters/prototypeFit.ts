import { energyOf, meanOf, normOf } from './filter.ts';
import { noiseFloor } from './noiseFloor.ts';
import { hueOf, saturationOf } from './opponent.ts';
import {
  explainedBy,
  mixtureOf,
  patternOf,
  separableFit,
  type Basis,
  type Target,
} from './separable.ts';

/** A hand-designed kernel, or a family of them, that a learned filter is held against. */
export type PrototypeKind =
  'sobel' | 'scharr' | 'prewitt' | 'laplacian' | 'gabor' | 'differenceOfGaussians' | 'blob';

/** What a filter is, if its prototype explains enough of it. */
export type Pattern = 'edge' | 'colourEdge' | 'grating' | 'blob';

/**
 * What the least squares found; which are there depends on the kind. Lengths are in pixels, angles
 * in degrees counter-clockwise as seen on the screen, positions from the middle of the filter, x to
 * the right and y down.
 */
export interface PrototypeParameters {
  /** Direction of the edge or of the stripes from the x axis, 0 to 180: a vertical edge has 90. */
  readonly orientation?: number;
  /** Where it gets lighter, across the edge, -180 to 180: of derivative kernels only. */
  readonly towards?: number;
  /** Side of the kernel inside the filter's window: of Sobel, Scharr, Prewitt and Laplacian. */
  readonly size?: number;
  readonly wavelength?: number;
  /**
   * At the Gabor's middle, -180 to 180. 0: a light stripe, 180: a dark one, -90: an edge that gets
   * lighter to the right (downwards, if it is level), 90: one that gets lighter to the left.
   */
  readonly phase?: number;
  /** Standard deviation of the Gaussian: of a Gabor across the stripes, of the centre of a blob. */
  readonly sigma?: number;
  /** Standard deviation of the surround. */
  readonly surroundSigma?: number;
  /** sigma across the stripes / sigma along them. */
  readonly aspect?: number;
  /** Octaves at half height; null where the envelope is too narrow for the pattern to be a band. */
  readonly bandwidth?: number | null;
  readonly x?: number;
  readonly y?: number;
}

/**
 * A filter as `colour[c] * pattern(y, x) + ground[c]`: one pattern in one colour, on a flat ground
 * of another. Colour and ground are solved for exactly, whatever the parameters of the pattern.
 */
export interface PrototypeFit {
  readonly kind: PrototypeKind;
  readonly parameters: PrototypeParameters;
  /**
   * Weights per channel of the pattern with norm 1: of its light part, for edges and gratings, and
   * of its middle, for blobs. What is light in a pattern without brightness is its strongest channel.
   */
  readonly colour: readonly number[];
  /** Weights per channel. */
  readonly ground: readonly number[];
  /**
   * Share of the filter's variation, 0 to 1: 1 - |w - fit|^2 / |w - mean(w)|^2, the mean taken over
   * all weights, as the grey level that they share cannot be seen in a picture of the filter either.
   */
  readonly explained: number;
  /** The part of `explained` that is due to the ground's colour; the same for every kind. */
  readonly groundShare: number;
  /** What noise of this size may reach by luck (`noiseFloor.ts`). */
  readonly noiseFloor: number;
  /** 1 - (1 - explained) / (1 - noiseFloor): comparable between kinds, 0 where noise comes as far. */
  readonly beyondNoise: number;
  /** What the filter is, should this fit count. */
  readonly pattern: Pattern;
  /** The colour that tells it apart: of the pattern, or of a ground that outweighs it; null for grey. */
  readonly tint: Tint | null;
  /** The fit itself, `[C, k, k]`. */
  readonly prototype: Float32Array;
  /** Filter minus fit, `[C, k, k]`. */
  readonly residual: Float32Array;
}

/** A direction in the space of colours. */
export interface Tint {
  /** Unit vector. */
  readonly rgb: readonly number[];
  /** Share of it that lies off the grey axis, 0 to 1. */
  readonly saturation: number;
  /** Direction in the plane of red-green and blue-yellow: 0 red, 90 blue, 180 green, 270 yellow. */
  readonly hue: number;
}

/** A pattern of norm 1 with its colour: what a family's search comes up with. */
export interface FoundPattern {
  readonly kind: PrototypeKind;
  readonly parameters: PrototypeParameters;
  /** What patterns of the family are, were they grey. */
  readonly form: Exclude<Pattern, 'colourEdge'>;
  /** `[k, k]` */
  readonly plane: Float64Array;
  readonly colour: readonly number[];
}

/** An edge counts as one of colour if more than half of its energy lies off the grey axis. */
const leastSaturation = 0.5;

/** Brightness below this share of a colour's sum of magnitudes does not decide what is light. */
const leastBrightness = 0.2;

/** Whether a colour is that of the dark half of a pattern. */
export function isDark(colour: readonly number[]): boolean {
  const sum = colour.reduce((a, b) => a + b, 0);
  const magnitudes = colour.reduce((a, b) => a + Math.abs(b), 0);
  if (Math.abs(sum) >= leastBrightness * magnitudes) return sum < 0;
  return colour.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)) < 0;
}

/** The least-squares pattern and colour of a basis, and the mixture of its first and second plane. */
export function solve(
  target: Target,
  basis: Basis,
): { plane: Float64Array; colour: readonly number[]; mixture: readonly [number, number] } {
  const { along, colour } = separableFit(target, basis);
  return {
    plane: patternOf(basis, along, target.size ** 2),
    colour,
    mixture: mixtureOf(basis, along),
  };
}

/** A pattern and its colour with both signs turned. */
export function turned<T extends { plane: Float64Array; colour: readonly number[] }>(found: T): T {
  return {
    ...found,
    plane: found.plane.map((value) => -value),
    colour: found.colour.map((value) => -value),
  };
}

/** The fit that a pattern amounts to, measured against the filter and against noise. */
export function prototypeFit(target: Target, found: FoundPattern): PrototypeFit {
  const { kind, parameters, form, plane, colour } = found;
  const { variation, ground, energy, groundEnergy } = target;
  const length = plane.length;
  const prototype = new Float32Array(variation.length);
  const residual = new Float32Array(variation.length);
  for (let i = 0; i < variation.length; i++) {
    const channel = Math.floor(i / length);
    const value = colour[channel]! * plane[i % length]!;
    prototype[i] = value + ground[channel]!;
    residual[i] = variation[i]! - value;
  }
  const explained = explainedBy(target, colour);
  const floor = noiseFloor(kind, target);
  return {
    kind,
    parameters,
    colour,
    ground,
    explained,
    groundShare: energy > 0 ? groundEnergy / energy : 0,
    noiseFloor: floor,
    beyondNoise: 1 - (1 - explained) / (1 - floor),
    pattern: form === 'edge' && saturationOf(colour) > leastSaturation ? 'colourEdge' : form,
    tint: tintOf(groundEnergy > energyOf(colour) ? ground.map((g) => g - meanOf(ground)) : colour),
    prototype,
    residual,
  };
}

function tintOf(colour: readonly number[]): Tint | null {
  if (colour.length === 1) return null;
  const length = normOf(colour) || 1;
  const rgb = colour.map((part) => part / length);
  return { rgb, saturation: saturationOf(rgb), hue: hueOf(rgb) };
}
