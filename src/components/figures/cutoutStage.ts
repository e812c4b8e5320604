import type { Colormap } from '../../draw/colormap.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { overlay } from '../../draw/overlay.ts';
import type { Raster, RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { bilinear } from '../../draw/upsample.ts';
import type { Ask, ModelDescription, Result } from '../../worker/protocol.ts';
import { catalogueOf, classOf, type Catalogue } from './cutoutCatalogue.ts';
import { stageSize } from './cutoutPlacement.ts';
import {
  composition,
  evidenceShares,
  keyedPicture,
  openingScene,
  type Composition,
  type PartShare,
  type Pixels,
  type Scene,
} from './cutoutScene.ts';
import { drawPropSheet, loadTable, type CutoutTableView } from './cutoutTable.ts';
import {
  labModel,
  shownModel,
  type DrawStill,
  type ShownModel,
  type StillFiles,
} from './figure.ts';
import { lastBlock } from './layers.ts';

/** The class of the first or second object, the predicted one, or any. */
export type Asked = number | 'first' | 'second' | 'predicted';

export interface StageData {
  readonly model: ModelDescription;
  readonly composition: Composition;
  readonly explained: Result<'explain'>;
}

/** An object, or the background last of all, with its share of the evidence. */
export interface StagePart extends PartShare {
  readonly id: string;
  readonly title: string;
  /** Index of its class; null for the background and for what the model has no class for. */
  readonly class: number | null;
}

/** What the figure says of a scene. */
export interface StageNumbers {
  readonly model: ShownModel;
  readonly layer: string;
  readonly scene: Scene;
  readonly parts: readonly StagePart[];
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  /** From 0 to the map's largest value, in units of the logit. */
  readonly range: ValueRange;
  readonly blank: boolean;
  /** Rows and columns of the map before it is enlarged. */
  readonly cells: number;
  /** Row and column of its largest value. */
  readonly peak: { readonly row: number; readonly column: number };
}

export interface CutoutStageView {
  readonly numbers: StageNumbers;
  readonly colormap: Colormap;
  readonly image: RasterImage;
  readonly table: CutoutTableView;
  readonly catalogue: Catalogue;
  /** Small pictures of the catalogue's objects, then of its backgrounds. */
  readonly sheet: RasterImage;
}

/** The class to explain; the predicted one where the model has no class for the object. */
export function targetOf(
  asked: Asked,
  { objects }: Scene,
  catalogue: Catalogue,
  labels: readonly string[],
): number | 'predicted' {
  if (asked === 'predicted') return asked;
  if (typeof asked === 'number') return asked < labels.length ? asked : 'predicted';
  const placement = objects[asked === 'first' ? 0 : 1] ?? objects[0]!;
  const object = catalogue.objects.find(({ id }) => id === placement.object)!;
  return classOf(object, labels) ?? 'predicted';
}

export async function loadStage(
  ask: Ask,
  composed: Composition,
  { model: id, target }: { model: string; target: number | 'predicted' },
): Promise<StageData> {
  const model = await ask('describe', { model: id });
  const explained = await ask('explain', {
    model: id,
    picture: keyedPicture(composed),
    method: 'grad-cam',
    target: { kind: 'logit', class: target },
    layer: lastBlock(model.modules),
  });
  return { model, composition: composed, explained };
}

export function stageNumbers(data: StageData, { objects, grounds }: Catalogue): StageNumbers {
  const { model, composition: composed, explained } = data;
  const { scene, layers } = composed;
  const { map, logits } = explained;
  const shares = evidenceShares(map, layers, model.architecture.inputSize);
  const standing = scene.objects.map((placement) => {
    const { id, title, ...object } = objects.find((one) => one.id === placement.object)!;
    return { id, title, class: classOf(object, model.labels) ?? null };
  });
  const { id, title } = grounds.find((ground) => ground.id === scene.ground)!;
  const parts = [...standing, { id, title, class: null }];
  const [, columns] = map.shape as [number, number];
  const largest = minMaxRange(map.data)[1];
  const peak = map.data.indexOf(largest);
  return {
    model: shownModel(model),
    layer: explained.layer!,
    scene,
    parts: parts.map((part, i) => ({ ...part, ...shares[i]! })),
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass: explained.target.class,
    range: [0, largest],
    blank: largest === 0,
    cells: columns,
    peak: { row: Math.floor(peak / columns), column: peak % columns },
  };
}

/** The map at the stage's size. */
export function stageHeat({ explained: { map } }: StageData, colormap: Colormap): Raster {
  const [height, width] = map.shape as [number, number];
  const large = bilinear(map.data, width, height, stageSize, stageSize);
  const range: ValueRange = [0, minMaxRange(map.data)[1]];
  return heatmap(large, stageSize, stageSize, { colormap, range });
}

export const percent = (share: number) => `${Math.round(100 * share)} %`;

/** What the stage shows, in words. */
export function stageText({ scene, ...numbers }: StageNumbers): string {
  const { parts, model, targetClass, predictedClass, probabilities } = numbers;
  const label = model.labels[targetClass]!;
  const shown = `${parts
    .slice(0, -1)
    .map(({ title }, i) => `${title} at ${scene.objects[i]!.x}, ${scene.objects[i]!.y}`)
    .join(' and ')} of ${stageSize} by ${stageSize} pixels on ${parts.at(-1)!.title.toLowerCase()}`;
  const said = `called ${model.labels[predictedClass]} ${probabilities[predictedClass]!.toFixed(2)}`;
  if (numbers.blank) return `${shown}, ${said}. Grad-CAM of ${label} is zero everywhere.`;
  const shares = parts
    .map(({ title, evidence, area }) => `${title} ${percent(evidence)} on ${percent(area)}`)
    .join(', ');
  return (
    `${shown}, ${said}. Grad-CAM of ${label} at ${numbers.layer}, strongest ` +
    `${numberText(numbers.range[1])} at row ${numbers.peak.row}, column ${numbers.peak.column} of ` +
    `${numbers.cells} by ${numbers.cells} cells. Share of the evidence on share of the area: ${shares}.`
  );
}

export async function readCatalogue(files: StillFiles): Promise<Catalogue> {
  return catalogueOf(await files.json('images/credits.json'));
}

async function readPixels(files: StillFiles, { objects, grounds }: Catalogue): Promise<Pixels> {
  const props = [...objects, ...grounds];
  const rasters = await Promise.all(props.map(({ file }) => files.cutout(file)));
  return Object.fromEntries(props.map(({ id }, i) => [id, rasters[i]!]));
}

export const drawCutoutStageStill: DrawStill = async (ask, _subject, files) => {
  const catalogue = await readCatalogue(files);
  const pixels = await readPixels(files, catalogue);
  const { labels } = await ask('describe', { model: labModel });
  const scene = openingScene(catalogue, labels);
  const target = targetOf('first', scene, catalogue, labels);
  const composed = composition(scene, pixels)!;
  const data = await loadStage(ask, composed, { model: labModel, target });
  const props = [...catalogue.objects, ...catalogue.grounds];
  const view: CutoutStageView = {
    numbers: stageNumbers(data, catalogue),
    colormap: 'viridis',
    image: overlay(composed.raster, stageHeat(data, 'viridis'), 0.5),
    table: await loadTable(ask, labModel, catalogue, pixels),
    catalogue,
    sheet: drawPropSheet(
      props.map(({ id }) => id),
      pixels,
    ),
  };
  return view;
};
