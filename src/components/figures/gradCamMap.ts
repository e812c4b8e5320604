import type { Colormap } from '../../draw/colormap.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { overlay } from '../../draw/overlay.ts';
import type { Raster, RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { upsampling, type Upsampling } from '../../draw/upsample.ts';
import type { camShows } from '../../client/choices.ts';
import type {
  Ask,
  KeyedPicture,
  ModelDescription,
  Result,
  Target,
  TensorData,
} from '../../worker/protocol.ts';
import { answerable, targetText } from './camTarget.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import {
  chosenChannel,
  leadingChannel,
  orderedChannels,
  partialSum,
  runningTotals,
  type CamSort,
  type ChannelWeight,
  type ChosenChannel,
  type LeadingChannel,
} from './gradCamChannels.ts';
import { lastBlock, layerAmong, layerStops, spatialModules, stopOf } from './layers.ts';
import { noteText } from './noteText.ts';
import { photograph, photographSize } from './photograph.ts';
import { stepMap, type StepMap } from './stepMap.ts';

export interface GradCamData {
  readonly model: ModelDescription;
  /** What was explained. */
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
  readonly sort: CamSort;
  /** How many channels of the order enter the sum. */
  readonly channels: number;
  /** Index of the channel that is shown large; the order's first where there is no such channel. */
  readonly channel: number;
  readonly show: (typeof camShows)[number];
  readonly upsampling: Upsampling;
}

/** What is laid over the picture: evidence for the target, against it, or both signs. */
export type Evidence = Exclude<GradCamDrawing['show'], 'usual'>;

/** A map at the picture's size. */
export interface EnlargedMap<Image = RasterImage> {
  readonly evidence: Evidence;
  readonly image: Image;
  readonly colormap: Colormap;
  /** Values at the two ends of the colour map. */
  readonly range: ValueRange;
  /** Of the enlarged values: with bicubic upsampling they leave the range of the cells. */
  readonly reach: ValueRange;
}

/** Everything the figure shows. */
export interface GradCamView {
  readonly model: ShownModel;
  readonly kind: Target['kind'];
  readonly pictureKey: string;
  readonly layer: string;
  /** Layers from early to late, and which of them is shown. */
  readonly stops: ReadonlyArray<{ readonly name: string; readonly shape: readonly number[] }>;
  readonly stop: number;
  readonly channelCount: number;
  /** Channels in the sum. */
  readonly channels: number;
  /** All channels, as they enter the sum. */
  readonly order: readonly ChannelWeight[];
  /** The sum over all cells after each channel. */
  readonly running: readonly number[];
  readonly leading: readonly LeadingChannel[];
  readonly chosen: ChosenChannel;
  readonly sum: StepMap;
  readonly rectified: StepMap;
  /** What the ReLU takes away, its sign turned. */
  readonly against: StepMap;
  readonly enlarged: EnlargedMap;
  readonly upsampling: Upsampling;
  readonly overlay: RasterImage;
  /** Row and column of the largest value before upsampling. */
  readonly peak: { readonly row: number; readonly column: number };
  readonly blank: boolean;
  /** What the engine has to say about the map of all channels. */
  readonly notes: readonly string[];
  /** The scalar explained, in words, and its value. */
  readonly target: { readonly text: string; readonly value: number };
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  /** What a difference takes off. */
  readonly rival: number | undefined;
}

/** Channels drawn one by one. */
const shownChannels = 6;

export async function loadGradCam(
  ask: Ask,
  { picture, target }: Subject,
  { model: id, layer: wanted }: GradCamOptions,
): Promise<GradCamData> {
  const model = await ask('describe', { model: id });
  const layer = layerAmong(spatialModules(model.modules), wanted, lastBlock(model.modules));
  const asked = await answerable(ask, model, picture, target);
  const [explained, { activations }] = await Promise.all([
    ask('explain', { model: id, picture, method: 'grad-cam', target: asked, layer }),
    ask('capture', { model: id, picture, layers: [layer] }),
  ]);
  return { model, kind: target.kind, picture, explained, activations: activations[layer]! };
}

/** The evidence wanted, on the grid of the layer. */
function evidenceOf(sum: Float32Array, evidence: Evidence): Float32Array {
  if (evidence === 'signed') return sum;
  const sign = evidence === 'against' ? -1 : 1;
  return sum.map((value) => Math.max(0, sign * value));
}

/** With a range from 0 to the largest cell, or symmetric for both signs; not changed by enlarging. */
export function enlargedMap(
  sum: Float32Array,
  [rows, columns]: readonly [rows: number, columns: number],
  evidence: Evidence,
  { colormap: wanted, upsampling: way }: Pick<GradCamDrawing, 'colormap' | 'upsampling'>,
): EnlargedMap<Raster> {
  const cells = evidenceOf(sum, evidence);
  const large = upsampling[way](cells, columns, rows, photographSize, photographSize);
  const signed = evidence === 'signed';
  const range: ValueRange = signed ? signedRange(cells) : [0, minMaxRange(cells)[1]];
  const colormap: Colormap = signed ? 'diverging' : wanted;
  const image = heatmap(large, photographSize, photographSize, { colormap, range });
  return { evidence, image, colormap, range, reach: minMaxRange(large) };
}

export function gradCamView(data: GradCamData, drawing: GradCamDrawing): GradCamView {
  const { explained, activations, model, kind } = data;
  const [, channelCount, rows, columns] = activations.shape as [number, number, number, number];
  const size = [rows, columns] as const;
  const alpha = explained.details['alpha']!.data;
  const order = orderedChannels(alpha, activations, drawing.sort);
  const channels = Math.min(drawing.channels, channelCount);
  const sum = partialSum(order.slice(0, channels), activations);
  const usual: Evidence = kind === 'difference' ? 'signed' : 'rectified';
  const evidence = drawing.show === 'usual' ? usual : drawing.show;
  const enlarged = enlargedMap(sum, size, evidence, drawing);
  const [rectified, against] = [evidenceOf(sum, 'rectified'), evidenceOf(sum, 'against')];
  const largest = minMaxRange(rectified)[1];
  const peak = rectified.indexOf(largest);
  const step = (values: Float32Array) =>
    stepMap(values, size, drawing.colormap, [0, minMaxRange(values)[1]]);
  const text = targetText(kind, explained.target, model.labels);
  const stops = layerStops(model.modules);
  const stop = stopOf(model.modules, explained.layer!);
  return {
    model: shownModel(model),
    pictureKey: data.picture.key,
    kind,
    layer: explained.layer!,
    stops: stops.map(({ name, outputShape }) => ({ name, shape: outputShape })),
    stop: stops.findIndex(({ name }) => name === stop),
    channelCount,
    channels,
    order,
    running: runningTotals(order),
    leading: order.slice(0, shownChannels).map((channel) => leadingChannel(channel, activations)),
    chosen: chosenChannel(order, activations, drawing.channel),
    sum: stepMap(sum, size, 'diverging', signedRange(sum)),
    rectified: step(rectified),
    against: step(against),
    enlarged,
    upsampling: drawing.upsampling,
    overlay: overlay(photograph(data.picture.bitmap), enlarged.image, drawing.opacity),
    peak: { row: Math.floor(peak / columns), column: peak % columns },
    blank: largest === 0,
    notes: explained.notes.map((note) => noteText(note, `the ${text}`)),
    target: { text, value: explained.target.value },
    logits: explained.logits,
    probabilities: softmax(explained.logits),
    predictedClass: explained.logits.indexOf(Math.max(...explained.logits)),
    targetClass: explained.target.class,
    rival: explained.target.against,
  };
}

/** What the picture shows, in one sentence. */
export function gradCamText({
  enlarged,
  target,
  layer,
  sum,
  rectified,
  against,
  peak,
  blank,
}: GradCamView): string {
  const grid = `${sum.rows}×${sum.columns}`;
  const subject = `Grad-CAM of the ${target.text} at ${layer}, ${grid}`;
  const [low, high] = [-against.range[1], rectified.range[1]].map((end) => numberText(end)) as [
    string,
    string,
  ];
  if (enlarged.evidence === 'signed') return `${subject}, before the ReLU: from ${low} to ${high}`;
  if (enlarged.evidence === 'against')
    return `${subject}, what speaks against: up to ${numberText(against.range[1])}`;
  if (blank) return `${subject}, is zero everywhere`;
  return `${subject}: strongest ${high} at row ${peak.row}, column ${peak.column} of the layer's grid`;
}

export const drawGradCamStill: DrawStill = async (ask, subject) =>
  gradCamView(await loadGradCam(ask, subject, { model: labModel, layer: '' }), {
    colormap: 'viridis',
    opacity: 0.5,
    sort: 'alpha',
    channels: Infinity,
    channel: -1,
    show: 'usual',
    upsampling: 'bilinear',
  });
