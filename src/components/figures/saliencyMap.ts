import { heatmap } from '../../draw/heatmap.ts';
import type { Colormap } from '../../draw/colormap.ts';
import { minMaxRange, percentileRange, type ValueRange } from '../../draw/normalize.ts';
import { overlay } from '../../draw/overlay.ts';
import { nearestResize, rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { topShare } from '../../draw/topShare.ts';
import type {
  Ask,
  Bitmap,
  KeyedPicture,
  ModelDescription,
  Result,
  Target,
} from '../../worker/protocol.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { photograph, photographSize } from './photograph.ts';

export interface SaliencyData {
  readonly model: ModelDescription;
  /** What was explained: logit or probability. */
  readonly kind: Target['kind'];
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  readonly explained: Result<'explain'>;
}

export interface SaliencyOptions {
  readonly model: string;
  readonly reduction: 'max' | 'l2' | 'sum';
}

export interface SaliencyDrawing {
  readonly colormap: Colormap;
  /** Values above this percentile take the map's last colour. */
  readonly clip: number;
  /** 0 shows the picture, 1 the map alone. */
  readonly opacity: number;
}

/** Everything the figure shows. */
export interface SaliencyView {
  readonly model: ShownModel;
  readonly kind: Target['kind'];
  readonly colormap: Colormap;
  readonly clip: number;
  readonly pictureKey: string;
  readonly view: RasterImage;
  readonly map: RasterImage;
  readonly overlay: RasterImage;
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  /** Raw values between which the colours run. */
  readonly range: ValueRange;
  readonly maximum: number;
  /** Where the largest value lies, in input pixels from the top left. */
  readonly peak: { readonly x: number; readonly y: number };
  /** Share of the total that the strongest twentieth of the pixels holds, 0 to 1. */
  readonly topShare: number;
}

export async function loadSaliency(
  ask: Ask,
  { picture, target }: Subject,
  { model: id, reduction }: SaliencyOptions,
): Promise<SaliencyData> {
  const [model, view, explained] = await Promise.all([
    ask('describe', { model: id }),
    ask('view', { model: id, picture }),
    ask('explain', { model: id, picture, method: 'saliency', target, options: { reduction } }),
  ]);
  return { model, kind: target.kind, picture, view, explained };
}

export function saliencyView(data: SaliencyData, drawing: SaliencyDrawing): SaliencyView {
  const { map, logits, target } = data.explained;
  const [height, width] = map.shape as [number, number];
  const range: ValueRange = [0, percentileRange(map.data, 0, drawing.clip)[1]];
  const heat = heatmap(map.data, width, height, { colormap: drawing.colormap, range });
  const base = photograph(data.picture.bitmap);
  const peak = map.data.indexOf(minMaxRange(map.data)[1]);
  return {
    model: shownModel(data.model),
    kind: data.kind,
    colormap: drawing.colormap,
    clip: drawing.clip,
    pictureKey: data.picture.key,
    view: rasterFromRgb(data.view.data, width, height),
    map: heat,
    overlay: overlay(base, nearestResize(heat, photographSize, photographSize), drawing.opacity),
    probabilities: softmax(logits),
    logits,
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target.class,
    range,
    maximum: map.data[peak]!,
    peak: { x: peak % width, y: Math.floor(peak / width) },
    topShare: topShare(map.data, 0.05),
  };
}

export const drawSaliencyStill: DrawStill = async (ask, subject) =>
  saliencyView(await loadSaliency(ask, subject, { model: labModel, reduction: 'max' }), {
    colormap: 'inferno',
    clip: 99,
    opacity: 0.6,
  });
