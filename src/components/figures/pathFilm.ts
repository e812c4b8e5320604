import { channelMaximum } from '../../draw/channelMaximum.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { roomyRange, type Bar, type LineChart, type Point } from '../../draw/lineChart.ts';
import { percentileRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type {
  Ask,
  Bitmap,
  KeyedPicture,
  ModelDescription,
  Result,
  ResolvedTarget,
} from '../../worker/protocol.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';

/** Which way is gone, and in how many steps. */
export interface PathSettings {
  readonly baseline: 'black' | 'white' | 'mean' | 'blurred' | 'noise';
  readonly rule: 'midpoint' | 'gauss-legendre';
  readonly steps: number;
}

/** What does not depend on the path. */
export interface PathSubject {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly logits: readonly number[];
  readonly target: ResolvedTarget;
}

/** One point of the path. */
export interface PathPoint {
  /** 0 at the baseline, 1 at the picture. */
  readonly place: number;
  /** Share of the path that the point stands for. */
  readonly weight: number;
  /** The score. */
  readonly value: number;
  /** How fast the score rises along the path: the sum of the rates. */
  readonly slope: number;
  /** The input there, as a picture. */
  readonly input: Bitmap;
  /** Largest magnitude of the gradient over the channels, `[H, W]`. */
  readonly gradient: Float32Array;
  /** What each pixel contributes to the slope, `[H, W]`. */
  readonly rates: Float32Array;
}

/** A path as far as it has been gone. */
export interface PathFilm {
  readonly subject: PathSubject;
  readonly settings: PathSettings;
  /** The score at the baseline, and the baseline. */
  readonly start: { readonly value: number; readonly view: Bitmap };
  readonly points: readonly PathPoint[];
}

/** Points that are asked for at a time: each request lets other figures have their turn. */
const pointsAtATime = 8;

export async function loadSubject(
  ask: Ask,
  { picture, target }: Subject,
  { model: id }: { model: string },
): Promise<PathSubject> {
  const [model, found] = await Promise.all([
    ask('describe', { model: id }),
    ask('capture', { model: id, picture, target }),
  ]);
  return { model, picture, logits: found.logits, target: found.target! };
}

const seed = 1;

/** Goes the next part of the path. */
export async function extendPath(
  ask: Ask,
  subject: PathSubject,
  settings: PathSettings,
  points: readonly PathPoint[],
): Promise<PathFilm> {
  const first = points.length;
  const count = Math.min(pointsAtATime, settings.steps - first);
  const found = await ask('vary', {
    model: subject.model.id,
    picture: subject.picture,
    target: { kind: 'logit', class: subject.target.class },
    variation: { kind: 'path', ...settings, seed, first, count },
  });
  const start = found.path!.start;
  return { subject, settings, start, points: [...points, ...pointsOf(found)] };
}

export function pointsOf({ values, views, gradients, path }: Result<'vary'>): PathPoint[] {
  const [, channels, height, width] = gradients!.shape as [number, number, number, number];
  const plane = height * width;
  return values.map((value, n) => {
    const rates = path!.rates.data.slice(n * plane, (n + 1) * plane);
    const gradient = gradients!.data.subarray(n * channels * plane, (n + 1) * channels * plane);
    return {
      place: path!.places[n]!,
      weight: path!.weights[n]!,
      value,
      slope: rates.reduce((sum, rate) => sum + rate, 0),
      input: views[n]!,
      gradient: channelMaximum(gradient, plane),
      rates,
    };
  });
}

/** What the first `count` points have added up, `[H, W]`. */
export function accumulated(points: readonly PathPoint[], count: number): Float32Array {
  const sum = new Float64Array(points[0]!.rates.length);
  for (const { rates, weight } of points.slice(0, count))
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * rates[i]!;
  return Float32Array.from(sum);
}

/** Whether the attributions add up to what they should. */
export interface Completeness {
  /** Of the attributions of all pixels. */
  readonly sum: number;
  /** Of the score between picture and baseline. */
  readonly difference: number;
  readonly gap: number;
  /** Of the difference; undefined where that is 0. */
  readonly relative: number | undefined;
}

export function completeness({ subject, start, points }: PathFilm): Completeness {
  const sum = points.reduce((total, { weight, slope }) => total + weight * slope, 0);
  const difference = subject.target.value - start.value;
  const gap = sum - difference;
  return {
    sum,
    difference,
    gap,
    relative: difference === 0 ? undefined : Math.abs(gap / difference),
  };
}

/** A point's numbers, without its maps. */
export type PathStep = Pick<PathPoint, 'place' | 'weight' | 'value' | 'slope'>;

/** Everything the figure shows. */
export interface PathView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  readonly settings: PathSettings;
  readonly inputSize: number;
  /** How many points have been gone; 0 is the baseline. */
  readonly shown: number;
  readonly input: RasterImage;
  readonly gradient: RasterImage;
  readonly gradientRange: ValueRange;
  readonly sum: RasterImage;
  readonly sumRange: ValueRange;
  /** Scores at both ends. */
  readonly ends: readonly [baseline: number, picture: number];
  readonly steps: readonly PathStep[];
  readonly complete: Completeness;
  /** What has been added up so far. */
  readonly soFar: number;
}

export function pathView(film: PathFilm, wanted: number): PathView {
  const { subject, settings, start, points } = film;
  const { model, picture, logits, target } = subject;
  const shown = Math.min(wanted, points.length);
  const point = points[shown - 1];
  const { width, height } = start.view;
  const input = point?.input ?? start.view;
  const gradient = point?.gradient ?? new Float32Array(width * height).fill(NaN);
  const gradientRange: ValueRange = [0, percentileRange(gradient, 0, 99)[1]];
  // One scale for the whole film: that of its end, so far as it has been computed.
  const whole = accumulated(points, points.length).map(Math.abs);
  const sumRange = signedRange([percentileRange(whole, 0, 99)[1]]);
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target.class,
    settings,
    inputSize: width,
    shown,
    input: rasterFromRgb(input.data, width, height),
    gradient: heatmap(gradient, width, height, { colormap: 'inferno', range: gradientRange }),
    gradientRange,
    sum: heatmap(accumulated(points, shown), width, height, {
      colormap: 'diverging',
      range: sumRange,
    }),
    sumRange,
    ends: [start.value, target.value],
    steps: points.map(({ place, weight, value, slope }) => ({ place, weight, value, slope })),
    complete: completeness(film),
    soFar: points.slice(0, shown).reduce((sum, { weight, slope }) => sum + weight * slope, 0),
  };
}

/** How far the first `count` steps reach: the sum of their weights. */
export const reached = (steps: readonly PathStep[], count: number): number =>
  steps.slice(0, count).reduce((sum, { weight }) => sum + weight, 0);

/** How many steps have been gone when the path is left at a place. */
export function placeOf(steps: readonly PathStep[], place: number): number {
  let end = 0;
  const passed = steps.filter(({ weight }) => (end += weight) <= place + 1e-9);
  return Math.min(steps.length, passed.length + (place > 0 ? 1 : 0));
}

const along = {
  title: 'way from the baseline (0) to the picture (1)',
  range: [0, 1],
  ticks: [0, 0.25, 0.5, 0.75, 1],
} as const;

/** The score along the path; both of its ends are known from the start. */
export function scoreChart(steps: readonly PathStep[], [from, to]: PathView['ends']): LineChart {
  const points: Point[] = [
    [0, from],
    ...steps.map(({ place, value }): Point => [place, value]),
    [1, to],
  ];
  return {
    x: along,
    y: { title: 'score', range: roomyRange(points.map(([, y]) => y)) },
    series: [{ name: 's along the path', points, style: 'solid', marked: steps.length <= 64 }],
  };
}

/** The slope of the score as bars whose areas the attribution adds up. */
export function slopeChart(steps: readonly PathStep[]): LineChart {
  let end = 0;
  const bars: Bar[] = steps.map(({ weight, slope }) => {
    const from = end;
    end += weight;
    return { from, to: end, height: slope };
  });
  return {
    x: along,
    y: {
      title: 'slope of the score',
      range: roomyRange([0, ...steps.map(({ slope }) => slope)]),
    },
    series: [],
    bars,
  };
}

/** A piece of the tangent at a point, a fifth of the path long at most. */
export function tangent({ place, value, slope }: PathStep): readonly [Point, Point] {
  const reach = 0.1;
  const [from, to] = [Math.max(0, place - reach), Math.min(1, place + reach)];
  return [
    [from, value + slope * (from - place)],
    [to, value + slope * (to - place)],
  ];
}

export const stillSettings: PathSettings = { baseline: 'black', rule: 'midpoint', steps: 32 };
/** Share of the steps that the still has gone. */
export const stillShown = 0.5;

/** The whole path at once. */
export async function loadPath(
  ask: Ask,
  subject: PathSubject,
  settings: PathSettings,
): Promise<PathFilm> {
  let film = await extendPath(ask, subject, settings, []);
  while (film.points.length < settings.steps)
    film = await extendPath(ask, subject, settings, film.points);
  return film;
}

export const drawIntegratedGradientsStill: DrawStill = async (ask, subject) => {
  const film = await loadPath(
    ask,
    await loadSubject(ask, subject, { model: labModel }),
    stillSettings,
  );
  return pathView(film, stillShown * stillSettings.steps);
};
