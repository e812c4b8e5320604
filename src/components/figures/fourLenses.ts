import { filterTile } from '../../draw/filterTiles.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, percentileRange, type ValueRange } from '../../draw/normalize.ts';
import { overlay } from '../../draw/overlay.ts';
import type { Raster, RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { tileGrid } from '../../draw/tileGrid.ts';
import { topShare } from '../../draw/topShare.ts';
import { bilinear } from '../../draw/upsample.ts';
import type {
  Ask,
  KeyedPicture,
  ModelDescription,
  Result,
  TensorData,
} from '../../worker/protocol.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { firstConvolution, lastBlock, secondBlock } from './layers.ts';
import { photograph, photographSize } from './photograph.ts';

const clipPercentile = 99;
const camOpacity = 0.5;

export interface FourLensesData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  /** First-layer weights, OIHW. */
  readonly weights: TensorData;
  readonly captured: Result<'capture'>;
  readonly saliency: Result<'explain'>;
  readonly cam: Result<'explain'>;
}

export interface FiltersLens {
  readonly image: RasterImage;
  readonly count: number;
  /** Input channels, height, width of one filter. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** Smallest and largest weight of all filters. */
  readonly range: ValueRange;
}

export interface FeatureMapLens {
  readonly layer: string;
  readonly image: RasterImage;
  readonly range: ValueRange;
  /** The channel with the largest mean activation. */
  readonly channel: number;
  readonly mean: number;
  readonly channels: number;
  /** Channels that are zero everywhere for this picture. */
  readonly silent: number;
  readonly size: readonly [height: number, width: number];
}

export interface SaliencyLens {
  readonly image: RasterImage;
  /** From 0 to the 99th percentile. */
  readonly range: ValueRange;
  readonly maximum: number;
  /** Share of the total that the strongest twentieth of the pixels holds, 0 to 1. */
  readonly topShare: number;
}

export interface CamLens {
  readonly layer: string;
  readonly image: RasterImage;
  /** From 0 to the largest value of the map before upsampling. */
  readonly range: ValueRange;
  readonly size: readonly [height: number, width: number];
  /** Where the largest value lies, from the top left, 0-based. */
  readonly peak: { readonly row: number; readonly column: number };
  /** Positions whose value is above zero, 0 to 1. */
  readonly support: number;
}

/** Everything the figure shows. */
export interface FourLensesView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly picture: RasterImage;
  readonly filters: FiltersLens;
  readonly map: FeatureMapLens;
  readonly saliency: SaliencyLens;
  readonly cam: CamLens;
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

/** @param id of the model; its second block gives the feature map, its last one Grad-CAM */
export async function loadFourLenses(
  ask: Ask,
  { picture, target }: Subject,
  id: string,
): Promise<FourLensesData> {
  const model = await ask('describe', { model: id });
  const { modules } = model;
  const [weights, captured, saliency, cam] = await Promise.all([
    ask('parameter', { model: id, name: `${firstConvolution(modules)}.weight` }),
    ask('capture', { model: id, picture, layers: [secondBlock(modules)], target }),
    ask('explain', { model: id, picture, method: 'saliency', target }),
    ask('explain', { model: id, picture, method: 'grad-cam', target, layer: lastBlock(modules) }),
  ]);
  return { model, picture, weights, captured, saliency, cam };
}

/** The only layer that was captured. */
const capturedMaps = ({ captured }: FourLensesData) => Object.entries(captured.activations)[0]!;

export function fourLensesView(data: FourLensesData): FourLensesView {
  const { logits, target } = data.captured;
  const picture = photograph(data.picture.bitmap);
  return {
    model: shownModel(data.model),
    pictureKey: data.picture.key,
    picture,
    filters: filtersLens(data.weights),
    map: featureMapLens(...capturedMaps(data)),
    saliency: saliencyLens(data.saliency.map),
    cam: camLens(data.cam, picture),
    probabilities: softmax(logits),
    logits,
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target!.class,
  };
}

/** The filters, with a pixel between them, in a square. @param weights OIHW */
export function filtersLens({ shape, data }: TensorData): FiltersLens {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const length = channels * height * width;
  const tiles = Array.from({ length: count }, (_, filter) =>
    filterTile(data.subarray(filter * length, (filter + 1) * length), channels, height, width),
  );
  return {
    image: tileGrid(tiles, { columns: Math.ceil(Math.sqrt(count)) }),
    count,
    shape: [channels, height, width],
    range: minMaxRange(data),
  };
}

/** The strongest of the maps. @param maps `[1, C, H, W]` */
export function featureMapLens(layer: string, { shape, data }: TensorData): FeatureMapLens {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const maps = Array.from({ length: channels }, (_, k) =>
    data.subarray(k * plane, (k + 1) * plane),
  );
  const means = maps.map((map) => sumOf(map) / plane);
  const mean = Math.max(...means);
  const channel = means.indexOf(mean);
  const range = minMaxRange(maps[channel]!);
  return {
    layer,
    image: heatmap(maps[channel]!, width, height, { colormap: 'viridis', range }),
    range,
    channel,
    mean,
    channels,
    silent: maps.filter((map) => map.every((value) => value === 0)).length,
    size: [height, width],
  };
}

/** @param map `[H, W]` */
export function saliencyLens({ shape, data }: TensorData): SaliencyLens {
  const [height, width] = shape as [number, number];
  const range: ValueRange = [0, percentileRange(data, 0, clipPercentile)[1]];
  return {
    image: heatmap(data, width, height, { colormap: 'inferno', range }),
    range,
    maximum: minMaxRange(data)[1],
    topShare: topShare(data, 0.05),
  };
}

/** @param cam its map is `[H, W]`, at the layer's resolution */
export function camLens(
  { layer, map: { shape, data } }: Pick<Result<'explain'>, 'layer' | 'map'>,
  picture: Raster,
): CamLens {
  const [height, width] = shape as [number, number];
  const range: ValueRange = [0, minMaxRange(data)[1]];
  const upsampled = bilinear(data, width, height, photographSize, photographSize);
  const heat = heatmap(upsampled, photographSize, photographSize, { colormap: 'viridis', range });
  const peak = data.indexOf(range[1]);
  return {
    layer: layer!,
    image: overlay(picture, heat, camOpacity),
    range,
    size: [height, width],
    peak: { row: Math.floor(peak / width), column: peak % width },
    support: data.filter((value) => value > 0).length / data.length,
  };
}

/** A place in a picture as shares of its width and height, 0 to 1 from the top left. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What the three maps say at one place of the picture, each at its own resolution. */
export function valuesAt(data: FourLensesData, channel: number, { x, y }: Place) {
  const at = ({ shape, data: values }: TensorData, map = 0) => {
    const [height, width] = shape.slice(-2) as [number, number];
    const row = Math.min(height - 1, Math.floor(y * height));
    const column = Math.min(width - 1, Math.floor(x * width));
    return values[(map * height + row) * width + column]!;
  };
  return {
    activation: at(capturedMaps(data)[1], channel),
    saliency: at(data.saliency.map),
    cam: at(data.cam.map),
  };
}

const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);

export const drawFourLensesStill: DrawStill = async (ask, subject) =>
  fourLensesView(await loadFourLenses(ask, subject, labModel));
