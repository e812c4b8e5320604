import type { Colormap } from '../../draw/colormap.ts';
import { gaussianBlur } from '../../draw/gaussianBlur.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, percentileRange, toUnit, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { overlay, overlayByValue } from '../../draw/overlay.ts';
import { nearestResize, type Raster } from '../../draw/raster.ts';
import { nearest } from '../../draw/upsample.ts';
import type { Explanation, Target, TensorData } from '../../worker/protocol.ts';
import { photographSize } from './photograph.ts';

/** How a map becomes colours; nothing of it changes the numbers. */
export interface MapDrawing {
  /** Of maps without signs; those with signs run from blue through white to red. */
  readonly colormap: Colormap;
  /** Values beyond this percentile take the last colour. */
  readonly clip: number;
  /** Standard deviation in pixels of the map. */
  readonly blur: number;
  readonly signs: 'signed' | 'magnitude';
}

/** A map in colours, and what the colours stand for. */
export interface DrawnMap {
  readonly image: Raster;
  readonly colormap: Colormap;
  /** Values between which the colours run. */
  readonly range: ValueRange;
  /** Of the raw map. */
  readonly raw: ValueRange;
  readonly signed: boolean;
  /** What was drawn, HW. */
  readonly values: Float32Array;
}

/** A map whose smallest size is more than this share of its largest is not drawn from 0 on. */
const farFromZero = 0.25;

/** Up to the percentile; up to the largest value where the percentile is 0 and the map is not. */
function limit(sizes: Float32Array, clip: number): number {
  const [most] = percentileRange(sizes, clip, clip);
  return most > 0 ? most : minMaxRange(sizes)[1];
}

function rangeFor(values: Float32Array, clip: number): ValueRange {
  const [low, high] = minMaxRange(values);
  const oneSided = low > farFromZero * high && high > 0;
  if (oneSided || high < farFromZero * low) return percentileRange(values, 100 - clip, clip);
  const most = limit(values.map(Math.abs), clip);
  return low < 0 ? [-most, most] : [0, most];
}

/**
 * The map in colours. Where it has signs, 0 is in the middle of the colours; where all of it lies on
 * one side and far from 0, as the mean scores of RISE do, the colours run over the values that there are.
 */
export function drawnMap({ shape, data }: TensorData, drawing: MapDrawing): DrawnMap {
  const [height, width] = shape as [number, number];
  const taken = drawing.signs === 'magnitude' ? data.map(Math.abs) : data;
  const values = gaussianBlur(taken, width, drawing.blur);
  const range = rangeFor(values, drawing.clip);
  const signed = range[0] < 0 && range[1] === -range[0];
  const colormap = signed ? 'diverging' : drawing.colormap;
  return {
    image: heatmap(values, width, height, { colormap, range }),
    colormap,
    range,
    raw: minMaxRange(data),
    signed,
    values,
  };
}

/** The map over a photograph; one with signs shows only where it is not 0. */
export function mapOver(
  base: Raster,
  { image, values, range, signed }: DrawnMap,
  opacity: number,
): Raster {
  const side = photographSize;
  const heat = nearestResize(image, side, side);
  if (!signed) return overlay(base, heat, opacity);
  const sizes = nearest(values.map(Math.abs), image.width, image.height, side, side);
  return overlayByValue(base, heat, toUnit(sizes, [0, range[1]]), opacity);
}

type Found = Pick<Explanation, 'map' | 'details'>;

/** The gradient with its signs, `[1, C, H, W]`, as the map was made of it. */
export const signedChannels = ({ details }: Pick<Explanation, 'details'>) =>
  details['channels'] ?? details['gradient'];

/** Sum over the colour channels of what was reduced without its signs, `[H, W]`; undefined where it is not known. */
export function signedSum(found: Found): TensorData | undefined {
  const channels = signedChannels(found);
  if (!channels) return undefined;
  const weights = found.details['weights']?.data;
  const plane = found.map.data.length;
  const data = new Float32Array(plane);
  channels.data.forEach((value, i) => {
    data[i % plane]! += value * (weights?.[i % plane] ?? 1);
  });
  return { shape: found.map.shape, data };
}

/** A target in words: `logit`, or `logit difference` for that of two classes. */
export function kindText(kind: Target['kind']): string {
  return kind === 'difference' ? 'logit difference' : kind;
}

/** A method's unit for one target: `logit per unit of input`. What it says in brackets is of choices other than its own. */
export function unitText(unit: string, kind: Target['kind'], usual = true): string {
  const text = unit.replace('target units', kindText(kind)).replace('normalised input', 'input');
  return usual ? text.replace(/ \(.*\)$/, '') : text;
}

/** What was done to the map for the eye, and the values that it had before. */
export function legendNote({ raw }: Pick<DrawnMap, 'raw'>, { clip, blur }: MapDrawing): string {
  const clipped = clip < 100 ? `clipped at percentile ${numberText(clip)}` : 'not clipped';
  const blurred = blur > 0 ? `, blurred for display with σ = ${numberText(blur)} pixels` : '';
  return `${clipped}${blurred}; raw values ${numberText(raw[0])} to ${numberText(raw[1])}`;
}
