import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, percentileRange, toUnit, type ValueRange } from '../../draw/normalize.ts';
import { overlayByValue } from '../../draw/overlay.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import type {
  Ask,
  Bitmap,
  FieldStep,
  KeyedPicture,
  ModelDescription,
  ReceptiveField,
  TensorData,
  Unit,
  UnitGradient,
} from '../../worker/protocol.ts';
import { chapterModel, type DrawStill, type Subject } from './figure.ts';

/** A window on the way through the network, and how many cells its output has along a side. */
export interface FieldRow extends FieldStep {
  readonly cells: number;
}

/** Where a unit stands: shares of the picture's width and height, 0 to 1. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A square on the picture, in input pixels from its top left; parts of it may lie outside. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** What does not depend on the unit that is looked at. */
export interface FieldData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  readonly rows: readonly FieldRow[];
  readonly layer: string;
  /** `[1, C, H, W]`. */
  readonly activations: TensorData;
}

/** The map of one channel. */
export interface ChannelMap {
  readonly layer: string;
  /** `[C, H, W]` of the layer. */
  readonly shape: readonly number[];
  readonly channel: number;
  /** Channel with the largest value. */
  readonly strongest: number;
  readonly map: RasterImage;
  readonly range: ValueRange;
}

/** What was asked of the engine: everything that an effective field depends on. */
export interface EffectKey {
  readonly model: string;
  readonly picture: string;
  readonly layer: string;
  readonly unit: Unit;
}

/** The effective field of a unit. */
export interface Effect {
  readonly overlay: RasterImage;
  /** Magnitudes between which the colours run. */
  readonly range: ValueRange;
  readonly maximum: number;
  /** Sides of the squares that hold half of the gradient's energy, and 95 percent of it; 0 where there is no gradient. */
  readonly halfSize: number;
  readonly size: number;
}

/** Everything the figure shows. */
export interface ReceptiveFieldView {
  readonly modelTitle: string;
  /** Height and width of the input in pixels. */
  readonly inputSize: number;
  readonly rows: readonly FieldRow[];
  readonly map: ChannelMap;
  readonly key: EffectKey;
  readonly effect: Effect;
  /** Activation of the unit. */
  readonly value: number;
}

export async function loadField(
  ask: Ask,
  { picture }: Pick<Subject, 'picture'>,
  { model: id, layer: wanted }: { model: string; layer: string },
): Promise<FieldData> {
  const [model, view, { steps }] = await Promise.all([
    ask('describe', { model: id }),
    ask('view', { model: id, picture }),
    ask('receptiveFields', { model: id }),
  ]);
  const cells = new Map(model.modules.map(({ name, outputShape }) => [name, outputShape[1]!]));
  const rows = steps.map((step) => ({ ...step, cells: cells.get(step.name)! }));
  const layer = rowNamed(rows, wanted, model.architecture.inputSize).name;
  const { activations } = await ask('capture', { model: id, picture, layers: [layer] });
  return { model, picture, view, rows, layer, activations: activations[layer]! };
}

/** The row wanted, or the deepest one whose field spans at most half of the picture. */
export function rowNamed(rows: readonly FieldRow[], wanted: string, inputSize: number): FieldRow {
  return (
    rows.find(({ name }) => name === wanted) ??
    rows.findLast(({ after }) => after.size <= inputSize / 2) ??
    rows[0]!
  );
}

/** Index of the row or column that holds a share of the side, of so many; the nearest one beyond the ends. */
export const cellAt = (share: number, cells: number): number =>
  Math.max(0, Math.min(cells - 1, Math.floor(share * cells)));

/** The middle of a cell as a share of the side, short enough for an address. */
export const placeOf = (cell: number, cells: number): number =>
  Math.round((10_000 * (cell + 0.5)) / cells) / 10_000;

/** What the unit in this row and column can see. */
export function fieldSquare(
  { start, stride, size }: ReceptiveField,
  { row, column }: Pick<Unit, 'row' | 'column'>,
): Square {
  return { x: start + column * stride, y: start + row * stride, size };
}

/** A square of another size around the same centre. */
export function resized({ x, y, size: from }: Square, size: number): Square {
  return { x: x + (from - size) / 2, y: y + (from - size) / 2, size };
}

/** The part of a square that lies on the picture; of no width where none does. */
export function onPicture({ x, y, size }: Square, inputSize: number) {
  const clip = (value: number) => Math.max(0, Math.min(inputSize, value));
  const [left, top] = [clip(x), clip(y)];
  return { x: left, y: top, width: clip(x + size) - left, height: clip(y + size) - top };
}

/** Share of a square's area, 0 to 1, that lies on the picture. */
export function insideShare(square: Square, inputSize: number): number {
  const { width, height } = onPicture(square, inputSize);
  return (width * height) / square.size ** 2;
}

const minus = (value: number) => String(value).replace('-', '−');

/** The recursion with a step's numbers put in. */
export function arithmetic({ window, before }: FieldStep) {
  const { kernel, stride, padding } = window;
  return {
    size: `${before.size} + (${kernel} − 1) · ${before.stride}`,
    jump: `${stride} · ${before.stride}`,
    start: `${minus(before.start)} − ${padding} · ${before.stride}`,
  };
}

export const signedText = minus;

/** @param wanted the strongest channel where there is no such one */
export function channelMap({ layer, activations }: FieldData, wanted: number): ChannelMap {
  const { shape, data } = activations;
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  let peak = 0;
  for (let i = 1; i < data.length; i++) if (data[i]! > data[peak]!) peak = i;
  const strongest = Math.floor(peak / plane);
  const channel = wanted >= 0 && wanted < channels ? wanted : strongest;
  const values = data.subarray(channel * plane, (channel + 1) * plane);
  const range = minMaxRange(values);
  const map = heatmap(values, width, height, { range });
  return { layer, shape: [channels, height, width], channel, strongest, map, range };
}

/** Activation of a unit; undefined for all channels. */
export function unitValue(
  { activations: { shape, data } }: FieldData,
  { channel, row, column }: Unit,
): number | undefined {
  if (channel === 'all') return undefined;
  return data[(channel * shape[2]! + row) * shape[3]! + column];
}

export const pictureRaster = ({ data, width, height }: Bitmap) =>
  rasterFromRgb(data, width, height);

/** Of the pixels that move the unit at all, the share that takes the colour map's last colour, in percent. */
export const clippedPercent = 1;

/** The gradient's magnitude over the picture: opaque where it is large. */
export function effectOf(view: Bitmap, { magnitude, halfSize, size }: UnitGradient): Effect {
  const base = pictureRaster(view);
  const { data } = magnitude;
  const reached = data.filter((value) => value > 0);
  const range: ValueRange = [0, percentileRange(reached, 0, 100 - clippedPercent)[1]];
  const heat = heatmap(data, view.width, view.height, { colormap: 'inferno', range });
  const opacity = toUnit(data, range);
  const maximum = minMaxRange(data)[1];
  return { overlay: overlayByValue(base, heat, opacity), range, maximum, halfSize, size };
}

/** A finger moves a cell only while it presses; a mouse always. */
export const followsPointer = (event: { pointerType: string; buttons: number }): boolean =>
  event.pointerType === 'mouse' || event.buttons > 0;

/** Whether two answers are about the same. */
export function sameKey(a: EffectKey, b: EffectKey): boolean {
  return keyText(a) === keyText(b);
}

export function keyText({ model, picture, layer, unit }: EffectKey): string {
  return [model, picture, layer, unit.channel, unit.row, unit.column].join(' ');
}

/**
 * Input pixels to show around the picture: enough for the field of a corner cell, but never so many
 * that the picture takes less than about 45 percent of the side.
 */
export function marginOf({ after }: FieldRow, inputSize: number): number {
  return Math.max(0.04 * inputSize, Math.min(-after.start, 0.6 * inputSize));
}

const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;
const squareText = (size: number) => `${size}\u00a0×\u00a0${size}`;

export const cellText = (layer: string, { row, column }: Pick<Unit, 'row' | 'column'>): string =>
  `The cell in row ${row} and column ${column} of ${layer}`;

/** What a unit can see, as the end of a sentence that begins with it. */
export function fieldText(square: Square, inputSize: number): string {
  const sees = `can see ${squareText(square.size)} pixels`;
  if (square.size > inputSize)
    return `${sees}, more than the whole picture of ${squareText(inputSize)}`;
  const inside = insideShare(square, inputSize);
  return inside < 1
    ? `${sees}, ${percent(inside)} of them in the picture and the rest padding`
    : `${sees}, all of them in the picture`;
}

/** What moves it, as sentences. */
export function effectText({ halfSize, size }: Effect, square: Square): string {
  if (size === 0) return 'No pixel moves it: a ReLU before it is shut.';
  const area = percent((size / square.size) ** 2);
  return (
    `Half of what moves it lies in the middle ${squareText(halfSize)}, 95\u00a0% in the middle ` +
    `${squareText(size)}: ${area} of the area.`
  );
}

export const drawReceptiveFieldStill: DrawStill = async (ask, subject) => {
  const data = await loadField(ask, subject, { model: chapterModel, layer: '' });
  const map = channelMap(data, -1);
  const [, cells] = map.shape as [number, number];
  const middle = cellAt(0.5, cells);
  const unit = { channel: map.channel, row: middle, column: middle };
  const { picture } = subject;
  const key = { model: chapterModel, picture: picture.key, layer: data.layer, unit };
  const gradient = await ask('unitGradient', { ...key, picture });
  return {
    modelTitle: data.model.title,
    inputSize: data.model.architecture.inputSize,
    rows: data.rows,
    map,
    key,
    effect: effectOf(data.view, gradient),
    value: gradient.value!,
  } satisfies ReceptiveFieldView;
};
