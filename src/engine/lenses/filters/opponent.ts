import { degrees, fullAngle } from '../../../kernels/angle.ts';
import { energyOf, type Filter } from './filter.ts';

/** A colour in opponent coordinates: grey, red against green, blue against yellow. */
export type Opponent = readonly [grey: number, redGreen: number, blueYellow: number];

/** The colour direction in which a filter's weights spread most. */
export interface OpponentAxis {
  /** Unit vector, red, green, blue. Its sign is chosen so that its largest part is positive. */
  readonly rgb: readonly [number, number, number];
  /** The same in opponent coordinates. */
  readonly opponent: Opponent;
  /** Share of the squared weights along the axis, 1/3 to 1. */
  readonly share: number;
  /** Share of the axis itself that lies off the grey axis, 0 to 1. */
  readonly saturation: number;
  /** Direction in the plane of the two opponent coordinates: 0 red, 90 blue, 180 green, 270 yellow. */
  readonly hue: number;
}

const r2 = Math.SQRT1_2;
const r3 = 1 / Math.sqrt(3);
const r6 = 1 / Math.sqrt(6);

/**
 * Red, green, blue in an orthonormal opponent basis: grey (1, 1, 1) / sqrt 3, red-green
 * (1, -1, 0) / sqrt 2, blue-yellow (-1, -1, 2) / sqrt 6. Squares add up to the same sum.
 */
export function opponentOf(red: number, green: number, blue: number): Opponent {
  return [r3 * (red + green + blue), r2 * (red - green), r6 * (2 * blue - red - green)];
}

/** Direction of a colour in the plane of red-green and blue-yellow, 0 to 360: 0 red, 90 blue. */
export function hueOf([red, green, blue]: readonly number[]): number {
  const [, redGreen, blueYellow] = opponentOf(red!, green!, blue!);
  return fullAngle(degrees(Math.atan2(blueYellow, redGreen)));
}

/** Share of a colour's energy that lies off the grey axis, 0 to 1; 0 for one channel. */
export function saturationOf(colour: readonly number[]): number {
  if (colour.length === 1) return 0;
  const [red, green, blue] = colour as [number, number, number];
  const energy = energyOf(colour);
  return energy > 0 ? Math.max(0, 1 - opponentOf(red, green, blue)[0] ** 2 / energy) : 0;
}

/** Share of a filter's squared weights that lies off the grey axis, 0 to 1; 0 for one channel. */
export function colourfulnessOf({ channels, size, weights }: Filter): number {
  const energy = energyOf(weights);
  if (channels === 1 || energy === 0) return 0;
  const plane = size * size;
  let grey = 0;
  for (let i = 0; i < plane; i++)
    grey += opponentOf(weights[i]!, weights[plane + i]!, weights[2 * plane + i]!)[0] ** 2;
  return Math.max(0, 1 - grey / energy);
}

/** The principal axis of a filter's colours about zero; null for one channel. */
export function opponentAxisOf({ channels, size, weights }: Filter): OpponentAxis | null {
  if (channels === 1) return null;
  const plane = size * size;
  const second = [0, 1, 2].map((a) =>
    [0, 1, 2].map((b) => {
      let sum = 0;
      for (let i = 0; i < plane; i++) sum += weights[a * plane + i]! * weights[b * plane + i]!;
      return sum;
    }),
  );
  const { vector, value } = principal(second);
  const energy = energyOf(weights);
  return { ...axis(vector), share: energy > 0 ? value / energy : 0 };
}

function axis(vector: readonly number[]): Omit<OpponentAxis, 'share'> {
  const strongest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const rgb = vector.map((part) => (strongest < 0 ? -part : part)) as [number, number, number];
  return { rgb, opponent: opponentOf(...rgb), saturation: saturationOf(rgb), hue: hueOf(rgb) };
}

/**
 * Largest eigenvalue of a symmetric positive semi-definite matrix and its unit vector, by repeated
 * squaring: after 12 squarings a gap of one percent has become a factor of 10^17.
 */
function principal(matrix: number[][]): { vector: number[]; value: number } {
  const n = matrix.length;
  const trace = (m: number[][]) => m.reduce((sum, row, i) => sum + row[i]!, 0);
  if (!(trace(matrix) > 0)) return { vector: [1, ...Array<number>(n - 1).fill(0)], value: 0 };
  let power = matrix;
  for (let step = 0; step < 12; step++) {
    const scale = trace(power) ** 2;
    power = power.map((row) =>
      power[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * power[k]![j]!, 0) / scale),
    );
  }
  const column = power.map((_, j) => power.map((row) => row[j]!));
  const longest = column.reduce((a, b) => (energyOf(b) > energyOf(a) ? b : a));
  const length = Math.sqrt(energyOf(longest));
  const vector = longest.map((part) => part / length);
  const value = vector.reduce(
    (sum, a, i) => sum + a * matrix[i]!.reduce((row, m, j) => row + m * vector[j]!, 0),
    0,
  );
  return { vector, value };
}
