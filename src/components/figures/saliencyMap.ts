import { heatmap } from '../../draw/heatmap.ts';
import type { Colormap } from '../../draw/colormap.ts';
import { percentileRange, type ValueRange } from '../../draw/normalize.ts';
import { overlay } from '../../draw/overlay.ts';
import { nearestResize, rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { topShare } from '../../draw/topShare.ts';
import type { Ask, Bitmap, KeyedPicture, Result, Target } from '../../worker/protocol.ts';
import { labModel, type DrawStill, type Subject } from './figure.ts';
import { photograph, photographSize } from './photograph.ts';

export interface SaliencyData {
  /** What was explained: logit or probability. */
  readonly kind: Target['kind'];
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  readonly explained: Result<'explain'>;
}

export interface SaliencyOptions {
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
  readonly kind: Target['kind'];
  readonly colormap: Colormap;
  readonly clip: number;
  readonly pictureKey: string;
  readonly view: RasterImage;
  readonly map: RasterImage;
  readonly overlay: RasterImage;
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
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
  { reduction }: SaliencyOptions,
): Promise<SaliencyData> {
  const [view, explained] = await Promise.all([
    ask('view', { model: labModel, picture }),
    ask('explain', {
      model: labModel,
      picture,
      method: 'saliency',
      target,
      options: { reduction },
    }),
  ]);
  return { kind: target.kind, picture, view, explained };
}

export function saliencyView(data: SaliencyData, drawing: SaliencyDrawing): SaliencyView {
  const { map, logits, target } = data.explained;
  const [height, width] = map.shape as [number, number];
  const range: ValueRange = [0, percentileRange(map.data, 0, drawing.clip)[1]];
  const heat = heatmap(map.data, width, height, { colormap: drawing.colormap, range });
  const base = photograph(data.picture.bitmap);
  const peak = map.data.indexOf(Math.max(...map.data));
  return {
    kind: data.kind,
    colormap: drawing.colormap,
    clip: drawing.clip,
    pictureKey: data.picture.key,
    view: rasterFromRgb(data.view.data, width, height),
    map: heat,
    overlay: overlay(base, nearestResize(heat, photographSize, photographSize), drawing.opacity),
    probabilities: softmax(logits),
    logits,
    targetClass: target.class,
    range,
    maximum: map.data[peak]!,
    peak: { x: peak % width, y: Math.floor(peak / width) },
    topShare: topShare(map.data, 0.05),
  };
}

export const drawSaliencyStill: DrawStill = async (ask, subject) =>
  saliencyView(await loadSaliency(ask, subject, { reduction: 'max' }), {
    colormap: 'inferno',
    clip: 99,
    opacity: 0.6,
  });
