import { filterTile } from './filterTiles.ts';
import { heatmap } from './heatmap.ts';
import { minMaxRange } from './normalize.ts';
import { percentText } from './numberText.ts';
import { overlay } from './overlay.ts';
import { averageResize, type Raster } from './raster.ts';
import type { Panel } from './sheet.ts';
import { tileGrid } from './tileGrid.ts';
import { bilinear } from './upsample.ts';

/** One map (HW) in its own unit. */
export interface ValueMap {
  values: Float32Array;
  width: number;
  height: number;
}

/** Raw numbers behind the lab's figure; the card does its own normalising, upsampling and colouring. */
export interface ReportCardData {
  /** The picture as the network saw it, before normalisation. */
  picture: Raster;
  /** First-layer weights, OIHW with I 1 or 3. */
  filtersOIHW: Float32Array;
  filterShape: readonly [out: number, channels: number, height: number, width: number];
  /** Where the feature map comes from, e.g. `features.2, mean over 64 channels`. */
  featureMapTitle: string;
  featureMap: ValueMap;
  /** max over channels of |d logit / d input|, at the picture's size. */
  saliency: ValueMap;
  /** ReLU of the weighted sum, at its layer's size. */
  gradCam: ValueMap;
  gradCamLayer?: string;
  predictedLabel: string;
  /** 0 to 1. */
  probability?: number;
  /** Left out where it is not known, as for the reader's own picture. */
  trueLabel?: string;
  /** The class the maps explain, where it is not the predicted one. */
  explainedLabel?: string;
}

export interface ReportCardRasters {
  input: Raster;
  filters: Raster;
  featureMap: Raster;
  saliency: Raster;
  saliencyOverlay: Raster;
  gradCamOverlay: Raster;
}

/** inches times 150 dots an inch: matplotlib's `figsize=(11, 7.5)`, `dpi=150`. */
export const reportCardSize = { width: 1650, height: 1125, dpi: 150 } as const;

/** The six pictures: filters min-max normalised 8 in a row; viridis, hot, and jet at alpha 0.5, each over its own minimum and maximum. */
export function reportCardRasters(data: ReportCardData): ReportCardRasters {
  const { picture, featureMap, saliency, gradCam } = data;
  const [out, channels, height, width] = data.filterShape;
  const weights = channels * height * width;
  const tiles = Array.from({ length: out }, (_, filter) =>
    filterTile(
      data.filtersOIHW.subarray(filter * weights, (filter + 1) * weights),
      channels,
      height,
      width,
    ),
  );
  const base = averageResize(picture, saliency.width, saliency.height);
  const cam = bilinear(
    gradCam.values,
    gradCam.width,
    gradCam.height,
    saliency.width,
    saliency.height,
  );
  const jetOver = (values: Float32Array) =>
    overlay(base, heatmap(values, saliency.width, saliency.height, { colormap: 'jet' }), 0.5);
  return {
    input: picture,
    filters: tileGrid(tiles, { columns: 8, padding: 1 }),
    featureMap: heatmap(featureMap.values, featureMap.width, featureMap.height),
    saliency: heatmap(saliency.values, saliency.width, saliency.height, { colormap: 'hot' }),
    saliencyOverlay: jetOver(saliency.values),
    gradCamOverlay: jetOver(cam),
  };
}

/** The six titled panels in reading order: input, filters, feature map; saliency, its overlay, Grad-CAM's overlay. */
export function reportCardPanels(data: ReportCardData): Panel[] {
  const rasters = reportCardRasters(data);
  const { saliency, featureMap, gradCam, gradCamLayer } = data;
  const cam = bilinear(
    gradCam.values,
    gradCam.width,
    gradCam.height,
    saliency.width,
    saliency.height,
  );
  const saliencyRange = minMaxRange(saliency.values);
  return [
    { title: 'Input', raster: rasters.input, smooth: rasters.input.width > 64 },
    { title: 'First-layer filters', raster: rasters.filters },
    {
      title: data.featureMapTitle,
      raster: rasters.featureMap,
      legend: { colormap: 'viridis', range: minMaxRange(featureMap.values), unit: 'activation' },
    },
    {
      title: 'Saliency',
      raster: rasters.saliency,
      legend: { colormap: 'hot', range: saliencyRange, unit: 'logit per input unit' },
    },
    {
      title: 'Saliency overlay',
      raster: rasters.saliencyOverlay,
      legend: { colormap: 'jet', range: saliencyRange, unit: 'logit per input unit' },
    },
    {
      title: gradCamLayer ? `Grad-CAM overlay (${gradCamLayer})` : 'Grad-CAM overlay',
      raster: rasters.gradCamOverlay,
      legend: { colormap: 'jet', range: minMaxRange(cam), unit: 'logit' },
    },
  ];
}

/** True and predicted class in one line, e.g. `True: cat   Predicted: dog (87.2 %)`. */
export function reportCardTitle(data: ReportCardData): string {
  const { trueLabel, predictedLabel, probability } = data;
  const predicted = `Predicted: ${predictedLabel}${probability === undefined ? '' : ` (${percentText(probability)})`}`;
  return trueLabel === undefined ? predicted : `True: ${trueLabel}  ·  ${predicted}`;
}
