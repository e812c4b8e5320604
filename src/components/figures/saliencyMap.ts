import { minMaxRange, type ValueRange } from '../../draw/normalize.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { topShare } from '../../draw/topShare.ts';
import type {
  Ask,
  Bitmap,
  Explanation,
  KeyedPicture,
  MethodDescription,
  ModelDescription,
  Note,
  Progress,
  Target,
  TensorData,
} from '../../worker/protocol.ts';
import {
  drawnMap,
  legendNote,
  mapOver,
  signedSum,
  unitText,
  type DrawnMap,
  type MapDrawing,
} from './attributionMap.ts';
import { answerable } from './camTarget.ts';
import { channelMaps, type ChannelMap } from './channelMaps.ts';
import type { ShownMap } from './copyPytorch.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { layerAmong, spatialModules } from './layers.ts';
import type { OptionSettings } from './methodOptions.ts';
import { photograph } from './photograph.ts';

export type Reduction = 'max' | 'l2' | 'sum' | 'signed';

export interface SaliencyOptions {
  readonly model: string;
  readonly method: MethodDescription;
  readonly reduction: Reduction;
  readonly settings: OptionSettings;
  /** Empty, or one that the model does not have, for the method's own. */
  readonly layer: string;
  /** Of the methods that compare with other pictures. */
  readonly references?: readonly KeyedPicture[] | undefined;
}

export interface SaliencyData {
  readonly model: ModelDescription;
  readonly method: MethodDescription;
  readonly reduction: Reduction;
  readonly settings: OptionSettings;
  /** What was explained: a logit, a probability, its logarithm or a difference. */
  readonly kind: Target['kind'];
  readonly picture: KeyedPicture;
  readonly view: Bitmap;
  readonly explained: Explanation;
  /** How far a computation had come whose map this is; undefined for a whole one. */
  readonly progress: Progress | undefined;
}

export interface SaliencyDrawing extends MapDrawing {
  /** 0 shows the picture, 1 the map alone. */
  readonly opacity: number;
}

/** What an attribution should sum to, and what it does. */
export interface Completeness {
  readonly sum: number;
  readonly difference: number;
  readonly gap: number;
}

/** Everything the figure shows. */
export interface SaliencyView {
  readonly model: ShownModel;
  readonly method: MethodDescription;
  readonly kind: Target['kind'];
  readonly clip: number;
  readonly pictureKey: string;
  readonly view: RasterImage;
  readonly map: RasterImage;
  readonly overlay: RasterImage;
  /** Of the methods that make one number of a gradient's colour channels, these. */
  readonly channels: readonly ChannelMap[];
  readonly reduction: Reduction;
  readonly colormap: DrawnMap['colormap'];
  /** Of a map with signs, blue against the target and red for it. */
  readonly signed: boolean;
  readonly unit: string;
  /** How the map was made fit for the eye, and its raw range. */
  readonly legend: string;
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  /** The class whose logit was taken off; only of a difference. */
  readonly against: number | undefined;
  /** Value of what was explained. */
  readonly value: number;
  /** Where the method works, if it works at a layer, and where else it could. */
  readonly layer: string | undefined;
  readonly layers: readonly string[];
  /** Raw values between which the colours run. */
  readonly range: ValueRange;
  /** The raw value that is farthest from 0. */
  readonly maximum: number;
  /** Where it lies, in input pixels from the top left. */
  readonly peak: { readonly x: number; readonly y: number };
  /** Share of the total size that the strongest twentieth of the pixels holds, 0 to 1. */
  readonly topShare: number;
  readonly notes: readonly Note[];
  readonly completeness: Completeness | undefined;
  /** Whether the signs of the gradient can be had that the map was made of without them. */
  readonly hasSigns: boolean;
}

/** The still, with every method that the figure can show. */
export interface SaliencyStill extends SaliencyView {
  readonly methods: readonly MethodDescription[];
}

/** The methods of this section: those that end at the pixels of the input. */
export function benchMethods(all: readonly MethodDescription[]): MethodDescription[] {
  return all.filter(({ family }) => family !== 'class-activation');
}

/** Whether a method makes one number of a gradient's colour channels. */
export const reduces = ({ options }: MethodDescription) =>
  options.some(({ name }) => name === 'reduction');

/** Methods that compare the picture with others. */
const comparing: ReadonlySet<string> = new Set(['expected-gradients']);
const referenceCount = 6;

/** The pictures that a method compares one with: some of the others, spread over the list. */
export function referenceIds(
  { id }: MethodDescription,
  pictures: readonly string[],
  shown: string,
): string[] {
  if (!comparing.has(id)) return [];
  const others = pictures.filter((picture) => picture !== shown);
  const count = Math.min(referenceCount, others.length);
  return Array.from({ length: count }, (_, i) => others[Math.floor((i * others.length) / count)]!);
}

/** @param onPartial is given the map so far, where the method can tell, and how far it has come */
export async function loadSaliency(
  ask: Ask,
  { picture, target }: Subject,
  { model: id, method, reduction, settings, layer: wanted, references }: SaliencyOptions,
  onPartial?: (partial: SaliencyData | undefined, progress: Progress) => void,
): Promise<SaliencyData> {
  const [model, view] = await Promise.all([
    ask('describe', { model: id }),
    ask('view', { model: id, picture }),
  ]);
  const possible = await answerable(ask, model, picture, target);
  const found = { model, method, reduction, settings, kind: target.kind, picture, view };
  const reducing: OptionSettings = reduces(method) && reduction !== 'signed' ? { reduction } : {};
  const layer = method.atLayer ? layerAmong(spatialModules(model.modules), wanted, '') : '';
  const explained = await ask(
    'explain',
    {
      model: id,
      picture,
      method: method.id,
      target: possible,
      options: { ...settings, ...reducing },
      ...(layer && { layer }),
      ...(references && { references }),
    },
    onPartial &&
      (({ progress, partial }) =>
        onPartial(partial && { ...found, explained: partial, progress }, progress)),
  );
  return { ...found, explained, progress: undefined };
}

/** What the figure draws: the method's map, or where asked for the signs that it was made without. */
export function shownMap({ explained, method, reduction }: SaliencyData): TensorData {
  const signs = reduces(method) && reduction === 'signed' ? signedSum(explained) : undefined;
  return signs ?? explained.map;
}

/** The shown map as PyTorch would be asked for it. */
export function saliencyInPytorch(
  { model, method, settings, reduction, kind, picture, explained }: SaliencyData,
  references: readonly string[],
): ShownMap {
  const defaults = method.options.map((option) => [option.name, option.default] as const);
  const reducing: OptionSettings = reduces(method) ? { reduction } : {};
  return {
    model,
    picture: picture.key,
    references,
    method: method.id,
    options: { ...Object.fromEntries(defaults), ...settings, ...reducing },
    layer: explained.layer,
    target: { kind, class: explained.target.class, against: explained.target.against },
  };
}

function completenessOf({ details: { sum, difference, gap } }: Explanation) {
  if (!sum || !difference || !gap) return undefined;
  return { sum: sum.data[0]!, difference: difference.data[0]!, gap: gap.data[0]! };
}

export function saliencyView(data: SaliencyData, drawing: SaliencyDrawing): SaliencyView {
  const { method, kind, settings, explained } = data;
  const { logits, target } = explained;
  const map = shownMap(data);
  const [height, width] = map.shape as [number, number];
  const drawn = drawnMap(map, drawing);
  const sizes = map.data.map(Math.abs);
  const peak = sizes.indexOf(minMaxRange(sizes)[1]);
  const usual = !Object.values(settings).some((value) => typeof value === 'string');
  return {
    model: shownModel(data.model),
    method,
    kind,
    clip: drawing.clip,
    pictureKey: data.picture.key,
    view: rasterFromRgb(data.view.data, width, height),
    map: drawn.image,
    overlay: mapOver(photograph(data.picture.bitmap), drawn, drawing.opacity),
    channels: reduces(method) ? channelMaps(explained, drawn, drawing) : [],
    reduction: data.reduction,
    colormap: drawn.colormap,
    signed: drawn.signed,
    unit: unitText(method.unit, kind, usual),
    legend: legendNote(drawn, drawing),
    probabilities: softmax(logits),
    logits,
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: target.class,
    against: target.against,
    value: target.value,
    layer: explained.layer,
    layers: method.atLayer ? spatialModules(data.model.modules).map(({ name }) => name) : [],
    range: drawn.range,
    maximum: map.data[peak]!,
    peak: { x: peak % width, y: Math.floor(peak / width) },
    topShare: topShare(sizes, 0.05),
    notes: explained.notes,
    completeness: completenessOf(explained),
    hasSigns: reduces(method) && 'gradient' in explained.details,
  };
}

export const drawSaliencyStill: DrawStill = async (ask, subject): Promise<SaliencyStill> => {
  const methods = benchMethods(await ask('methods', {}));
  const method = methods.find(({ id }) => id === 'saliency')!;
  const options = {
    model: labModel,
    method,
    reduction: 'max',
    settings: {},
    layer: '',
  } as const;
  const view = saliencyView(await loadSaliency(ask, subject, options), {
    colormap: 'inferno',
    clip: 99,
    blur: 0,
    signs: 'signed',
    opacity: 0.6,
  });
  return { ...view, methods };
};
