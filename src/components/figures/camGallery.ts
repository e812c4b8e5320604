import type { Colormap } from '../../draw/colormap.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { overlay } from '../../draw/overlay.ts';
import { averageResize, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { bilinear } from '../../draw/upsample.ts';
import type {
  Ask,
  Explanation,
  KeyedPicture,
  MethodDescription,
  ModelDescription,
  Preview,
  TensorData,
} from '../../worker/protocol.ts';
import { controlMethod } from './camIdeas.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { blocks, lastBlock, layerAmong } from './layers.ts';
import type { OptionSettings } from './methodOptions.ts';
import { noteText } from './noteText.ts';
import { photograph, photographSize } from './photograph.ts';

/** Side in pixels of a small map. */
const smallSide = 160;

/** What all maps of the gallery have in common. */
export interface CamQuestion {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly layer: string;
}

/** One method's answer. */
export interface CamAnswer extends CamQuestion {
  readonly method: MethodDescription;
  readonly explained: Explanation;
}

/** One method's map over the picture. */
export interface CamTile {
  /** Whose answer it is: model, picture, class and layer. */
  readonly key: string;
  readonly image: RasterImage;
  readonly colormap: Colormap;
  /** Values at the two ends of the colour map: 0 to the largest or, with negative values, both signs. */
  readonly range: ValueRange;
  readonly unit: string;
  readonly grid: readonly number[];
  readonly notes: readonly string[];
}

export interface CamGalleryHead {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly layer: string;
  readonly layers: readonly string[];
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

export interface CamGalleryStill {
  readonly methods: readonly MethodDescription[];
  readonly head: CamGalleryHead;
  /** In the order of the methods. */
  readonly tiles: readonly CamTile[];
  /** Grad-CAM at full size. */
  readonly large: CamTile;
}

/** The family, quick methods first, the control last. */
export function camFamily(methods: readonly MethodDescription[]): MethodDescription[] {
  const rank = ({ id, long }: MethodDescription) => (id === controlMethod ? 2 : Number(long));
  return methods
    .filter(({ family }) => family === 'class-activation')
    .sort((a, b) => rank(a) - rank(b));
}

/** Why a method cannot answer at a layer; undefined where it can. */
export function refusal(
  { id }: MethodDescription,
  { layer, model }: CamQuestion,
): string | undefined {
  const last = lastBlock(model.modules);
  return id === 'cam' && layer !== last ? `works at ${last} alone` : undefined;
}

export async function loadQuestion(
  ask: Ask,
  picture: KeyedPicture,
  { model: id, layer: wanted }: { readonly model: string; readonly layer: string },
): Promise<CamQuestion> {
  const model = await ask('describe', { model: id });
  const among = model.modules.filter(({ name }) => blocks(model.modules).includes(name));
  return { model, picture, layer: layerAmong(among, wanted, lastBlock(model.modules)) };
}

/** @param settings what differs from the method's defaults */
export async function loadCam(
  ask: Ask,
  question: CamQuestion,
  method: MethodDescription,
  target: Subject['target'],
  settings: OptionSettings = {},
  onPreview?: (preview: Preview<'explain'>) => void,
): Promise<CamAnswer> {
  const { model, picture, layer } = question;
  const explained = await ask(
    'explain',
    {
      ...{ model: model.id, picture, method: method.id, target, options: settings },
      ...(method.atLayer && { layer }),
    },
    onPreview,
  );
  return { ...question, method, explained };
}

/** What a tile answers, as text; classes by number. */
export function answerKey(
  model: string,
  picture: string,
  layer: string,
  targetClass: number,
): string {
  return [model, picture, layer, targetClass].join(' ');
}

function rangeOf({ data }: TensorData): { colormap: Colormap; range: ValueRange } {
  const [low, high] = minMaxRange(data);
  if (low < 0) return { colormap: 'diverging', range: signedRange(data) };
  return { colormap: 'viridis', range: [0, high] };
}

const drawnSmall = new WeakMap<object, ReturnType<typeof averageResize>>();

function smallPhotograph(bitmap: KeyedPicture['bitmap']) {
  const known = drawnSmall.get(bitmap.data);
  if (known) return known;
  const small = averageResize(photograph(bitmap), smallSide, smallSide);
  drawnSmall.set(bitmap.data, small);
  return small;
}

/** @param size small for one of many */
export function camTile(answer: CamAnswer, opacity: number, size: 'small' | 'large'): CamTile {
  const { explained, model, picture, layer } = answer;
  const { map, unit, target, notes } = explained;
  const [rows, columns] = map.shape as [number, number];
  const side = size === 'small' ? smallSide : photographSize;
  const { colormap, range } = rangeOf(map);
  const large = bilinear(map.data, columns, rows, side, side);
  const heat = heatmap(large, side, side, { colormap, range });
  const base = size === 'small' ? smallPhotograph(picture.bitmap) : photograph(picture.bitmap);
  const label = model.labels[target.class] ?? '';
  return {
    key: answerKey(model.id, picture.key, layer, target.class),
    image: overlay(base, heat, opacity),
    colormap,
    range,
    unit: unit === 'target units' ? `logit of ${label}` : unit,
    grid: [rows, columns],
    notes: notes.map((note) => noteText(note, `the logit of ${label}`)),
  };
}

export function galleryHead({ explained, model, picture, layer }: CamAnswer): CamGalleryHead {
  const { logits } = explained;
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    layer,
    layers: blocks(model.modules),
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: explained.target.class,
  };
}

/** What is shown large unless the reader chooses another. */
export const firstMethod = 'grad-cam';

/** Opacity of the small maps. */
export const tileOpacity = 0.6;

export const drawCamGalleryStill: DrawStill = async (ask, { picture, target }) => {
  const methods = camFamily(await ask('methods', {}));
  const question = await loadQuestion(ask, picture, { model: labModel, layer: '' });
  const answers: CamAnswer[] = [];
  for (const method of methods) answers.push(await loadCam(ask, question, method, target));
  return {
    methods,
    head: galleryHead(answers[0]!),
    tiles: answers.map((answer) => camTile(answer, tileOpacity, 'small')),
    large: camTile(
      answers.find(({ method }) => method.id === firstMethod)!,
      tileOpacity,
      'large',
    ),
  } satisfies CamGalleryStill;
};
