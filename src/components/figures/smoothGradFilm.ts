import { channelMaximum } from '../../draw/channelMaximum.ts';
import { heatmap } from '../../draw/heatmap.ts';
import type { LineChart, Point } from '../../draw/lineChart.ts';
import { percentileRange, type ValueRange } from '../../draw/normalize.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
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

/** How the copies are made. */
export interface NoiseSettings {
  /** Standard deviation, as a share of the picture's range. */
  readonly sigma: number;
  readonly seed: number;
}

/** What does not depend on the noise. */
export interface CleanData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  /** The plain gradient. */
  readonly explained: Result<'explain'>;
}

/** The mean after so many copies. */
export interface SmoothFrame {
  readonly count: number;
  /** Largest magnitude over the channels of the mean gradient, `[H, W]`. */
  readonly map: Float32Array;
  /** Largest standard error over the channels, `[H, W]`; not for one copy, which has no scatter. */
  readonly error: Float32Array | undefined;
  /** The last copy, as a picture. */
  readonly copy: Bitmap;
  /** Root mean squares over all pixels and channels; the error is 0 for one copy. */
  readonly rms: { readonly mean: number; readonly error: number };
}

export async function loadClean(
  ask: Ask,
  { picture, target }: Subject,
  { model: id }: { model: string },
): Promise<CleanData> {
  const [model, view, explained] = await Promise.all([
    ask('describe', { model: id }),
    ask('view', { model: id, picture }),
    ask('explain', { model: id, picture, method: 'saliency', target }),
  ]);
  return { model, picture, view, explained };
}

/** Copies between two frames: every count up to 64 has one, then every fourth. */
export function isFrame(count: number, samples: number): boolean {
  return count <= 64 || count % 4 === 0 || count === samples;
}

/** How many copies each frame of a whole film is the mean of. */
export function frameCounts(samples: number): number[] {
  const counts = Array.from({ length: samples }, (_, i) => i + 1);
  return counts.filter((count) => isFrame(count, samples));
}

const rootMeanSquare = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** SmoothGrad copy by copy: the running mean of the gradients, and how uncertain it is. */
export class SmoothFilm {
  readonly plane: number;
  readonly frames: SmoothFrame[] = [];
  count = 0;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  /** @param shape `[1, C, H, W]` of a gradient */
  constructor([, channels, height, width]: readonly number[]) {
    this.plane = height! * width!;
    this.sums = new Float64Array(channels! * this.plane);
    this.squares = new Float64Array(channels! * this.plane);
  }

  /** Gradients `[N, C, H, W]` of the next copies, and the copies. */
  add({ data }: TensorData, copies: readonly Bitmap[], samples: number): void {
    const size = this.sums.length;
    copies.forEach((copy, n) => {
      for (let i = 0; i < size; i++) {
        const value = data[n * size + i]!;
        this.sums[i]! += value;
        this.squares[i]! += value * value;
      }
      this.count++;
      if (isFrame(this.count, samples)) this.frames.push(this.frame(copy));
    });
  }

  private frame(copy: Bitmap): SmoothFrame {
    const { count } = this;
    const mean = Float32Array.from(this.sums, (sum) => sum / count);
    const error = Float32Array.from(this.squares, (squares, i) => {
      const variance = Math.max(0, squares / count - (this.sums[i]! / count) ** 2);
      return count > 1 ? Math.sqrt(variance / (count - 1)) : 0;
    });
    return {
      count,
      map: channelMaximum(mean, this.plane),
      error: count > 1 ? channelMaximum(error, this.plane) : undefined,
      copy,
      rms: { mean: rootMeanSquare(mean), error: rootMeanSquare(error) },
    };
  }
}

/** Copies that are asked for at a time: each request lets other figures have their turn. */
export const copiesAtATime = 4;

/** The next copies, added to the film. */
export async function extendFilm(
  ask: Ask,
  film: SmoothFilm,
  { model, picture, explained }: CleanData,
  { sigma, seed, samples }: NoiseSettings & { samples: number },
): Promise<void> {
  const first = film.count;
  const { gradients, views } = await ask('vary', {
    model: model.id,
    picture,
    target: { kind: 'logit', class: explained.target.class },
    variation: {
      kind: 'noise',
      sigma,
      seed,
      first,
      count: Math.min(copiesAtATime, samples - first),
    },
  });
  film.add(gradients!, views, samples);
}

/** One frame's numbers, without its maps. */
export type ErrorPoint = Pick<SmoothFrame, 'count' | 'rms'>;

/** Everything the figure shows. */
export interface SmoothView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  readonly sigma: number;
  readonly seed: number;
  readonly samples: number;
  readonly count: number;
  readonly inputSize: number;
  readonly plain: RasterImage;
  readonly plainRange: ValueRange;
  readonly copy: RasterImage;
  readonly map: RasterImage;
  readonly range: ValueRange;
  /** On the range of the mean. */
  readonly error: RasterImage;
  /** Of the frame shown. */
  readonly rms: SmoothFrame['rms'];
  readonly errors: readonly ErrorPoint[];
}

const inferno = 'inferno';
/** Values above this percentile take the last colour. */
export const clip = 99;

export function smoothView(
  { model, picture, explained }: CleanData,
  frames: readonly SmoothFrame[],
  { shown, sigma, seed, samples }: NoiseSettings & { samples: number; shown: number },
): SmoothView {
  const { map: plain, logits, target } = explained;
  const [height, width] = plain.shape as [number, number];
  const frame = frames[Math.min(shown, frames.length - 1)]!;
  const clipped = (values: Float32Array): ValueRange => [0, percentileRange(values, 0, clip)[1]];
  const [plainRange, range] = [clipped(plain.data), clipped(frame.map)];
  const drawn = (values: Float32Array, of: ValueRange) =>
    heatmap(values, width, height, { colormap: inferno, range: of });
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target.class,
    sigma,
    seed,
    samples,
    count: frame.count,
    inputSize: width,
    plain: drawn(plain.data, plainRange),
    plainRange,
    copy: rasterFromRgb(frame.copy.data, width, height),
    map: drawn(frame.map, range),
    range,
    error: drawn(frame.error ?? new Float32Array(plain.data.length).fill(NaN), range),
    rms: frame.rms,
    errors: frames.map(({ count, rms }) => ({ count, rms })),
  };
}

/** Powers of two up to the number of copies. */
function doublings(samples: number): number[] {
  const ticks = [2];
  while (2 * ticks.at(-1)! <= samples) ticks.push(2 * ticks.at(-1)!);
  return ticks;
}

/** Round numbers in a range above 0: 1, 2 and 5 times powers of ten, more where it has fewer than two of them. */
function roundNumbers([low, high]: ValueRange): number[] {
  const powers = [-1, 0, 1].map((by) => Math.floor(Math.log10(high)) + by);
  const numbers = (digits: readonly number[]) =>
    powers
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((number) => number >= low && number <= high);
  const few = numbers([1, 2, 5]);
  return few.length > 1 ? few : numbers([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]);
}

/** The standard error, copy by copy, beside a falling off by the root of the number. */
export function errorChart(errors: readonly ErrorPoint[], samples: number): LineChart {
  const points: Point[] = errors
    .filter(({ count, rms }) => count > 1 && rms.error > 0)
    .map(({ count, rms }) => [count, rms.error]);
  const [lastCount, lastError] = points.at(-1) ?? [samples, 1];
  const scatter = lastError * Math.sqrt(lastCount);
  const most = Math.max(3, samples);
  const line: Point[] = [2, most].map((count) => [count, scatter / Math.sqrt(count)]);
  const values = [...points, ...line].map(([, y]) => y);
  const range: ValueRange = [Math.min(...values) / 1.1, Math.max(...values) * 1.1];
  return {
    x: {
      title: 'noisy copies n, each step twice as many',
      range: [2, most],
      logarithmic: true,
      ticks: doublings(most),
    },
    y: {
      title: 'standard error of the mean',
      range,
      logarithmic: true,
      ticks: roundNumbers(range),
    },
    series: [
      { name: 'measured', points, style: 'solid', marked: true },
      { name: 'in proportion to 1/√n', points: line, style: 'dashed' },
    ],
  };
}

/** Error as a share of the mean's own size. */
export const relativeError = ({ mean, error }: SmoothFrame['rms']): number =>
  mean > 0 ? error / mean : 0;

export const stillSettings = { sigma: 0.15, seed: 1, samples: 50 } as const;

/** The whole film at once. */
export async function loadFilm(
  ask: Ask,
  data: CleanData,
  settings: NoiseSettings & { samples: number },
): Promise<SmoothFilm> {
  const film = new SmoothFilm([
    1,
    data.model.architecture.inputChannels,
    ...data.explained.map.shape,
  ]);
  while (film.count < settings.samples) await extendFilm(ask, film, data, settings);
  return film;
}

export const drawSmoothGradStill: DrawStill = async (ask, subject) => {
  const data = await loadClean(ask, subject, { model: labModel });
  const { frames } = await loadFilm(ask, data, stillSettings);
  return smoothView(data, frames, { ...stillSettings, shown: frames.length - 1 });
};
