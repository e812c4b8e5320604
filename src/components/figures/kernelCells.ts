import { kernelPlane, largestMagnitude, turnedPlane, type KernelKind } from '../../draw/kernels.ts';
import type { State } from '../../client/fields.ts';

/** Side of a kernel. */
export type KernelSize = 3 | 7;
/** Weights per channel: red, green, blue. */
export type Colour = readonly [red: number, green: number, blue: number];
/** A kernel as it is edited: `[3, k, k]`, weights from -1 to 1. */
export type Cells = Float32Array;

/** What the reader has set about the kernel; the names are those of the address. */
export type KernelSettings = {
  readonly [
    K in Extract<keyof State, `kernel.${string}`> as K extends `kernel.${infer Name}` ? Name : never
  ]: State[K];
};

/** Weights are kept in steps of a hundredth. */
const steps = 100;

export const kernelSize = ({ size }: Pick<KernelSettings, 'size'>): KernelSize =>
  size === '3' ? 3 : 7;

const grey: Colour = [1, 1, 1];
const axes = {
  grey,
  'red-green': [1, -1, 0],
  'blue-yellow': [-0.5, -0.5, 1],
} as const;

/** What a positive weight takes of each channel; a tint stands against its complement. */
export function colourOf({ colour, tint }: Pick<KernelSettings, 'colour' | 'tint'>): Colour {
  if (colour !== 'tint') return axes[colour];
  const bytes = /^#?([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(tint)?.slice(1);
  if (!bytes) return grey;
  const parts = bytes.map((byte) => (parseInt(byte, 16) - 127.5) / 127.5);
  const largest = largestMagnitude(parts);
  // The middle of the scale is no colour at all.
  return largest < 0.02 ? grey : (parts.map((part) => part / largest) as unknown as Colour);
}

/** A plane `[k, k]` in one colour. */
export function inColour(plane: ArrayLike<number>, colour: Colour): Cells {
  const cells = new Float32Array(3 * plane.length);
  colour.forEach((part, c) => {
    for (let i = 0; i < plane.length; i++) cells[c * plane.length + i] = part * plane[i]!;
  });
  return cells;
}

/** How much of a colour each cell has, by least squares, `[k, k]`. */
export function amountOf(cells: Cells, colour: Colour): Float32Array {
  const length = cells.length / 3;
  const energy = colour.reduce((sum, part) => sum + part * part, 0);
  return Float32Array.from({ length }, (_, i) => {
    const product = colour.reduce((sum, part, c) => sum + part * cells[c * length + i]!, 0);
    return product / energy;
  });
}

/** Only what a kernel has of a colour. */
export const partIn = (cells: Cells, colour: Colour): Cells =>
  inColour(amountOf(cells, colour), colour);

/** Whether all of it is in one colour. */
export function isIn(cells: Cells, colour: Colour): boolean {
  const part = partIn(cells, colour);
  return cells.every((weight, i) => Math.abs(weight - part[i]!) < 0.006);
}

/** The colour that all of a kernel is in, up to sign; undefined where there are several, or none. */
export function ownColour(cells: Cells): Colour | undefined {
  const length = cells.length / 3;
  const largest = largestMagnitude(cells);
  if (largest === 0) return undefined;
  const strongest = cells.findIndex((weight) => Math.abs(weight) === largest) % length;
  const parts = [0, 1, 2].map((c) => cells[c * length + strongest]!);
  const sign = parts.find((part) => Math.abs(part) === largest)!;
  const colour = parts.map((part) => part / sign) as unknown as Colour;
  return isIn(cells, colour) ? colour : undefined;
}

/** Weights scaled so that the largest has magnitude 1; nothing stays nothing. */
export function scaledToOne(weights: ArrayLike<number>): Float32Array {
  const largest = largestMagnitude(weights) || 1;
  return Float32Array.from(weights, (weight) => weight / largest);
}

/** Each of the three planes turned. */
export function turned(cells: Cells, angle: number): Cells {
  const length = cells.length / 3;
  const size = Math.sqrt(length);
  const out = new Float32Array(cells.length);
  for (let c = 0; c < 3; c++) {
    const plane = cells.subarray(c * length, (c + 1) * length);
    out.set(turnedPlane(plane, size, angle), c * length);
  }
  return out;
}

/** With one cell in a colour, whatever it held before. */
export function painted(cells: Cells, cell: number, value: number, colour: Colour): Cells {
  const length = cells.length / 3;
  const out = cells.slice();
  colour.forEach((part, c) => (out[c * length + cell] = value * part));
  return out;
}

/** In whole steps that add up to 0, as near as can be to weights that do but for rounding. */
function inStepsToZero(plane: Float32Array): Float32Array {
  const levels = plane.map((weight) => Math.round(weight * steps));
  const excess = levels.reduce((a, b) => a + b, 0);
  // Those that rounding has moved furthest are moved back.
  const error = (i: number) => Math.sign(excess) * (levels[i]! - plane[i]! * steps);
  const order = [...levels.keys()].sort((a, b) => error(b) - error(a));
  for (const i of order.slice(0, Math.abs(excess))) levels[i]! -= Math.sign(excess);
  return levels.map((level) => level / steps);
}

/** Minus its mean in each channel: blind to flat regions, also once it is written in an address. */
export function balanced(cells: Cells): Cells {
  const length = cells.length / 3;
  const planes = [0, 1, 2].map((c) => cells.slice(c * length, (c + 1) * length));
  for (const plane of planes) {
    const mean = plane.reduce((a, b) => a + b, 0) / length;
    for (let i = 0; i < length; i++) plane[i]! -= mean;
  }
  const scale = Math.max(1, ...planes.map(largestMagnitude));
  const out = new Float32Array(cells.length);
  planes.forEach((plane, c) =>
    out.set(inStepsToZero(plane.map((weight) => weight / scale)), c * length),
  );
  return out;
}

/** The middle of a larger kernel, or a smaller one with zeros around it. */
export function resized(cells: Cells, size: KernelSize): Cells {
  const before = Math.sqrt(cells.length / 3);
  const shift = (before - size) / 2;
  const out = new Float32Array(3 * size * size);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const [row, column] = [y + shift, x + shift];
        if (row < 0 || column < 0 || row >= before || column >= before) continue;
        out[(c * size + y) * size + x] = cells[(c * before + row) * before + column]!;
      }
  return out;
}

/** For an address: a byte for each weight in hundredths, one plane where all three are alike. */
export function encodeCells(cells: Cells): string {
  const length = cells.length / 3;
  const level = (weight: number) =>
    Math.max(-steps, Math.min(steps, Math.round(weight * steps))) + steps;
  const bytes = Array.from(cells, level);
  const alike = bytes.every((byte, i) => byte === bytes[i % length]);
  const text = btoa(String.fromCharCode(...(alike ? bytes.slice(0, length) : bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The kernel of an address; undefined for anything that is not one of this side. */
export function decodeCells(text: string, size: KernelSize): Cells | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  let bytes: string;
  try {
    bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
  const length = size * size;
  if (bytes.length !== length && bytes.length !== 3 * length) return undefined;
  const weights = Array.from({ length: 3 * length }, (_, i) => {
    const byte = bytes.charCodeAt(i % bytes.length);
    return (byte - steps) / steps;
  });
  return weights.every((weight) => weight <= 1) ? Float32Array.from(weights) : undefined;
}

/**
 * The kernel that the settings name: the reader's own cells or a learned filter, turned; or one of
 * the kernels drawn by hand. Undefined for a learned filter whose weights are not there yet.
 *
 * @param learned `[3, k, k]`, raw
 */
export function kernelCells(
  settings: KernelSettings,
  learned: ArrayLike<number> | undefined,
): Cells | undefined {
  const size = kernelSize(settings);
  const { start, angle } = settings;
  const own = decodeCells(settings.cells, size);
  if (own) return turned(own, angle);
  if (start === 'learned') return learned && turned(scaledToOne(learned), angle);
  const plane = kernelPlane(start satisfies KernelKind, size, { ...settings, orientation: angle });
  return inColour(scaledToOne(plane), colourOf(settings));
}
