import { heatmap } from '../../draw/heatmap.ts';
import { roomyRange, type LineChart, type Point } from '../../draw/lineChart.ts';
import { minMaxRange, percentileRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type {
  Ask,
  Bitmap,
  KeyedPicture,
  ModelDescription,
  Result,
  Target,
} from '../../worker/protocol.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';

/** A pixel of the input, counted from its top left. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

export type Channels = 'all' | 'red' | 'green' | 'blue';

/** What is nudged: a square of pixels around one of them. */
export interface Probe {
  readonly pixel: Pixel;
  /** Side of the square, 1, 3 or 5. */
  readonly patch: number;
  readonly channels: Channels;
  /** Whether values stay within 0 to 255. */
  readonly clip: boolean;
}

/** What does not depend on the probe. */
export interface ProbeData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  readonly explained: Result<'explain'>;
}

/** The score at one amount, as it is and as the gradient foretells it. */
export interface ProbePoint {
  /** Levels of 8 bits. */
  readonly amount: number;
  readonly value: number;
  readonly predicted: number;
}

/** By amount. */
export type ProbeCurve = readonly ProbePoint[];

/** Everything the figure shows. */
export interface ProbeView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly inputSize: number;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  /** The score of the picture itself. */
  readonly score: number;
  readonly probe: Probe;
  readonly amount: number;
  /** The picture with the nudge. */
  readonly picture: RasterImage;
  readonly map: RasterImage;
  readonly range: ValueRange;
  readonly curve: ProbeCurve;
}

/** Largest amount, either way. */
export const mostLevels = 128;
/** Amounts at which the score is computed for every probe. */
export const gridAmounts: readonly number[] = Array.from({ length: 17 }, (_, i) => 16 * i - 128);

export async function loadProbe(
  ask: Ask,
  { picture, target }: Subject,
  { model: id }: { model: string },
): Promise<ProbeData> {
  const [model, view, explained] = await Promise.all([
    ask('describe', { model: id }),
    ask('view', { model: id, picture }),
    ask('explain', { model: id, picture, method: 'saliency', target }),
  ]);
  return { model, picture, view, explained };
}

/** The pixel with the largest value of the map. */
export function strongestPixel({ explained: { map } }: ProbeData): Pixel {
  const width = map.shape[1]!;
  const index = map.data.indexOf(minMaxRange(map.data)[1]);
  return { x: index % width, y: Math.floor(index / width) };
}

/** The pixels of the square that lie on the input. */
export function patchPixels({ pixel: { x, y }, patch }: Probe, size: number): Pixel[] {
  const reach = (patch - 1) / 2;
  const side = Array.from({ length: patch }, (_, i) => i - reach);
  const within = (value: number) => value >= 0 && value < size;
  return side
    .flatMap((down) => side.map((right) => ({ x: x + right, y: y + down })))
    .filter((one) => within(one.x) && within(one.y));
}

/** What each channel of an input takes of an amount. */
export function channelShares(channels: Channels, count: number): number[] {
  const names = ['red', 'green', 'blue'];
  return Array.from({ length: count }, (_, c) =>
    Number(channels === 'all' || count === 1 || names[c] === channels),
  );
}

/** Scores at the amounts given. */
export async function loadCurve(
  ask: Ask,
  picture: KeyedPicture,
  { model, target, probe }: { model: ModelDescription; target: Target; probe: Probe },
  amounts: readonly number[],
): Promise<ProbeCurve> {
  const { inputSize, inputChannels } = model.architecture;
  const { values, predicted } = await ask('vary', {
    model: model.id,
    picture,
    target,
    variation: {
      kind: 'nudge',
      pixels: patchPixels(probe, inputSize),
      channels: channelShares(probe.channels, inputChannels),
      amounts,
      clip: probe.clip,
    },
  });
  return amounts.map((amount, i) => ({
    amount,
    value: values[i]!,
    predicted: predicted[i]!,
  }));
}

/** The points of two curves of one probe, by amount. */
export function merged(one: ProbeCurve, other: ProbeCurve): ProbeCurve {
  const points = new Map([...one, ...other].map((point) => [point.amount, point]));
  return [...points.values()].sort((a, b) => a.amount - b.amount);
}

/** The picture as the network sees it, with the nudge; numbers beyond 0 to 255 cannot be shown. */
export function nudgedRaster(
  { width, height, channels, data }: Bitmap,
  probe: Probe,
  amount: number,
) {
  const nudged = Float32Array.from(data);
  const shares = channelShares(probe.channels, channels);
  for (const { x, y } of patchPixels(probe, width))
    shares.forEach((share, c) => {
      nudged[(y * width + x) * channels + c]! += share * amount;
    });
  return rasterFromRgb(nudged, width, height);
}

export function probeView(
  { model, picture, view, explained }: ProbeData,
  { probe, amount, curve }: { probe: Probe; amount: number; curve: ProbeCurve },
): ProbeView {
  const { map, logits, target } = explained;
  const [height, width] = map.shape as [number, number];
  const range: ValueRange = [0, percentileRange(map.data, 0, 99)[1]];
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    inputSize: width,
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target.class,
    score: target.value,
    probe,
    amount,
    picture: nudgedRaster(view, probe, amount),
    map: heatmap(map.data, width, height, { colormap: 'inferno', range }),
    range,
    curve,
  };
}

/** Whether a view's curve is that of this probe; before there are data it is. */
export function isOf(view: ProbeView, probe: Probe, data: ProbeData | undefined): boolean {
  if (!data) return true;
  const known = [view.model.id, view.pictureKey, view.targetClass, probeId(view.probe)];
  const { model, picture, explained } = data;
  const wanted = [model.id, picture.key, explained.target.class, probeId(probe)];
  return known.join(' ') === wanted.join(' ');
}

/** Everything that makes a probe what it is, as text. */
export const probeId = ({ pixel: { x, y }, patch, channels, clip }: Probe): string =>
  [x, y, patch, channels, clip].join(' ');

/** True and foretold change of the score, amount by amount. */
export function probeChart(curve: ProbeCurve, score: number): LineChart {
  const points = (of: (point: ProbePoint) => number): Point[] =>
    curve.map((point) => [point.amount, of(point) - score]);
  const truth = points(({ value }) => value);
  const line = points(({ predicted }) => predicted);
  return {
    x: {
      title: 'nudge d, levels of 8 bits',
      range: [-mostLevels, mostLevels],
      ticks: [-128, -64, 0, 64, 128],
    },
    y: {
      title: 'change of the score',
      range: roomyRange([0, ...[...truth, ...line].map(([, y]) => y)]),
    },
    series: [
      { name: 'true', points: truth, style: 'solid', marked: true },
      { name: 'gradient’s prediction', points: line, style: 'dashed' },
    ],
  };
}

/** What the nudge does and was foretold to do; undefined while it is being computed. */
export function changesAt(curve: ProbeCurve, amount: number, score: number) {
  const point = curve.find((one) => one.amount === amount);
  return point && { truth: point.value - score, predicted: point.predicted - score };
}

/** A change with its sign. */
export function changeText(value: number): string {
  // Rounding of float32 scores.
  if (Math.abs(value) < 5e-6) return '0';
  return `${value > 0 ? '+' : ''}${numberText(value)}`;
}

export const levelsText = (amount: number) => `${amount > 0 ? '+' : ''}${amount}`.replace('-', '−');

const names: Readonly<Record<Channels, string>> = {
  all: 'all channels',
  red: 'red',
  green: 'green',
  blue: 'blue',
};

export function probeText({ pixel, patch, channels }: Probe, amount: number): string {
  const what = patch === 1 ? 'The pixel' : `The ${patch} by ${patch} pixels around the one`;
  return `${what} at row ${pixel.y}, column ${pixel.x}, nudged by ${levelsText(amount)} in ${names[channels]}`;
}

/** How many grid points lie on which side of the truth: the whole curve in one sentence. */
export function curveText(curve: ProbeCurve, score: number): string {
  if (curve.length === 0) return '';
  const misses = curve.map(({ amount, value, predicted }) => ({
    amount,
    miss: Math.abs(value - predicted),
  }));
  const worst = misses.reduce((a, b) => (b.miss > a.miss ? b : a));
  const [low, high] = minMaxRange(curve.map(({ value }) => value - score));
  return (
    `Between −${mostLevels} and +${mostLevels} the true change runs from ${changeText(low)} to ${changeText(high)}; ` +
    `the straight line misses it by up to ${numberText(worst.miss)}, at ${levelsText(worst.amount)}.`
  );
}

export const stillAmount = 64;

export const drawPixelProbeStill: DrawStill = async (ask, subject) => {
  const data = await loadProbe(ask, subject, { model: labModel });
  const probe: Probe = { pixel: strongestPixel(data), patch: 1, channels: 'all', clip: false };
  const { model, picture } = data;
  const curve = await loadCurve(
    ask,
    picture,
    { model, target: subject.target, probe },
    gridAmounts,
  );
  return probeView(data, { probe, amount: stillAmount, curve });
};
