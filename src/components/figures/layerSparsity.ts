import { rangeChartSvg, spreadOf, type ChartRow, type Spread } from '../../draw/rangeChart.ts';
import type { Ask, LayerSparsity, ModuleInfo } from '../../worker/protocol.ts';
import {
  chapterModel,
  shownModel,
  type DrawStill,
  type ShownModel,
  type SparsitySurvey,
  type Subject,
} from './figure.ts';
import { layerAmong, secondBlock } from './layers.ts';

export interface LayerSparsityData {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly modules: readonly ModuleInfo[];
  readonly layers: readonly LayerSparsity[];
}

/** A layer over all pictures of the site, in the site's order. */
export interface SurveyedLayer {
  readonly layer: string;
  /** Zeros in a thousand activations, for each picture. */
  readonly zeros: readonly number[];
  /** Median number of silent channels. */
  readonly silent: number;
}

/** One layer of the network, for one picture. */
export interface SparseLayer extends LayerSparsity {
  /** `[C, H, W]`. */
  readonly shape: readonly number[];
}

/** The same beside all other pictures. */
export interface SparsityRow extends SparseLayer {
  /** Zero share of each surveyed picture; empty for a model that was not surveyed. */
  readonly others: readonly number[];
  readonly spread: Spread | undefined;
  /** Median number of silent channels over the surveyed pictures. */
  readonly usuallySilent: number | undefined;
}

export interface LayerSparsityView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly layers: readonly SparseLayer[];
  /** Names of modules, each with the row that shows its output. */
  readonly rowOf: Readonly<Record<string, string>>;
  /** What the feature maps show unless told otherwise. */
  readonly usualLayer: string;
}

/** The still: what the page shows at first, and the survey of every model. */
export interface LayerSparsityStill {
  readonly view: LayerSparsityView;
  /** By the model's id. */
  readonly surveys: Readonly<Record<string, readonly SurveyedLayer[]>>;
}

/** One forward pass; of the activations only their zeros are counted, where they are. */
export async function loadLayerSparsity(
  ask: Ask,
  { picture }: Pick<Subject, 'picture'>,
  model: string,
): Promise<LayerSparsityData> {
  const [description, layers] = await Promise.all([
    ask('describe', { model }),
    ask('sparsity', { model, picture }),
  ]);
  const { modules } = description;
  return { model: shownModel(description), pictureKey: picture.key, modules, layers };
}

/** A survey layer by layer instead of picture by picture. */
export function surveyedLayers(pictures: ReadonlyArray<readonly LayerSparsity[]>): SurveyedLayer[] {
  const [first = []] = pictures;
  return first.map(({ layer }, index) => ({
    layer,
    zeros: pictures.map((layers) => Math.round(1000 * layers[index]!.zeroShare)),
    silent: Math.round(spreadOf(pictures.map((layers) => layers[index]!.silentChannels))!.median),
  }));
}

/** For each module whose output is that of a row: the block that a ReLU ends, the stage that a block ends. */
function rowsByModule(
  modules: readonly ModuleInfo[],
  rows: readonly string[],
): Record<string, string> {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const rowOf: Record<string, string> = {};
  for (const { name } of modules) {
    let at: ModuleInfo | undefined = byName.get(name);
    while (at && !rows.includes(at.name)) at = at.returns ? byName.get(at.returns) : undefined;
    if (at) rowOf[name] = at.name;
  }
  for (const row of rows) {
    const inside = byName.get(row)?.returns;
    if (inside) rowOf[inside] = row;
  }
  return rowOf;
}

export function layerSparsityView({
  model,
  pictureKey,
  modules,
  layers,
}: LayerSparsityData): LayerSparsityView {
  const names = layers.map(({ layer }) => layer);
  return {
    model,
    pictureKey,
    layers: layers.map((found) => ({
      ...found,
      shape: modules.find(({ name }) => name === found.layer)!.outputShape,
    })),
    rowOf: rowsByModule(modules, names),
    usualLayer: layerAmong(modules, secondBlock(modules), names[0]!),
  };
}

/** The row that shows what the feature maps are of; none where they are of something else. */
export function selectedRow({ rowOf, usualLayer }: LayerSparsityView, wanted: string) {
  return rowOf[wanted] ?? (wanted === '' ? rowOf[usualLayer] : undefined);
}

/** @param survey of this model, if there is one */
export function sparsityRows(
  { layers }: LayerSparsityView,
  survey: readonly SurveyedLayer[] = [],
): SparsityRow[] {
  return layers.map((found) => {
    const surveyed = survey.find(({ layer }) => layer === found.layer);
    const others = (surveyed?.zeros ?? []).map((zeros) => zeros / 1000);
    return { ...found, others, spread: spreadOf(others), usuallySilent: surveyed?.silent };
  });
}

export const chartRows = (rows: readonly SparsityRow[]): ChartRow[] =>
  rows.map(({ zeroShare, others }) => ({ value: zeroShare, others }));

export const percent = (share: number): string => `${Math.round(100 * share)}\u00a0%`;

const silentText = ({ silentChannels, channels }: LayerSparsity) =>
  `${silentChannels} of ${channels} channels silent`;

/** The chart as a drawing of its own. @param picture its title */
export function sparsitySvg(
  { model }: LayerSparsityView,
  rows: readonly SparsityRow[],
  picture: string,
): string {
  const surveyed = rows[0]?.others.length ?? 0;
  const beside = surveyed > 0 ? ` beside ${surveyed} pictures` : '';
  return rangeChartSvg({
    title: `Zeros in ${model.title}: ${picture}${beside}`,
    axis: 'share of activations that are exactly zero',
    rows: rows.map((row) => ({
      label: row.layer,
      value: row.zeroShare,
      others: row.others,
      note: silentText(row),
    })),
  });
}

/** Everything about one row, in a sentence or two. */
export function rowText(row: SparsityRow): string {
  const own = `${percent(row.zeroShare)} of the cells are zero, ${silentText(row)}.`;
  if (!row.spread) return `${row.layer}, ${row.shape.join('×')}: ${own}`;
  const { range, middle, median } = row.spread;
  return (
    `${row.layer}, ${row.shape.join('×')}: ${own} Over the ${row.others.length} pictures of the site ` +
    `${percent(range[0])} to ${percent(range[1])}, half of them between ${percent(middle[0])} and ` +
    `${percent(middle[1])}, median ${percent(median)}; usually ${row.usuallySilent} of ${row.channels} silent.`
  );
}

/** The whole chart in one sentence. */
export function chartText({ model, layers }: LayerSparsityView): string {
  const [first, last] = [layers[0]!, layers.at(-1)!];
  const sparsest = layers.reduce((a, b) => (b.zeroShare > a.zeroShare ? b : a));
  return (
    `Share of activations that are zero, layer by layer, in ${model.title}: ` +
    `${percent(first.zeroShare)} in ${first.layer}, ${percent(last.zeroShare)} in ${last.layer}, ` +
    `most in ${sparsest.layer} with ${percent(sparsest.zeroShare)}`
  );
}

function surveysOf(survey: SparsitySurvey): LayerSparsityStill['surveys'] {
  return Object.fromEntries(
    Object.entries(survey).map(([model, pictures]) => [model, surveyedLayers(pictures)]),
  );
}

export const drawLayerSparsityStill: DrawStill = async (ask, subject, _files, survey) => {
  const data = await loadLayerSparsity(ask, subject, chapterModel);
  return {
    view: layerSparsityView(data),
    surveys: surveysOf(survey),
  } satisfies LayerSparsityStill;
};
