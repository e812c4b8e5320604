import { mapScales } from '../../draw/mapScale.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { bicubic, bilinear, bilinearCorners, nearest } from '../../draw/upsample.ts';
import type { ConventionMaps, TensorData } from '../../worker/protocol.ts';
import { keyOf, settled, type Conventions } from './conventionSwitches.ts';

const enlarge = { nearest, bilinear, 'bilinear-corners': bilinearCorners, bicubic } as const;

/** Height and width of the network's input. */
export type Size = readonly [height: number, width: number];

/** A map as some tool would hand it out. */
export interface ConventionMap {
  /** HW at the size of the input. */
  readonly values: Float32Array<ArrayBuffer>;
  /** Values that the ends of the colours stand for: symmetric around 0 where there are negative ones. */
  readonly range: ValueRange;
  /** As the colours have it: -1 to 1, or 0 to 1 where nothing is negative. */
  readonly drawn: Float32Array;
}

/** On the grid of the layer, before anything is normalised or enlarged. */
function cells(maps: ConventionMaps['maps'], conventions: Conventions): TensorData {
  const { target, reading, relu } = conventions;
  const raw = maps[target][`${reading}.${relu === 'before-sum' ? 'rectified' : 'signed'}`]!;
  if (relu === 'after-sum') return { ...raw, data: raw.data.map((value) => Math.max(0, value)) };
  return relu === 'absolute' ? { ...raw, data: raw.data.map(Math.abs) } : raw;
}

function camValues(
  maps: ConventionMaps['maps'],
  conventions: Conventions,
  [height, width]: Size,
): Float32Array<ArrayBuffer> {
  const { normaliser, order, upsampling } = conventions;
  const scale = mapScales[normaliser];
  const { shape, data } = cells(maps, conventions);
  const [rows, columns] = shape as [number, number];
  const small = order === 'after' ? data : scale(data);
  const large = enlarge[upsampling](small, columns, rows, width, height);
  return order === 'before' ? large : scale(large);
}

/**
 * The ends of the colours. Normalised by the library, a map keeps the library's scale, 0 to 1; raw values, and those divided by
 * a maximum, are drawn up to their own largest magnitude.
 */
function drawnRange(values: Float32Array, { normaliser }: Conventions): ValueRange {
  const own = normaliser === 'none' || normaliser === 'maximum';
  const [low, high] = own ? signedRange(values) : [-1, 1];
  return minMaxRange(values)[0] < 0 ? [low, high] : [0, high];
}

/** The map under the conventions. Throws where the maps are of another subject. */
export function conventionMap(
  { maps }: Pick<ConventionMaps, 'maps'>,
  wanted: Conventions,
  size: Size,
): ConventionMap {
  const conventions = settled(wanted);
  const { subject, target, signs, reduction, normaliser } = conventions;
  const values =
    subject === 'grad-cam'
      ? camValues(maps, conventions, size)
      : mapScales[normaliser](maps[target][`${signs}.${reduction}`]!.data);
  const range = drawnRange(values, conventions);
  const end = range[1] || 1;
  const drawn = values.map((value) => Math.min(1, Math.max(-1, value / end)));
  return { values, range, drawn };
}

/** Maps that are kept: those of a board and of the next few switches. At 224x224 pixels one takes 400 kB. */
const keptMaps = 64;

/** Makes each map once, for as long as it is among the last ones made. */
export function mapMaker(
  found: Pick<ConventionMaps, 'maps'>,
  size: Size,
): (conventions: Conventions) => ConventionMap {
  const made = new Map<string, ConventionMap>();
  return (conventions) => {
    const key = keyOf(conventions);
    const map = made.get(key) ?? conventionMap(found, conventions, size);
    made.delete(key);
    made.set(key, map);
    if (made.size > keptMaps) made.delete(made.keys().next().value!);
    return map;
  };
}

/** How far two maps are apart where they are farthest, as drawn: 1 is the whole way from 0 to the end of the colours. */
export interface Change {
  readonly amount: number;
  /** Row and column of the input's pixels. */
  readonly row: number;
  readonly column: number;
}

/** The first of the places where two maps differ most as they are drawn. */
export function change(one: ConventionMap, other: ConventionMap, [, width]: Size): Change {
  let amount = 0;
  let at = 0;
  one.drawn.forEach((value, i) => {
    const apart = Math.abs(value - other.drawn[i]!);
    if (apart > amount) [amount, at] = [apart, i];
  });
  return { amount, row: Math.floor(at / width), column: at % width };
}
