import { heatmap } from '../../draw/heatmap.ts';
import { signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { overlay } from '../../draw/overlay.ts';
import type { RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import { nearest } from '../../draw/upsample.ts';
import type { Ask, KeyedPicture, ModelDescription, TensorData } from '../../worker/protocol.ts';
import { loadHead, weightsOf, type ClassifierHead } from './classifierHead.ts';
import {
  accountOf,
  bySize,
  byValue,
  cellSums,
  channelSums,
  contributions,
  ofCell,
  ofChannel,
  type Account,
  type Contribution,
} from './contributions.ts';
import { labModel, shownModel, type DrawStill, type ShownModel, type Subject } from './figure.ts';
import { blocks, lastBlock, layerAmong } from './layers.ts';
import { photograph, photographSize } from './photograph.ts';

/** Most cells that a ledger has rows for. */
const mostCells = 256;
/** Items that a row is unfolded to; the rest is one item more. */
const unfoldedItems = 6;

export interface LedgerData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly layer: string;
  /** `[1, C, H, W]` */
  readonly activations: TensorData;
  /** What a unit of each activation is worth: the head's weights divided by Z, or the logit's gradient. */
  readonly worth: TensorData;
  /** Where `worth` comes from. */
  readonly source: 'head' | 'gradient';
  readonly bias: number;
  readonly logits: readonly number[];
  readonly targetClass: number;
}

export interface LedgerDrawing {
  readonly rows: 'cells' | 'channels';
  readonly sort: 'contribution' | 'size' | 'index';
  /** The row that is unfolded: a cell's or a channel's index; the first where there is no such row. */
  readonly open: number;
  readonly opacity: number;
}

/** One line of the ledger: a cell or a channel, and what it adds to the logit. */
export interface LedgerRow extends Contribution {
  /** The sum of this line and all above it. */
  readonly running: number;
}

export interface LedgerView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly layer: string;
  readonly layers: readonly string[];
  readonly source: LedgerData['source'];
  readonly kind: LedgerDrawing['rows'];
  readonly grid: readonly [rows: number, columns: number];
  readonly channelCount: number;
  readonly lines: readonly LedgerRow[];
  /** The unfolded row, and its parts. */
  readonly open: Account & { readonly index: number };
  /** Contribution of each cell, row-major: of all channels, or of the unfolded one. */
  readonly cells: readonly number[];
  readonly overlay: RasterImage;
  readonly range: ValueRange;
  /** The sum of all lines. */
  readonly total: number;
  readonly bias: number;
  readonly logit: number;
  /** What is missing: logit minus bias minus total. */
  readonly residual: number;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
}

/** The blocks whose cells fit a ledger, from early to late. */
export function ledgerLayers({ modules }: Pick<ModelDescription, 'modules'>): string[] {
  return blocks(modules).filter((name) => {
    const [, height = 1, width = 1] = modules.find((module) => module.name === name)!.outputShape;
    return height * width <= mostCells;
  });
}

/** What a unit of each activation is worth if a pooling and a linear layer follow: w / Z, `[1, C, H, W]`. */
function worthOfHead(head: ClassifierHead, index: number, { shape }: TensorData): TensorData {
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const weights = weightsOf(head, index);
  const data = new Float32Array(channels * plane);
  for (let k = 0; k < channels; k++) data.fill(weights[k]! / plane, k * plane, (k + 1) * plane);
  return { shape, data };
}

export async function loadLedger(
  ask: Ask,
  { picture, target: { class: wantedClass } }: Subject,
  { model: id, layer: wanted }: { readonly model: string; readonly layer: string },
): Promise<LedgerData> {
  const model = await ask('describe', { model: id });
  const last = lastBlock(model.modules);
  const among = model.modules.filter(({ name }) => ledgerLayers(model).includes(name));
  const layer = layerAmong(among, wanted, last);
  const [{ activations, gradients, logits, target }, head] = await Promise.all([
    ask('capture', {
      model: id,
      picture,
      layers: [layer],
      gradients: [layer],
      target: { kind: 'logit', class: wantedClass },
    }),
    loadHead(ask, model),
  ]);
  const kept = activations[layer]!;
  const index = target!.class;
  const direct = layer === last && head !== undefined;
  return {
    model,
    picture,
    layer,
    activations: kept,
    worth: direct ? worthOfHead(head, index, kept) : gradients[layer]!,
    source: direct ? 'head' : 'gradient',
    bias: head?.bias.data[index] ?? 0,
    logits,
    targetClass: index,
  };
}

const orders = {
  contribution: byValue,
  size: bySize,
  index: (a: Contribution, b: Contribution) => a.index - b.index,
} as const;

function linesOf(values: readonly number[], sort: LedgerDrawing['sort']): LedgerRow[] {
  let running = 0;
  return values
    .map((value, index) => ({ index, value }))
    .sort(orders[sort])
    .map((item) => ({ ...item, running: (running += item.value) }));
}

export function ledgerView(data: LedgerData, drawing: LedgerDrawing): LedgerView {
  const { activations, logits, targetClass, bias, model } = data;
  const [, channelCount, rows, columns] = activations.shape as [number, number, number, number];
  const plane = rows * columns;
  const kind = drawing.rows;
  const parts = contributions(activations, data.worth);
  const [sums, of] = kind === 'cells' ? [cellSums, ofCell] : [channelSums, ofChannel];
  const lines = linesOf(sums(parts, plane), drawing.sort);
  const opened = lines.some(({ index }) => index === drawing.open) ? drawing.open : lines[0]!.index;
  const cells =
    kind === 'cells'
      ? cellSums(parts, plane)
      : [...parts.subarray(opened * plane, (opened + 1) * plane)];
  const range = signedRange(cells);
  const large = nearest(Float32Array.from(cells), columns, rows, photographSize, photographSize);
  const heat = heatmap(large, photographSize, photographSize, { colormap: 'diverging', range });
  const total = lines.at(-1)!.running;
  const logit = logits[targetClass]!;
  return {
    model: shownModel(model),
    pictureKey: data.picture.key,
    layer: data.layer,
    layers: ledgerLayers(model),
    source: data.source,
    kind,
    grid: [rows, columns],
    channelCount,
    lines,
    open: { index: opened, ...accountOf(of(parts, plane, opened), unfoldedItems) },
    cells,
    overlay: overlay(photograph(data.picture.bitmap), heat, drawing.opacity),
    range,
    total,
    bias,
    logit,
    residual: logit - bias - total,
    probabilities: softmax(logits),
    predictedClass: logits.indexOf(Math.max(...logits)),
    targetClass,
  };
}

/** Row and column of a cell, from 0. */
export function placeText(index: number, [, columns]: LedgerView['grid']): string {
  return `row ${Math.floor(index / columns)}, column ${index % columns}`;
}

/** A line's name. */
export function lineName({ kind, grid }: Pick<LedgerView, 'kind' | 'grid'>, index: number): string {
  return kind === 'cells' ? placeText(index, grid) : `channel ${index}`;
}

/** An unfolded part's name. */
export function partName({ kind, grid }: Pick<LedgerView, 'kind' | 'grid'>, index: number): string {
  return kind === 'cells' ? `channel ${index}` : placeText(index, grid);
}

/** A residual as small as rounding makes it, in shares of what was added up. */
const rounding = 1e-4;

/** Whether the books balance, as far as single precision can tell. */
export function balances({ residual, lines }: Pick<LedgerView, 'residual' | 'lines'>): boolean {
  const turnover = lines.reduce((sum, { value }) => sum + Math.abs(value), 0);
  return Math.abs(residual) <= rounding * Math.max(1, turnover);
}

/** Why the total is the logit minus the bias, or why it is not. */
export function balanceText(view: LedgerView): string {
  const label = view.model.labels[view.targetClass] ?? '';
  if (view.source === 'head')
    return (
      `Only an average and one linear layer lie between ${view.layer} and the logit of ${label}. ` +
      `So the cells add up to all of it but the bias; what is left over is rounding.`
    );
  const gap = numberText(view.residual);
  return balances(view)
    ? `Above ${view.layer} nothing adds a constant of its own, so the books balance here as well.`
    : `At ${view.layer} the books do not balance: ${gap} is missing. The layers above it add constants ` +
        `of their own, the shifts of their BatchNorms, and those belong to no cell.`;
}

/** The ledger in one sentence. */
export function ledgerText(view: LedgerView): string {
  const largest = view.lines.reduce((a, b) => (b.value > a.value ? b : a));
  const label = view.model.labels[view.targetClass] ?? '';
  const count = view.kind === 'cells' ? view.grid[0] * view.grid[1] : view.channelCount;
  return (
    `What the ${count} ${view.kind} of ${view.layer} add to the logit of ${label}: ` +
    `${numberText(view.total)} in all, most from ${lineName(view, largest.index)} with ` +
    `${numberText(largest.value)}`
  );
}

export const drawLedgerStill: DrawStill = async (ask, subject) =>
  ledgerView(await loadLedger(ask, subject, { model: labModel, layer: '' }), {
    rows: 'cells',
    sort: 'contribution',
    open: -1,
    opacity: 0.55,
  });
