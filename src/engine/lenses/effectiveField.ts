import { buffer, dispose, slice, type Tensor4D } from '@tensorflow/tfjs-core';
import { unlessLost } from '../backend.ts';
import { EngineError, throwIfAborted } from '../errors.ts';
import { toNchw, type TensorData } from '../layout.ts';
import type { Run } from '../model.ts';
import { othersTurn } from '../othersTurn.ts';
import { seededRandom } from '../random.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';
import { receptiveFields, type ReceptiveField } from './receptiveField.ts';

/** One number of a layer's output, or the numbers of all its channels in one place. */
export interface Unit {
  readonly channel: number | 'all';
  readonly row: number;
  readonly column: number;
}

export interface UnitGradientRequest extends LoadOptions {
  readonly layer: string;
  readonly unit: Unit;
  /** How many random mixtures of channels stand for all of them. */
  readonly mixtures?: number;
}

export interface UnitGradient {
  /** `[H, W]`, activation per unit of normalised input. */
  readonly magnitude: TensorData;
  /** The unit's activation; undefined for all channels. */
  readonly value: number | undefined;
  /** Where the unit's field lies on paper. */
  readonly field: ReceptiveField;
  /**
   * Share of the gradient's energy, 0 to 1, inside the square of side 2d + 1 (d the index) around the
   * field's centre; 0 everywhere where no pixel moves the unit.
   */
  readonly shares: Float32Array;
  /** Sides in pixels of the smallest of these squares that hold half of the energy, and `mostShare`. */
  readonly halfSize: number;
  readonly size: number;
}

/** The effective field is what holds this share of the energy. */
export const mostShare = 0.95;
const defaultMixtures = 4;
const seed = 19;

// #region unitGradient
/**
 * The gradient of one unit u with respect to the input I: its magnitude is the Euclidean norm over
 * colours of du / dI(x, y), its energy the square of that. For all channels it is the root of their
 * mean energy, estimated from backward passes of sums of all channels with random signs, whose
 * expected energy is the sum of the channels' energies.
 *
 * Source: Luo et al. 2016, "Understanding the Effective Receptive Field", arXiv:1701.04128, who
 * average magnitudes and count the pixels above a threshold; a square that holds a share of the
 * energy can be compared with the theoretical one and does not depend on a threshold.
 *
 * @throws {EngineError} `unknown-layer`, `no-spatial-extent`, `invalid-option` for a unit that is not there
 */
export async function unitGradient(run: Run, request: UnitGradientRequest): Promise<UnitGradient> {
  const { layer, unit, mixtures = defaultMixtures, ...options } = request;
  const { model, trace } = run;
  const channels = checkUnit(model.module(layer).outputShape, layer, unit);
  await run.forward([layer], options);
  const { waiting = (turn) => turn } = options;
  const passes = unit.channel === 'all' ? mixtures : 1;
  const [height, width] = trace.input.tensor.shape.slice(1) as [number, number];
  const energy = new Float64Array(height * width);
  for (let pass = 0; pass < passes; pass++) {
    throwIfAborted(options.signal);
    const weights = unit.channel === 'all' ? signs(channels, pass) : only(unit.channel, channels);
    addEnergy(energy, await inputGradient(run, layer, unit, weights));
    await waiting(othersTurn());
  }
  const count = unit.channel === 'all' ? channels * passes : 1;
  const field = receptiveFields(model.modules, model.config.inputSize).get(layer)!;
  return {
    magnitude: {
      shape: [height, width],
      data: Float32Array.from(energy, (sum) => Math.sqrt(sum / count)),
    },
    value: unit.channel === 'all' ? undefined : await unitValue(run, layer, unit, unit.channel),
    field,
    ...spread(energy, width, field, unit),
  };
}
// #endregion

/** @returns the number of channels */
function checkUnit(shape: readonly number[], layer: string, unit: Unit): number {
  const [channels, height, width] = shape;
  if (height === undefined || width === undefined)
    throw new EngineError('no-spatial-extent', `${layer} has no rows and columns`);
  const { channel, row, column } = unit;
  const within = (value: number, count: number) =>
    Number.isInteger(value) && value >= 0 && value < count;
  const there = channel === 'all' || within(channel, channels!);
  if (!there || !within(row, height) || !within(column, width))
    throw new EngineError(
      'invalid-option',
      `invalid unit of ${layer}: channel ${channel}, row ${row}, column ${column}, expected less than ${shape.join(', ')}`,
    );
  return channels!;
}

/** 1 or -1 for each channel. */
function signs(channels: number, mixture: number): Float32Array {
  const random = seededRandom(seed, mixture);
  return Float32Array.from({ length: channels }, () => (random() < 0.5 ? -1 : 1));
}

/** 1 for the one channel, 0 for the others. */
function only(one: number, channels: number): Float32Array {
  return Float32Array.from({ length: channels }, (_, channel) => Number(channel === one));
}

/** Gradient `[1, C, H, W]` at the input of the weighted sum of a cell's channels. */
async function inputGradient(
  { trace }: Run,
  layer: string,
  { row, column }: Unit,
  weights: Float32Array,
): Promise<TensorData> {
  const output = trace.value(layer);
  const cells = buffer(output.tensor.shape as Tensor4D['shape'], 'float32');
  weights.forEach((weight, channel) => cells.set(weight, 0, row, column, channel));
  const oneHot = cells.toTensor();
  const gradient = trace.backward(output, oneHot, ['input']).get('input') as Tensor4D;
  const nchw = toNchw(gradient);
  const data = (await unlessLost(nchw.data())) as Float32Array;
  dispose([oneHot, gradient, nchw]);
  return { shape: nchw.shape, data };
}

/** Adds the squared norm over colours of each pixel's gradient. */
function addEnergy(energy: Float64Array, { data }: TensorData): void {
  data.forEach((value, i) => {
    energy[i % energy.length]! += value * value;
  });
}

async function unitValue(
  { trace }: Run,
  layer: string,
  { row, column }: Unit,
  channel: number,
): Promise<number> {
  const one = slice(trace.value(layer).tensor, [0, row, column, channel], [1, 1, 1, 1]);
  const [value] = await unlessLost(one.data());
  one.dispose();
  return value!;
}

/** How the energy spreads around the centre of a unit's field. */
function spread(
  energy: Float64Array,
  width: number,
  { start, stride, size }: ReceptiveField,
  { row, column }: Unit,
): Pick<UnitGradient, 'shares' | 'halfSize' | 'size'> {
  const centre = (index: number) => start + index * stride + (size - 1) / 2;
  const [middleX, middleY] = [centre(column), centre(row)];
  const rings: number[] = [];
  energy.forEach((value, i) => {
    const x = Math.abs((i % width) - middleX);
    const y = Math.abs(Math.floor(i / width) - middleY);
    const ring = Math.ceil(Math.max(x, y));
    rings[ring] = (rings[ring] ?? 0) + value;
  });
  const total = energy.reduce((sum, value) => sum + value, 0);
  let inside = 0;
  const shares = Float32Array.from(rings, (ring = 0) => (total > 0 ? (inside += ring) / total : 0));
  const sizeHolding = (share: number) => 2 * shares.findIndex((held) => held >= share) + 1;
  return {
    shares,
    halfSize: total > 0 ? sizeHolding(0.5) : 0,
    size: total > 0 ? sizeHolding(mostShare) : 0,
  };
}
