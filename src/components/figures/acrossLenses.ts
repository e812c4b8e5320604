import type { RasterImage } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type { Ask, KeyedPicture, ModelDescription, TensorData } from '../../worker/protocol.ts';
import {
  accountOf,
  byValue,
  ofCell,
  strongest,
  type Account,
  type Contribution,
} from './contributions.ts';
import {
  chapterModel,
  labModel,
  shownModel,
  type DrawStill,
  type ShownModel,
  type Subject,
} from './figure.ts';
import { lastBlock, layerAmong } from './layers.ts';
import { booksOf, tileOf, type Books, type LensMethod } from './lensBooks.ts';
import { filterLens, loadFilters, type FilterLens, type LensFilters } from './lensFilter.ts';
import { lensLayers, type Cell, type LensLayer } from './lensLayers.ts';
import { currentPatchFile, type PatchFile } from './patchFile.ts';
import { patchWindow, type Rectangle } from './patchWindow.ts';
import { photograph, photographSize } from './photograph.ts';
import { insideShare, fieldSquare, type Square } from './receptiveField.ts';
import { shownPatches, type ShownPatch } from './shownPatches.ts';

export interface LensData {
  readonly model: ModelDescription;
  readonly picture: KeyedPicture;
  readonly layers: readonly LensLayer[];
  readonly layer: LensLayer;
  /** `[1, C, H, W]` at the layer, as the gradients of the target's logit. */
  readonly activations: TensorData;
  readonly gradients: TensorData;
  readonly logits: readonly number[];
  readonly targetClass: number;
  /** Undefined for a network that has none. */
  readonly atlas: PatchFile | undefined;
  /** Only of a layer whose channels are filters. */
  readonly filters: LensFilters | undefined;
}

/** The one selection that everything follows; -1 for the strongest cell, and for its strongest channel. */
export interface Brush extends Cell {
  readonly channel: number;
}

/** A channel's part in one cell. */
export interface LensPart extends Contribution {
  /** The channel's own map. */
  readonly map: RasterImage;
  /** What excites the channel most; undefined where that is not known, or nothing does. */
  readonly best: ShownPatch | undefined;
}

/** The cell that is lit. */
export interface LensCell extends Cell {
  /** What it adds to the logit. */
  readonly value: number;
  /** Of all that speaks for the class at this layer; undefined for a cell that does not. */
  readonly share: number | undefined;
  /** What it sees, in input pixels; parts of it may lie outside. */
  readonly field: Square;
  /** Share of that which lies on the picture. */
  readonly inside: number;
  /** The largest square of it on the photograph, in the photograph's pixels. */
  readonly seen: Rectangle;
  readonly parts: readonly LensPart[];
  readonly rest: Account['rest'];
}

/** The channel that is lit. */
export interface LensChannel {
  readonly index: number;
  readonly map: RasterImage;
  /** Its activation at the cell, and what that adds to the logit. */
  readonly activation: number;
  readonly value: number;
  /** From 1, in the order of what channels add to the cell. */
  readonly rank: number;
  /** The cells at which it adds most, strongest first. */
  readonly peaks: readonly Cell[];
  readonly patches: readonly ShownPatch[];
  readonly filter: FilterLens | undefined;
}

/** Everything the figure shows. */
export interface LensesView {
  readonly model: ShownModel;
  readonly pictureKey: string;
  readonly layers: readonly LensLayer[];
  readonly layer: LensLayer;
  readonly method: LensMethod;
  /** Height and width of the input in pixels. */
  readonly inputSize: number;
  readonly channelCount: number;
  readonly map: Books['map'];
  readonly photo: RasterImage;
  readonly cell: LensCell;
  readonly channel: LensChannel;
  readonly probabilities: readonly number[];
  readonly predictedClass: number;
  readonly targetClass: number;
  /** Models of the site that have an atlas. */
  readonly atlases: readonly string[];
}

/** Channels that are named for a cell, and cells that are ringed for a channel. */
export const namedChannels = 8;
const ringedCells = 5;

/** @param atlas the model's `patches.json`, where it has one */
export async function loadLenses(
  ask: Ask,
  { picture, target: { class: wantedClass } }: Subject,
  { model: id, layer: wanted, atlas }: { model: string; layer: string; atlas?: PatchFile },
): Promise<LensData> {
  const model = await ask('describe', { model: id });
  const { fields } = await ask('receptiveFields', { model: id });
  const layers = lensLayers(model.modules, fields, atlas);
  const among = model.modules.filter(({ name }) => layers.some((layer) => layer.name === name));
  const name = layerAmong(among, wanted, lastBlock(model.modules));
  const layer = layers.find((one) => one.name === name)!;
  const [{ activations, gradients, logits, target }, filters] = await Promise.all([
    ask('capture', {
      model: id,
      picture,
      layers: [name],
      gradients: [name],
      target: { kind: 'logit', class: wantedClass },
    }),
    layer.convolution
      ? loadFilters(ask, { id, convolution: layer.convolution, picture })
      : undefined,
  ]);
  return {
    model,
    picture,
    layers,
    layer,
    activations: activations[name]!,
    gradients: gradients[name]!,
    logits,
    targetClass: target!.class,
    atlas,
    filters,
  };
}

/** The cell wanted, if the layer has it; the strongest otherwise. */
function cellOf(
  { row, column }: Cell,
  [rows, columns]: LensLayer['grid'],
  strongest: number,
): number {
  const there = row >= 0 && row < rows && column >= 0 && column < columns;
  return there ? row * columns + column : strongest;
}

const placeOf = (index: number, [, columns]: LensLayer['grid']): Cell => ({
  row: Math.floor(index / columns),
  column: index % columns,
});

/** Patches of a channel; none where the atlas has none. */
function patchesOf({ atlas, layer, model }: LensData, channel: number, base: string): ShownPatch[] {
  if (!atlas || !layer.patches) return [];
  const places = { layer: layer.name, field: layer.field, inputSize: sizeOf(model), base };
  return shownPatches(atlas, places, channel);
}

const sizeOf = ({ architecture }: ModelDescription) => architecture.inputSize;

function lensCell(data: LensData, all: Books, index: number, base: string): LensCell {
  const { grid, field } = data.layer;
  const inputSize = sizeOf(data.model);
  const cell = placeOf(index, grid);
  const value = all.cells[index]!;
  const account = accountOf(ofCell(all.parts, all.cells.length, index), namedChannels);
  const square = fieldSquare(field, cell);
  const whole = { left: 0, top: 0, side: photographSize };
  return {
    ...cell,
    value,
    share: value > 0 ? value / all.positive : undefined,
    field: square,
    inside: insideShare(square, inputSize),
    seen: patchWindow(field, cell, inputSize, whole).tile,
    parts: account.parts.map((part) => ({
      ...part,
      map: tileOf(data.activations, part.index),
      best: patchesOf(data, part.index, base)[0],
    })),
    rest: account.rest,
  };
}

function lensChannel(
  data: LensData,
  all: Books,
  { index, cell, base }: { index: number; cell: number; base: string },
): LensChannel {
  const plane = all.cells.length;
  const channels = ofCell(all.parts, plane, cell);
  const value = channels[index]!.value;
  const peaks = strongest(all.parts.subarray(index * plane, (index + 1) * plane), ringedCells);
  return {
    index,
    map: tileOf(data.activations, index),
    activation: data.activations.data[index * plane + cell]!,
    value,
    rank: 1 + channels.filter((other) => byValue(other, channels[index]!) < 0).length,
    peaks: peaks.map((part) => placeOf(part.index, data.layer.grid)),
    patches: patchesOf(data, index, base),
    filter:
      data.filters &&
      filterLens(data.filters, index, { ...placeOf(cell, data.layer.grid) }, data.layer.field),
  };
}

/**
 * Everything that belongs to one cell and one of its channels, from what the engine has answered:
 * quick enough for every move of a pointer.
 *
 * @param base of the site, before the addresses of photographs
 */
export function lensesView(
  data: LensData,
  {
    brush,
    method,
    base,
    atlases,
  }: { brush: Brush; method: LensMethod } & Pick<LensesView, 'atlases'> & { base: string },
): LensesView {
  const all = booksOf(data, method);
  const cell = cellOf(brush, data.layer.grid, all.strongest);
  const shown = lensCell(data, all, cell, base);
  const channelCount = data.activations.shape[1]!;
  const there = brush.channel >= 0 && brush.channel < channelCount;
  const index = there ? brush.channel : shown.parts[0]!.index;
  return {
    model: shownModel(data.model),
    pictureKey: data.picture.key,
    layers: data.layers,
    layer: data.layer,
    method,
    inputSize: sizeOf(data.model),
    channelCount,
    map: all.map,
    photo: photograph(data.picture.bitmap),
    cell: shown,
    channel: lensChannel(data, all, { index, cell, base }),
    probabilities: softmax(data.logits),
    predictedClass: data.logits.indexOf(Math.max(...data.logits)),
    targetClass: data.targetClass,
    atlases,
  };
}

export const drawLensesStill: DrawStill = async (ask, subject, files) => {
  const found = await Promise.all(
    [labModel, chapterModel].map((model) => currentPatchFile(model, files)),
  );
  const [atlas] = found;
  const data = await loadLenses(ask, subject, {
    model: labModel,
    layer: '',
    ...(atlas && { atlas }),
  });
  return lensesView(data, {
    brush: { row: -1, column: -1, channel: -1 },
    method: 'grad-cam',
    base: '',
    atlases: found.flatMap((file) => (file ? [file.model] : [])),
  });
};
