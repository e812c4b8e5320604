import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, percentileRange, type ValueRange } from '../../draw/normalize.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type {
  Ask,
  Bitmap,
  KeyedPicture,
  ModelDescription,
  TensorData,
} from '../../worker/protocol.ts';
import { labModel, type DrawStill } from './figure.ts';

/** Both gradients of one picture's predicted class, and those of all logits. */
export interface SoftmaxData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  readonly logits: readonly number[];
  readonly predicted: number;
  /** d s_j / d I for every class j, `[1, C, H, W]`. */
  readonly logitGradients: readonly TensorData[];
  /** d p_c / d I from a backward pass through the softmax. */
  readonly probabilityGradient: TensorData;
}

/** How sure the network is of a picture, and what that does to its gradients. */
export interface CertainPicture {
  readonly id: string;
  /** The predicted class. */
  readonly label: string;
  /** Of the predicted class. */
  readonly probability: number;
  /** max |dp| / max |ds|. */
  readonly ratio: number;
}

/** One place and colour channel of the input. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Both sides of dp = p (ds - sum_j p_j ds_j) at one pixel, in the channel in which |ds| is largest. */
export interface Check extends Place {
  readonly channel: number;
  readonly own: number;
  /** sum_j p_j ds_j. */
  readonly mean: number;
  /** p times own minus mean. */
  readonly product: number;
  /** dp as the backward pass has it. */
  readonly direct: number;
}

/** A map of magnitudes with its own range and drawn on the other's. */
export interface RangedMap {
  readonly image: RasterImage;
  readonly range: ValueRange;
  readonly maximum: number;
}

/** Everything the figure shows but the chart. */
export interface SoftmaxView {
  readonly pictureKey: string;
  readonly view: RasterImage;
  readonly label: string;
  readonly probability: number;
  readonly logit: RangedMap;
  readonly chance: RangedMap;
  readonly check: Check;
  /** Largest difference of both sides over all pixels and channels, as a share of the largest |dp|. */
  readonly deviation: number;
}

/** The still, with all pictures, the surest first. */
export interface SoftmaxStill extends SoftmaxView {
  readonly pictures: readonly CertainPicture[];
}

const clipPercentile = 99;

/** One backward pass for each class, and one through the softmax. */
export async function loadSoftmax(
  ask: Ask,
  picture: KeyedPicture,
  id: string,
): Promise<SoftmaxData> {
  const [model, view] = await Promise.all([
    ask('describe', { model: id }),
    ask('view', { model: id, picture }),
  ]);
  const gradient = async (kind: 'logit' | 'probability', explained: number | 'predicted') => {
    const target = { kind, class: explained } as const;
    const found = await ask('capture', { model: id, picture, target, gradients: ['input'] });
    return { ...found, gradient: found.gradients['input']! };
  };
  const [through, ...each] = await Promise.all([
    gradient('probability', 'predicted'),
    ...model.labels.map((_, index) => gradient('logit', index)),
  ]);
  return {
    model,
    picture,
    view,
    logits: through.logits,
    predicted: through.target!.class,
    logitGradients: each.map((found) => found.gradient),
    probabilityGradient: through.gradient,
  };
}

/** max over the channels of the magnitude, `[H, W]`. */
function magnitudes({ shape, data }: TensorData): Float32Array {
  const plane = shape[2]! * shape[3]!;
  const out = new Float32Array(plane);
  data.forEach((value, i) => (out[i % plane] = Math.max(out[i % plane]!, Math.abs(value))));
  return out;
}

/**
 * Both sides of the equation at one value of the input. The product is taken as p sum_j p_j (ds - ds_j),
 * which is the same and does not subtract two large numbers that are nearly equal.
 */
function sides(data: SoftmaxData, probabilities: readonly number[], index: number) {
  const { logitGradients, predicted } = data;
  const own = logitGradients[predicted]!.data[index]!;
  let mean = 0;
  let apart = 0;
  logitGradients.forEach(({ data: values }, j) => {
    mean += probabilities[j]! * values[index]!;
    apart += probabilities[j]! * (own - values[index]!);
  });
  return {
    own,
    mean,
    product: probabilities[predicted]! * apart,
    direct: data.probabilityGradient.data[index]!,
  };
}

/** The pixel where the logit's gradient is largest. */
export function strongestPlace({ logitGradients, predicted }: SoftmaxData): Place {
  const gradient = logitGradients[predicted]!;
  const sizes = magnitudes(gradient);
  const at = sizes.indexOf(minMaxRange(sizes)[1]);
  const width = gradient.shape[3]!;
  return { x: at % width, y: Math.floor(at / width) };
}

/** The equation in numbers at a pixel. */
export function checkAt(data: SoftmaxData, { x, y }: Place): Check {
  const { shape, data: values } = data.logitGradients[data.predicted]!;
  const [, channels, height, width] = shape as [number, number, number, number];
  const pixel = y * width + x;
  const size = (channel: number) => Math.abs(values[channel * height * width + pixel]!);
  const all = Array.from({ length: channels }, (_, channel) => channel);
  const channel = all.reduce((best, next) => (size(next) > size(best) ? next : best), 0);
  const probabilities = softmax(data.logits);
  return { x, y, channel, ...sides(data, probabilities, channel * height * width + pixel) };
}

function deviation(data: SoftmaxData): number {
  const probabilities = softmax(data.logits);
  let largest = 0;
  let apart = 0;
  data.probabilityGradient.data.forEach((_, index) => {
    const { product, direct } = sides(data, probabilities, index);
    largest = Math.max(largest, Math.abs(direct));
    apart = Math.max(apart, Math.abs(direct - product));
  });
  return largest > 0 ? apart / largest : 0;
}

/** @param common whether both maps are drawn on the logit's range */
export function softmaxView(
  data: SoftmaxData,
  { common, place }: { common: boolean; place?: Place | undefined },
): SoftmaxView {
  const { predicted, logitGradients, probabilityGradient, logits, view, model } = data;
  const [, , height, width] = probabilityGradient.shape as [number, number, number, number];
  const logitMap = magnitudes(logitGradients[predicted]!);
  const upTo = (map: Float32Array): ValueRange => [0, percentileRange(map, 0, clipPercentile)[1]];
  const ranged = (map: Float32Array): RangedMap => {
    const range = upTo(common ? logitMap : map);
    return {
      image: heatmap(map, width, height, { colormap: 'inferno', range }),
      range,
      maximum: minMaxRange(map)[1],
    };
  };
  return {
    pictureKey: data.picture.key,
    view: rasterFromRgb(view.data, width, height),
    label: model.labels[predicted]!,
    probability: softmax(logits)[predicted]!,
    logit: ranged(logitMap),
    chance: ranged(magnitudes(probabilityGradient)),
    check: checkAt(data, place ?? strongestPlace(data)),
    deviation: deviation(data),
  };
}

/** Derivative of a probability by its own logit. */
export const slopeOf = (probability: number) => probability * (1 - probability);

/** A picture that can be read when its turn comes. */
export interface PictureEntry {
  readonly id: string;
  read(): Promise<Bitmap>;
}

async function certainPicture(ask: Ask, { id, read }: PictureEntry): Promise<CertainPicture> {
  const picture = { key: id, bitmap: await read() };
  const explain = (kind: 'logit' | 'probability') =>
    ask('explain', {
      model: labModel,
      picture,
      method: 'saliency',
      target: { kind, class: 'predicted' },
    });
  const [{ labels }, logit, chance] = await Promise.all([
    ask('describe', { model: labModel }),
    explain('logit'),
    explain('probability'),
  ]);
  return {
    id,
    label: labels[logit.target.class]!,
    probability: softmax(logit.logits)[logit.target.class]!,
    ratio: minMaxRange(chance.map.data)[1] / minMaxRange(logit.map.data)[1],
  };
}

async function survey(ask: Ask, entries: readonly PictureEntry[]): Promise<CertainPicture[]> {
  const found: CertainPicture[] = [];
  for (const entry of entries) found.push(await certainPicture(ask, entry));
  return found.sort((a, b) => b.probability - a.probability);
}

const surveys = new WeakMap<Ask, Promise<readonly CertainPicture[]>>();

/** How sure the network is of each picture, the surest first; found out once for each engine. */
export function certainPictures(
  ask: Ask,
  entries: readonly PictureEntry[],
): Promise<readonly CertainPicture[]> {
  const known = surveys.get(ask) ?? survey(ask, entries);
  surveys.set(ask, known);
  return known;
}

interface Credits {
  readonly pictures: ReadonlyArray<{ readonly id: string; readonly file: string }>;
}

export const drawSoftmaxStill: DrawStill = async (ask, _subject, files): Promise<SoftmaxStill> => {
  const credits = (await files.json('images/credits.json')) as Credits;
  const entries = credits.pictures.map(({ id, file }) => ({
    id,
    read: () => files.picture(file),
  }));
  const pictures = await certainPictures(ask, entries);
  const { id, read } = entries.find((entry) => entry.id === pictures[0]!.id)!;
  const data = await loadSoftmax(ask, { key: id, bitmap: await read() }, labModel);
  return { ...softmaxView(data, { common: false }), pictures };
};
