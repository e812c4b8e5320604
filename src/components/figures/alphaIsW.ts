import type { LineChart } from '../../draw/lineChart.ts';
import { roomyRange } from '../../draw/lineChart.ts';
import { signedRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { softmax } from '../../draw/softmax.ts';
import type { Ask, KeyedPicture, ModelDescription, TensorData } from '../../worker/protocol.ts';
import { loadHead, weightsOf } from './classifierHead.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { mapOf } from './gradCamChannels.ts';
import { blocks, lastBlock, layerAmong } from './layers.ts';
import { stepMap, type StepMap } from './stepMap.ts';

export interface AlphaData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly layer: string;
  /** The mean of each channel's gradient. */
  readonly alpha: Float32Array;
  /** d s_c / d A at the layer, `[1, C, H, W]`. */
  readonly gradients: TensorData;
  /** The class's weights in the linear layer, `[C]`; undefined where it does not read this layer's means. */
  readonly weights: Float32Array | undefined;
  readonly logits: readonly number[];
  readonly targetClass: number;
}

/** One channel: two ways to its importance, and how good a mean the first of them is. */
export interface ChannelPoint {
  readonly alpha: number;
  /** w / Z, from the weight file. */
  readonly weight: number | undefined;
  /** Standard deviation of the gradient over the channel's map. */
  readonly spread: number;
}

/** Everything the figure shows. */
export interface AlphaView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly layer: string;
  readonly layers: readonly string[];
  /** In the order of the channels. */
  readonly points: readonly ChannelPoint[];
  /** The channels from left to right. */
  readonly order: readonly number[];
  readonly chosen: {
    readonly index: number;
    /** From the left, from 0. */
    readonly place: number;
    /** How far its two numbers are apart; undefined where there is only one. */
    readonly difference: number | undefined;
    /** The gradient, cell by cell. */
    readonly gradient: StepMap;
  };
  /** The channel whose two numbers are farthest apart; undefined where there is only one. */
  readonly farthest: { readonly index: number; readonly difference: number } | undefined;
  /** The largest alpha in size. */
  readonly largest: number;
  /** The channels' spread as a share of the size of alpha, both as root mean squares. */
  readonly spread: number;
  /** Channels whose gradient has both signs somewhere on its map. */
  readonly mixed: number;
  readonly logit: number;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

export async function loadAlpha(
  ask: Ask,
  { picture, target: { class: wantedClass } }: Subject,
  { model: id, layer: wanted }: { readonly model: string; readonly layer: string },
): Promise<AlphaData> {
  const model = await ask('describe', { model: id });
  const last = lastBlock(model.modules);
  const among = model.modules.filter(({ name }) => blocks(model.modules).includes(name));
  const layer = layerAmong(among, wanted, last);
  const target = { kind: 'logit', class: wantedClass } as const;
  // The method `grad-cam` takes for granted at the last block what is to be seen here: a Z-th of the pooled gradient everywhere.
  const [{ gradients, logits, target: explained }, head] = await Promise.all([
    ask('capture', { model: id, picture, layers: [], gradients: [layer], target }),
    loadHead(ask, model),
  ]);
  const targetClass = explained!.class;
  return {
    model,
    picture,
    layer,
    alpha: meansOf(gradients[layer]!),
    gradients: gradients[layer]!,
    weights: layer === last && head ? weightsOf(head, targetClass) : undefined,
    logits,
    targetClass,
  };
}

function meansOf(gradients: TensorData): Float32Array {
  return Float32Array.from({ length: gradients.shape[1]! }, (_, k) => {
    const values = mapOf(gradients, k);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

/** Around the first value, so that the spread of equal values is 0 to the last bit. */
function spreadOf(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    const difference = value - values[0]!;
    sum += difference;
    squares += difference ** 2;
  }
  return Math.sqrt(Math.max(0, squares / values.length - (sum / values.length) ** 2));
}

const hasBothSigns = (values: Float32Array) =>
  values.some((value) => value > 0) && values.some((value) => value < 0);

const rootMeanSquare = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

/** Where a channel stands from left to right. */
export const acrossOf = ({ weight, alpha }: ChannelPoint) => weight ?? alpha;

function farthestOf(points: readonly ChannelPoint[]): AlphaView['farthest'] {
  if (points.some(({ weight }) => weight === undefined)) return undefined;
  const differences = points.map(({ alpha, weight }) => Math.abs(alpha - weight!));
  const difference = Math.max(...differences);
  return { index: differences.indexOf(difference), difference };
}

/** @param channel index of the one shown; that with the largest alpha where there is no such channel */
export function alphaView(
  { model, picture, layer, alpha, gradients, weights, logits, targetClass }: AlphaData,
  { channel }: { readonly channel: number },
): AlphaView {
  const [, , rows, columns] = gradients.shape as [number, number, number, number];
  const positions = rows * columns;
  const points = Array.from(alpha, (value, k) => ({
    alpha: value,
    weight: weights && weights[k]! / positions,
    spread: spreadOf(mapOf(gradients, k)),
  }));
  const across = points.map(acrossOf);
  const order = points.map((_, k) => k).sort((a, b) => across[a]! - across[b]! || a - b);
  const sizes = points.map((point) => Math.abs(point.alpha));
  const largest = Math.max(...sizes);
  const index = channel in points ? channel : sizes.indexOf(largest);
  const gradient = mapOf(gradients, index);
  const size = rootMeanSquare(sizes);
  const { alpha: own, weight } = points[index]!;
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    layer,
    layers: blocks(model.modules),
    points,
    order,
    chosen: {
      index,
      place: order.indexOf(index),
      difference: weight === undefined ? undefined : Math.abs(own - weight),
      gradient: stepMap(gradient, [rows, columns], 'diverging', signedRange(gradient)),
    },
    farthest: farthestOf(points),
    largest,
    spread: size > 0 ? rootMeanSquare(points.map(({ spread }) => spread)) / size : 0,
    mixed: points.filter((_, k) => hasBothSigns(mapOf(gradients, k))).length,
    logit: logits[targetClass]!,
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass,
  };
}

/** The channels as points, and where there is nothing to compare them with, the spread of each about its mean. */
export function alphaChart({ points, farthest }: AlphaView): LineChart {
  const compared = farthest !== undefined;
  const places = points.map((point) => [acrossOf(point), point.alpha] as const);
  const reach = points.flatMap(({ alpha, spread }) => [alpha - spread, alpha + spread]);
  const across = roomyRange(places.map(([x]) => x));
  return {
    x: { title: compared ? 'wₖ / Z, from the weight file' : 'αₖ, the mean of g', range: across },
    y: {
      title: compared ? 'αₖ, by backpropagation' : 'g: its mean αₖ and σ on either side',
      range: compared ? roomyRange(places.flat()) : roomyRange(reach),
    },
    series: [
      { name: 'a channel', points: places, style: 'points', marked: true },
      {
        name: compared ? 'where the two are equal' : 'where g is its mean',
        points: across.map((end) => [end, end] as const),
        style: 'dashed',
      },
    ],
    spans: compared
      ? []
      : points.map(({ alpha, spread }) => ({
          at: alpha,
          from: alpha - spread,
          to: alpha + spread,
        })),
  };
}

/** One channel in words. */
export function channelWords({ points, chosen }: AlphaView): string {
  const { alpha, weight, spread } = points[chosen.index]!;
  const { difference } = chosen;
  const own = `Channel ${chosen.index}: α = ${numberText(alpha, 5)}`;
  if (weight === undefined || difference === undefined)
    return `${own}; over its map g strays from it by σ = ${numberText(spread)}.`;
  const apart = difference === 0 ? 'no difference at all' : `apart by ${numberText(difference, 2)}`;
  return `${own}, w/Z = ${numberText(weight, 5)}, ${apart}.`;
}

/** What the picture shows, in one sentence. */
export function alphaText({
  points,
  layer,
  model,
  targetClass,
  farthest,
  spread,
}: AlphaView): string {
  const subject = `${points.length} channels of ${layer}, for ${model.labels[targetClass] ?? ''}`;
  if (!farthest)
    return `${subject}: the gradient strays from its mean alpha by ${numberText(spread, 2)} times the size of alpha`;
  return `${subject}: alpha by backpropagation against the weight divided by Z, all on the diagonal to within ${numberText(farthest.difference, 2)}`;
}

/** What to make of it. */
export function verdictText({
  points,
  layer,
  farthest,
  largest,
  spread,
  mixed,
  chosen,
}: AlphaView): string {
  const { rows, columns } = chosen.gradient;
  if (farthest) {
    const { index, difference } = farthest;
    const most =
      difference === 0
        ? `In all ${points.length} channels the two agree to the last bit.`
        : `Of all ${points.length} channels, channel ${index} has the largest difference, ${numberText(difference, 2)}, where the largest α is ${numberText(largest)}.`;
    return `${most} ${spread === 0 ? 'g is the same in every cell of a map, so that taking its mean loses nothing.' : `Over a map g strays from its mean by ${numberText(spread, 2)} times the size of α.`}`;
  }
  return (
    `Between ${layer} and the logit lies more than a pooling and one linear layer. No single weight belongs ` +
    `to a channel, so there is nothing to hold α against but what it is the mean of: over the ` +
    `${rows} × ${columns} cells of a map, g strays from α by ${numberText(spread, 2)} times its size ` +
    `(root mean squares over the channels), and in ${mixed} of ${points.length} channels it has both signs.`
  );
}

export const drawAlphaStill: DrawStill = async (ask, subject) =>
  alphaView(await loadAlpha(ask, subject, { model: labModel, layer: '' }), { channel: -1 });
