import type { Colormap } from '../../draw/colormap.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import type { RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type {
  Ask,
  ConventionGoldens,
  ConventionMaps,
  ConventionSubject,
  KeyedPicture,
  ModelDescription,
  TensorData,
} from '../../worker/protocol.ts';
import { goldenDifference } from './conventionGoldens.ts';
import { change, mapMaker, type Change, type ConventionMap, type Size } from './conventionMaps.ts';
import {
  concerns,
  departures,
  isOpen,
  offers,
  paper,
  presets,
  settled,
  switches,
  withChoice,
  type Conventions,
  type PresetName,
  type SwitchName,
} from './conventionSwitches.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { photograph } from './photograph.ts';

export interface ConventionData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly subject: ConventionSubject;
  readonly found: ConventionMaps;
  /** PyTorch's numbers, undefined for a model that has none, or why they could not be had. */
  readonly goldens: ConventionGoldens | undefined | { readonly failure: string };
}

/** A map in colours. */
export interface DrawnConvention {
  readonly image: RasterImage;
  readonly colormap: Colormap;
  /** Values at the ends of the colours. */
  readonly range: ValueRange;
  /** Smallest and largest value of the map. */
  readonly reach: ValueRange;
  readonly conventions: Conventions;
}

/** One choice of a switch, and how far it takes the map from the one with this switch at the paper's choice. */
export interface BoardChoice {
  readonly value: string;
  readonly label: string;
  readonly selected: boolean;
  readonly paper: boolean;
  /** Whether it makes sense beside the others. */
  readonly open: boolean;
  readonly change: Change;
}

export interface BoardRow {
  readonly name: SwitchName;
  readonly label: string;
  readonly question: string;
  readonly choices: readonly BoardChoice[];
}

/** How near the map is to PyTorch's: a difference relative to its largest value, or why there is nothing to compare. */
export type GoldenLine =
  | { readonly kind: 'compared'; readonly difference: number; readonly samples: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'elsewhere'; readonly picture: string; readonly label: string }
  | { readonly kind: 'failed'; readonly failure: string };

/** Everything the figure shows. */
export interface ConventionView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly conventions: Conventions;
  readonly size: Size;
  readonly photo: RasterImage;
  readonly shown: DrawnConvention;
  /** The paper's map. */
  readonly reference: DrawnConvention;
  readonly difference: { readonly image: RasterImage; readonly range: ValueRange };
  /** Between the two, as drawn. */
  readonly change: Change;
  readonly rows: readonly BoardRow[];
  /** Undefined where the switches stand as no preset has them. */
  readonly preset: PresetName | undefined;
  /** The preset that departures are counted from. */
  readonly base: PresetName;
  readonly departures: ReadonlyArray<{ readonly label: string; readonly choice: string }>;
  readonly taps: ConventionMaps['taps'];
  /** Rows and columns of the layer. */
  readonly grid: readonly [rows: number, columns: number];
  readonly golden: GoldenLine;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

export async function loadConventions(
  ask: Ask,
  { picture, target }: Subject,
  { model: id, subject }: { readonly model: string; readonly subject: ConventionSubject },
): Promise<ConventionData> {
  const [model, found, goldens] = await Promise.all([
    ask('describe', { model: id }),
    ask('conventions', { model: id, picture, subject, class: target.class }),
    // The map does not need them.
    ask('conventionGoldens', { model: id }).catch((error: unknown) => ({
      failure: error instanceof Error ? error.message : String(error),
    })),
  ]);
  return { model, picture, subject, found, goldens };
}

const inputSize = ({ preprocessing: { height, width } }: ModelDescription): Size => [height, width];

const makers = new WeakMap<ConventionMaps, (conventions: Conventions) => ConventionMap>();

/** Makes the maps of one answer, each once. */
function makerOf({ found, model }: ConventionData): (conventions: Conventions) => ConventionMap {
  const make = makers.get(found) ?? mapMaker(found, inputSize(model));
  makers.set(found, make);
  return make;
}

function drawnConvention(
  { values, range }: ConventionMap,
  [height, width]: Size,
  conventions: Conventions,
): DrawnConvention {
  const colormap: Colormap = range[0] < 0 ? 'diverging' : 'viridis';
  const image = heatmap(values, width, height, { colormap, range });
  return { image, colormap, range, reach: minMaxRange(values), conventions };
}

/** The board: each choice of each switch that concerns the map, all others left as they are. */
export function boardRows(data: ConventionData, conventions: Conventions): BoardRow[] {
  const make = makerOf(data);
  const size = inputSize(data.model);
  return switches
    .filter(({ name }) => concerns(name, conventions.subject))
    .map(({ name, label, question, choices }) => {
      const without = make(withChoice(conventions, name, paper[name]));
      return {
        ...{ name, label, question },
        choices: Object.entries(choices).map(([value, text]) => ({
          value,
          label: text,
          selected: conventions[name] === value,
          paper: paper[name] === value,
          open: isOpen(conventions, name, value),
          change: change(make(withChoice(conventions, name, value)), without, size),
        })),
      };
    });
}

/** The largest change that any choice of a row makes. */
export function largestChoice({ choices }: BoardRow): BoardChoice {
  return choices
    .filter(({ open }) => open)
    .reduce((most, choice) => (choice.change.amount > most.change.amount ? choice : most));
}

/** Rows that something can be changed in, the one that changes most first. */
export function rankedRows(rows: readonly BoardRow[]): BoardRow[] {
  return rows
    .filter(({ choices }) => choices.filter(({ open }) => open).length > 1)
    .sort((a, b) => largestChoice(b).change.amount - largestChoice(a).change.amount);
}

function goldenLine(
  { goldens, found, picture, model }: ConventionData,
  conventions: Conventions,
  values: Float32Array,
): GoldenLine {
  if (!goldens) return { kind: 'none' };
  if ('failure' in goldens) return { kind: 'failed', failure: goldens.failure };
  if (goldens.picture !== picture.key || goldens.class !== found.class)
    return {
      kind: 'elsewhere',
      picture: goldens.picture,
      label: model.labels[goldens.class] ?? '',
    };
  const difference = goldenDifference(goldens, conventions, values);
  return { kind: 'compared', difference, samples: goldens.positions.length };
}

/** The preset whose switches these are, the wanted one first. */
function presetOf(conventions: Conventions, base: PresetName): PresetName | undefined {
  const names = [base, ...(Object.keys(presets) as PresetName[])];
  return names.find(
    (name) => offers(name, conventions.subject) && departures(conventions, name).length === 0,
  );
}

/** The numbers of the map shown, HW. */
export function shownData(data: ConventionData, wanted: Conventions): TensorData {
  const { values } = makerOf(data)({ ...wanted, subject: data.subject });
  return { shape: [...inputSize(data.model)], data: values };
}

/** @param wantedBase the preset that the reader chose last */
export function conventionView(
  data: ConventionData,
  wanted: Conventions,
  wantedBase: PresetName,
): ConventionView {
  const { model, found, picture, subject } = data;
  // Until the answer for another subject is there, the old one stays.
  const conventions = settled({ ...wanted, subject });
  const size = inputSize(model);
  const make = makerOf(data);
  const [map, reference] = [make(conventions), make({ ...paper, subject })];
  const apart = map.drawn.map((value, i) => value - reference.drawn[i]!);
  const range = signedRange(apart);
  const base = offers(wantedBase, subject) ? wantedBase : 'paper';
  const layer = model.modules.find(({ name }) => name === found.taps.after)!;
  const [, rows, columns] = layer.outputShape as [number, number, number];
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    conventions,
    size,
    photo: photograph(picture.bitmap),
    shown: drawnConvention(map, size, conventions),
    reference: drawnConvention(reference, size, { ...paper, subject }),
    difference: {
      image: heatmap(apart, size[1], size[0], { colormap: 'diverging', range }),
      range,
    },
    change: change(map, reference, size),
    rows: boardRows(data, conventions),
    preset: presetOf(conventions, base),
    base,
    departures: departures(conventions, base).map(({ name, label, choices }) => ({
      label,
      choice: choices[conventions[name]]!,
    })),
    taps: found.taps,
    grid: [rows, columns],
    golden: goldenLine(data, conventions, map.values),
    probabilities: [...softmax(found.logits)],
    predictedClass: found.logits.indexOf(Math.max(...found.logits)),
    targetClass: found.class,
  };
}

export const drawConventionsStill: DrawStill = async (ask, subject) => {
  const data = await loadConventions(ask, subject, { model: labModel, subject: 'grad-cam' });
  return conventionView(data, { ...presets.captum, subject: 'grad-cam' }, 'captum');
};
