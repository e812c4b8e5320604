import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { reportCardPanels, type ReportCardData, type ValueMap } from '../../draw/reportCard.ts';
import type { PanelLegend } from '../../draw/sheet.ts';
import { softmax } from '../../draw/softmax.ts';
import type {
  Ask,
  Bitmap,
  KeyedPicture,
  ModelDescription,
  Result,
  TensorData,
} from '../../worker/protocol.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { firstConvolution, lastBlock, layerAmong, middleBlock, spatialModules } from './layers.ts';

/** `channel` for the mean over all channels. */
export const meanChannel = -1;

export interface CardNumbers {
  readonly picture: KeyedPicture;
  readonly model: ModelDescription;
  /** The picture as the network sees it. */
  readonly view: Bitmap;
  /** First-layer weights, OIHW. */
  readonly weights: TensorData;
  /** Where `maps` comes from. */
  readonly layer: string;
  /** `[1, C, H, W]` */
  readonly maps: TensorData;
  readonly saliency: Result<'explain'>;
  readonly cam: Result<'explain'>;
}

export interface CardOptions {
  readonly model: string;
  /** Module whose feature maps the card shows; empty, or one that the model does not have, for the middle block. */
  readonly layer: string;
}

export interface CardPanel {
  readonly title: string;
  readonly image: RasterImage;
  readonly legend?: PanelLegend;
  readonly smooth: boolean;
}

/** Everything the figure shows. */
export interface ReportCardView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  /** Input, filters, feature map; saliency, its overlay, Grad-CAM's overlay. */
  readonly panels: readonly CardPanel[];
  /** The feature map's module. */
  readonly layer: string;
  /** The feature map's channel; -1 for the mean. */
  readonly channel: number;
  readonly channels: number;
  /** Modules that have feature maps, with their `[C, H, W]`. */
  readonly layers: ReadonlyArray<{ readonly name: string; readonly shape: readonly number[] }>;
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

/** Grad-CAM works at the last block. */
export async function loadReportCard(
  ask: Ask,
  { picture, target }: Subject,
  { model: id, layer: wanted }: CardOptions,
): Promise<CardNumbers> {
  const model = await ask('describe', { model: id });
  const { modules } = model;
  const layer = layerAmong(spatialModules(modules), wanted, middleBlock(modules));
  const name = `${firstConvolution(modules)}.weight`;
  const [view, weights, captured, saliency, cam] = await Promise.all([
    ask('view', { model: id, picture }),
    ask('parameter', { model: id, name }),
    ask('capture', { model: id, picture, layers: [layer] }),
    ask('explain', { model: id, picture, method: 'saliency', target }),
    ask('explain', { model: id, picture, method: 'grad-cam', target, layer: lastBlock(modules) }),
  ]);
  const maps = captured.activations[layer]!;
  return { picture, model, view, weights, layer, maps, saliency, cam };
}

const valueMap = ({ shape, data }: TensorData): ValueMap => ({
  values: data,
  height: shape[0]!,
  width: shape[1]!,
});

/** One channel of the feature maps, or their mean. */
export function channelMap({ shape, data }: TensorData, channel: number): ValueMap {
  const [, channels, height = 1, width = 1] = shape as [number, number, number?, number?];
  const plane = height * width;
  if (channel !== meanChannel)
    return { values: data.slice(channel * plane, (channel + 1) * plane), width, height };
  const values = new Float32Array(plane);
  for (let k = 0; k < channels; k++)
    for (let i = 0; i < plane; i++) values[i]! += data[k * plane + i]! / channels;
  return { values, width, height };
}

export interface CardChoices {
  /** The feature map's channel; -1 for the mean over all of them. */
  readonly channel: number;
  readonly trueLabel?: string | undefined;
}

/** What the card is drawn from; a channel that the layer does not have gives the mean. */
export function reportCardData(
  numbers: CardNumbers,
  { channel: wanted, trueLabel }: CardChoices,
): ReportCardData {
  const { model, view, weights, layer, maps, saliency, cam } = numbers;
  const { labels } = model;
  const channels = maps.shape[1]!;
  const channel = wanted < channels ? wanted : meanChannel;
  const { logits, target } = saliency;
  const predicted = logits.indexOf(Math.max(...logits));
  const which = channel === meanChannel ? `mean over ${channels} channels` : `channel ${channel}`;
  return {
    picture: rasterFromRgb(view.data, view.width, view.height),
    filtersOIHW: weights.data,
    filterShape: weights.shape as unknown as ReportCardData['filterShape'],
    featureMapTitle: `${layer}, ${which}`,
    featureMap: channelMap(maps, channel),
    saliency: valueMap(saliency.map),
    gradCam: valueMap(cam.map),
    ...(cam.layer && { gradCamLayer: cam.layer }),
    predictedLabel: labels[predicted]!,
    probability: softmax(logits)[predicted]!,
    ...(trueLabel && { trueLabel }),
    ...(target.class !== predicted && { explainedLabel: labels[target.class]! }),
  };
}

export function reportCardView(numbers: CardNumbers, { channel }: CardChoices): ReportCardView {
  const { picture, model, layer, maps, saliency } = numbers;
  const { logits, target } = saliency;
  const channels = maps.shape[1]!;
  const panels = reportCardPanels(reportCardData(numbers, { channel }));
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    panels: panels.map(({ title, raster, legend, smooth = false }) => ({
      title,
      image: raster,
      ...(legend && { legend }),
      smooth,
    })),
    layer,
    channel: channel < channels ? channel : meanChannel,
    channels,
    layers: spatialModules(model.modules).map(({ name, outputShape }) => ({
      name,
      shape: outputShape,
    })),
    probabilities: softmax(logits),
    logits,
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target.class,
  };
}

export const drawReportCardStill: DrawStill = async (ask, subject) =>
  reportCardView(await loadReportCard(ask, subject, { model: labModel, layer: '' }), {
    channel: meanChannel,
  });
