import type { Colormap } from '../../draw/colormap.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { needsLightInk } from '../../draw/ink.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { overlay } from '../../draw/overlay.ts';
import type { RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { bilinear } from '../../draw/upsample.ts';
import type {
  Ask,
  KeyedPicture,
  ModelDescription,
  Result,
  Target,
  TensorData,
} from '../../worker/protocol.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { lastBlock, layerAmong, spatialModules } from './layers.ts';
import { photograph, photographSize } from './photograph.ts';

export interface GradCamData {
  readonly model: ModelDescription;
  /** What was explained: logit or probability. */
  readonly kind: Target['kind'];
  readonly picture: KeyedPicture;
  readonly explained: Result<'explain'>;
  /** `[1, C, H, W]` at the layer. */
  readonly activations: TensorData;
}

export interface GradCamOptions {
  readonly model: string;
  /** Empty, or one that the model does not have, for its last block. */
  readonly layer: string;
}

export interface GradCamDrawing {
  readonly colormap: Colormap;
  readonly opacity: number;
  /** How many channels, strongest alpha first, enter the sum. */
  readonly channels: number;
}

/** A channel with its importance. */
export interface WeightedChannel {
  readonly index: number;
  readonly alpha: number;
  readonly map: RasterImage;
  readonly range: ValueRange;
}

/** One step of the computation: a map with its raw numbers where they are few enough to print. */
export interface StepMap {
  readonly image: RasterImage;
  readonly range: ValueRange;
  readonly rows: number;
  readonly columns: number;
  /** Row-major; empty for maps of more than 64 cells. */
  readonly cells: ReadonlyArray<{ readonly value: number; readonly onDark: boolean }>;
}

/** Everything the figure shows. */
export interface GradCamView {
  readonly model: ShownModel;
  readonly kind: Target['kind'];
  readonly colormap: Colormap;
  readonly pictureKey: string;
  readonly layer: string;
  readonly layers: ReadonlyArray<{
    readonly name: string;
    readonly type: string;
    readonly shape: readonly number[];
  }>;
  readonly channelCount: number;
  /** Channels in the sum. */
  readonly channels: number;
  readonly strongest: readonly WeightedChannel[];
  /** alpha of every channel, largest magnitude first. */
  readonly alphas: readonly number[];
  readonly sum: StepMap;
  readonly rectified: StepMap;
  readonly upsampled: RasterImage;
  readonly overlay: RasterImage;
  readonly range: ValueRange;
  /** Row and column of the largest value before upsampling. */
  readonly peak: { readonly row: number; readonly column: number };
  readonly blank: boolean;
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

/** Channels drawn one by one. */
const shownChannels = 6;
/** Most cells of a map whose numbers are printed. */
const printedCells = 64;

export async function loadGradCam(
  ask: Ask,
  { picture, target }: Subject,
  { model: id, layer: wanted }: GradCamOptions,
): Promise<GradCamData> {
  const model = await ask('describe', { model: id });
  const layer = layerAmong(spatialModules(model.modules), wanted, lastBlock(model.modules));
  const [explained, { activations }] = await Promise.all([
    ask('explain', { model: id, picture, method: 'grad-cam', target, layer }),
    ask('capture', { model: id, picture, layers: [layer] }),
  ]);
  return { model, kind: target.kind, picture, explained, activations: activations[layer]! };
}

/** sum over the given channels of alpha_k A^k. */
function partialSum(
  alpha: Float32Array,
  { shape, data }: TensorData,
  channels: readonly number[],
): Float32Array {
  const plane = shape[2]! * shape[3]!;
  const sum = new Float32Array(plane);
  for (const k of channels)
    for (let i = 0; i < plane; i++) sum[i]! += alpha[k]! * data[k * plane + i]!;
  return sum;
}

function stepMap(
  values: Float32Array,
  rows: number,
  columns: number,
  colormap: Colormap,
  range: ValueRange,
): StepMap {
  const image = heatmap(values, columns, rows, { colormap, range });
  const printed = values.length <= printedCells ? [...values] : [];
  const cells = printed.map((value, i) => {
    const [red, green, blue] = image.rgba.subarray(4 * i, 4 * i + 3);
    return { value, onDark: needsLightInk(red!, green!, blue!) };
  });
  return { image, range, rows, columns, cells };
}

export function gradCamView(data: GradCamData, drawing: GradCamDrawing): GradCamView {
  const { explained, activations, model } = data;
  const [, channelCount, rows, columns] = activations.shape as [number, number, number, number];
  const alpha = explained.details['alpha']!.data;
  const order = Array.from(alpha.keys()).sort((a, b) => Math.abs(alpha[b]!) - Math.abs(alpha[a]!));
  const channels = Math.min(drawing.channels, channelCount);
  const sum = partialSum(alpha, activations, order.slice(0, channels));
  const rectified = sum.map((value) => Math.max(0, value));
  const large = bilinear(rectified, columns, rows, photographSize, photographSize);
  const largest = minMaxRange(rectified)[1];
  const range: ValueRange = [0, largest];
  const heat = heatmap(large, photographSize, photographSize, {
    colormap: drawing.colormap,
    range,
  });
  const peak = rectified.indexOf(largest);
  return {
    model: shownModel(model),
    pictureKey: data.picture.key,
    kind: data.kind,
    colormap: drawing.colormap,
    layer: explained.layer!,
    layers: spatialModules(model.modules).map(({ name, type, outputShape }) => ({
      name,
      type,
      shape: outputShape,
    })),
    channelCount,
    channels,
    strongest: order
      .slice(0, shownChannels)
      .map((index) => weightedChannel(index, alpha, activations)),
    alphas: order.map((index) => alpha[index]!),
    sum: stepMap(sum, rows, columns, 'diverging', signedRange(sum)),
    rectified: stepMap(rectified, rows, columns, drawing.colormap, range),
    upsampled: heat,
    overlay: overlay(photograph(data.picture.bitmap), heat, drawing.opacity),
    range,
    peak: { row: Math.floor(peak / columns), column: peak % columns },
    blank: range[1] === 0,
    logits: explained.logits,
    probabilities: softmax(explained.logits),
    predictedClass: explained.logits.indexOf(Math.max(...explained.logits)),
    targetClass: explained.target.class,
  };
}

function weightedChannel(
  index: number,
  alpha: Float32Array,
  { shape, data }: TensorData,
): WeightedChannel {
  const [, , rows, columns] = shape as [number, number, number, number];
  const map = data.slice(index * rows * columns, (index + 1) * rows * columns);
  const range = minMaxRange(map);
  return {
    index,
    alpha: alpha[index]!,
    map: heatmap(map, columns, rows, { colormap: 'viridis', range }),
    range,
  };
}

export const drawGradCamStill: DrawStill = async (ask, subject) =>
  gradCamView(await loadGradCam(ask, subject, { model: labModel, layer: '' }), {
    colormap: 'viridis',
    opacity: 0.5,
    channels: Infinity,
  });
