import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type { ValueRange } from '../../draw/normalize.ts';
import type {
  Bitmap,
  KeyedPicture,
  MethodDescription,
  Note,
  TensorData,
} from '../../worker/protocol.ts';
import { drawnMap, unitText, type DrawnMap } from './attributionMap.ts';
import {
  labModel,
  shownModel,
  type DrawStill,
  type ShownModel,
  type StillFiles,
} from './figure.ts';
import { quickSettings } from './methodOptions.ts';
import {
  benchMethods,
  loadSaliency,
  reduces,
  referenceIds,
  shownMap,
  type SaliencyData,
} from './saliencyMap.ts';

export interface GalleryDrawing {
  readonly signs: 'signed' | 'magnitude';
  /** Values beyond this percentile take the last colour. */
  readonly clip: number;
}

/** One method's map. */
export interface GalleryTile {
  readonly method: string;
  readonly image: RasterImage;
  readonly colormap: DrawnMap['colormap'];
  /** Values between which the colours run. */
  readonly range: ValueRange;
  readonly raw: ValueRange;
  readonly unit: string;
  readonly notes: readonly Note[];
  readonly subject: TileSubject;
}

/** What a tile is about; classes by number. */
export interface TileSubject {
  readonly model: string;
  readonly picture: string;
  readonly target: number;
  readonly predicted: number;
}

/** Whether a tile answers what is asked. */
export function answers(
  { subject: { model, picture, target, predicted } }: GalleryTile,
  asked: {
    readonly model: string;
    readonly picture: string;
    readonly target: number | 'predicted';
  },
): boolean {
  const wanted = asked.target === 'predicted' ? predicted : asked.target;
  return model === asked.model && picture === asked.picture && target === wanted;
}

/** Whom the maps are about. */
export interface GalleryPicture {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly view: RasterImage;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

/** Everything the figure shows. */
export interface GalleryView extends GalleryPicture {
  readonly tiles: readonly GalleryTile[];
}

/** The still, with every method in the order of its tiles. */
export interface GalleryStill extends GalleryView {
  readonly methods: readonly MethodDescription[];
}

/** In the order in which they are computed: the quick ones first. */
export function galleryMethods(all: readonly MethodDescription[]): MethodDescription[] {
  const methods = benchMethods(all);
  return [...methods.filter(({ long }) => !long), ...methods.filter(({ long }) => long)];
}

/** How a method is asked to be one of many: with fewer samples than by itself, and for the logit. */
export function galleryOptions(
  method: MethodDescription,
  model: string,
  references: readonly KeyedPicture[],
) {
  return {
    model,
    method,
    settings: quickSettings(method.options),
    reduction: 'max',
    layer: '',
    references: references.length > 0 ? references : undefined,
  } as const;
}

const strongest = (logits: readonly number[]) => logits.indexOf(Math.max(...logits));

export function galleryPicture({ model, picture, view, explained }: SaliencyData): GalleryPicture {
  const { logits, target } = explained;
  return {
    model: shownModel(model),
    pictureKey: picture.key,
    view: rasterOf(view),
    probabilities: softmax(logits),
    predictedClass: strongest(logits),
    targetClass: target.class,
  };
}

const rasterOf = ({ data, width, height }: Bitmap) => rasterFromRgb(data, width, height);

/** The signs of a gradient can be had of the same data as the map without them. */
export function galleryTile(data: SaliencyData, { signs, clip }: GalleryDrawing): GalleryTile {
  const { method, explained } = data;
  const map = shownMap({ ...data, reduction: signs === 'signed' ? 'signed' : 'max' });
  const { image, colormap, range, raw } = drawnMap(map, {
    colormap: 'inferno',
    clip,
    blur: 0,
    signs,
  });
  return {
    method: method.id,
    image,
    colormap,
    range,
    raw,
    unit: unitText(method.unit, 'logit'),
    notes: explained.notes,
    subject: {
      model: data.model.id,
      picture: data.picture.key,
      target: explained.target.class,
      predicted: strongest(explained.logits),
    },
  };
}

/** What the bench is set to so that it shows the same map, at its full number of samples. */
export function benchState(method: MethodDescription, { signs, clip }: GalleryDrawing) {
  return {
    'saliency.method': method.id,
    'saliency.options': '',
    'saliency.layer': '',
    'saliency.kind': 'logit',
    'saliency.reduction': reduces(method) && signs === 'signed' ? 'signed' : 'max',
    'saliency.signs': signs,
    'saliency.clip': clip,
    'saliency.blur': 0,
  } as const;
}

interface Credits {
  readonly pictures: ReadonlyArray<{ readonly id: string; readonly file: string }>;
}

/** The pictures that a method compares one with. */
async function referencesOf(
  method: MethodDescription,
  { pictures }: Credits,
  shown: string,
  files: StillFiles,
): Promise<KeyedPicture[]> {
  const ids = pictures.map(({ id }) => id);
  return Promise.all(
    referenceIds(method, ids, shown).map(async (key) => {
      const { file } = pictures.find(({ id }) => id === key)!;
      return { key, bitmap: await files.picture(file) };
    }),
  );
}

/** All maps in one array, `[methods, H, W]`; undefined as long as one is missing. */
export function galleryMaps(
  methods: readonly MethodDescription[],
  found: Readonly<Record<string, SaliencyData>>,
  signs: GalleryDrawing['signs'],
): TensorData | undefined {
  const all = methods.map(({ id }) => found[id]);
  if (all.some((data) => data === undefined)) return undefined;
  const reduction = signs === 'signed' ? 'signed' : 'max';
  const maps = all.map((data) => shownMap({ ...data!, reduction }));
  const [height, width] = maps[0]!.shape as [number, number];
  const out = new Float32Array(maps.length * height * width);
  maps.forEach(({ data }, i) => out.set(data, i * height * width));
  return { shape: [maps.length, height, width], data: out };
}

export const drawGalleryStill: DrawStill = async (ask, subject, files): Promise<GalleryStill> => {
  const drawing = { signs: 'magnitude', clip: 99 } as const;
  const credits = (await files.json('images/credits.json')) as Credits;
  const methods = galleryMethods(await ask('methods', {}));
  const found: SaliencyData[] = [];
  for (const method of methods) {
    const references = await referencesOf(method, credits, subject.picture.key, files);
    found.push(await loadSaliency(ask, subject, galleryOptions(method, labModel, references)));
  }
  return {
    ...galleryPicture(found[0]!),
    tiles: found.map((data) => galleryTile(data, drawing)),
    methods,
  };
};
