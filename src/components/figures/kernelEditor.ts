import type { FieldName } from '../../client/fields.ts';
import { initialValue } from '../../client/state.ts';
import { convolve, paddedPicture, type PaddedPicture } from '../../draw/convolve.ts';
import { signedTile } from '../../draw/filterTiles.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { needsLightInk } from '../../draw/ink.ts';
import { rankFilters } from '../../draw/kernelMatch.ts';
import { largestMagnitude } from '../../draw/kernels.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import type { Ask, Bitmap, TensorData } from '../../worker/protocol.ts';
import { chapterModel, labModel, type DrawStill, type Subject } from './figure.ts';
import {
  kernelCells,
  kernelSize,
  type Cells,
  type KernelSettings,
  type KernelSize,
} from './kernelCells.ts';
import { firstConvolution } from './layers.ts';

/** How many of the learned filters are shown. */
export const shownMatches = 8;

export interface KernelEditorData {
  readonly size: KernelSize;
  /** Name of the network whose filters a kernel is held against. */
  readonly network: string;
  /** Its first convolution. */
  readonly layer: string;
  readonly stride: number;
  /** `[filters, 3, k, k]`. */
  readonly filters: TensorData;
  /** The picture as that network sees it. */
  readonly view: Bitmap;
  readonly input: PaddedPicture;
}

/** One cell of the kernel. */
export interface KernelCell {
  /** CSS colour: half bright where a channel has no weight. */
  readonly colour: string;
  readonly lightInk: boolean;
  /** The weight, or one for each channel where they differ. */
  readonly text: string;
}

/** The kernel as it stands. */
export interface KernelView {
  readonly size: KernelSize;
  /** Row by row. */
  readonly cells: readonly KernelCell[];
  /** Whether the three channels have the same weights. */
  readonly isGrey: boolean;
  readonly isEmpty: boolean;
  /** Of the weights as they are applied. */
  readonly mean: number;
  /** Sum of the weights on red, green and blue. */
  readonly sums: readonly number[];
  /** Whether a region without any change gives 0, whatever its colour. */
  readonly isBlindToFlat: boolean;
}

/** What the kernel makes of the picture. */
export interface ResponseView {
  readonly show: KernelSettings['show'];
  readonly image: RasterImage;
  readonly colormap: 'diverging' | 'inferno';
  /** Values between which the colours run. */
  readonly range: ValueRange;
  /** Smallest and largest response. */
  readonly extent: ValueRange;
  readonly size: readonly [width: number, height: number];
  readonly peak: { readonly row: number; readonly column: number };
  /** `[H, W]`; none in the still. */
  readonly map?: Float32Array;
}

export interface MatchView {
  readonly index: number;
  readonly similarity: number;
  readonly tile: RasterImage;
}

/** What does not depend on the kernel. */
export interface NetworkView {
  readonly title: string;
  readonly layer: string;
  readonly stride: number;
  readonly count: number;
  readonly size: KernelSize;
}

/** Everything that the figure shows beside the kernel itself. */
export interface KernelEditorView {
  readonly network: NetworkView;
  readonly response: ResponseView;
  /** The filters most like the kernel, the nearest first. */
  readonly matches: readonly MatchView[];
}

/** The networks that kernels of a side are compared with. */
export const networkOfSize: Readonly<Record<KernelSize, string>> = { 3: labModel, 7: chapterModel };

/**
 * Needs the first layer's weights only. A network that does not read colour gives way to the one
 * of its side that the chapter shows.
 */
export async function loadKernelEditor(
  ask: Ask,
  { picture }: Pick<Subject, 'picture'>,
  wanted: string,
): Promise<KernelEditorData> {
  const { title, modules, preprocessing } = await ask('describe', { model: wanted });
  const layer = firstConvolution(modules);
  const [filters, view] = await Promise.all([
    ask('parameter', { model: wanted, name: `${layer}.weight` }),
    ask('view', { model: wanted, picture }),
  ]);
  const [, channels, size] = filters.shape as [number, number, number];
  if (channels !== 3) return loadKernelEditor(ask, { picture }, networkOfSize[size === 3 ? 3 : 7]);
  return {
    size: size === 3 ? 3 : 7,
    network: title,
    layer,
    stride: modules.find(({ name }) => name === layer)!.window!.stride,
    filters,
    view,
    input: paddedPicture(view, preprocessing, (size - 1) / 2),
  };
}

/** Filter `index` of the layer, `[3, k, k]`, raw; the first one where there is no such filter. */
export function learnedFilter(
  { filters: { shape, data } }: Pick<KernelEditorData, 'filters'>,
  index: number,
): Float32Array {
  const length = data.length / shape[0]!;
  const at = index < shape[0]! ? index : 0;
  return data.subarray(at * length, (at + 1) * length);
}

/**
 * By what the cells are multiplied before they are laid on the picture: so that their magnitudes add
 * up to 1, or to what was drawn; a learned filter keeps its own scale then, also while it is edited.
 */
export function appliedScale(
  cells: Cells,
  { scale, start, learned }: KernelSettings,
  data: Pick<KernelEditorData, 'filters'> | undefined,
): number {
  if (scale === 'drawn')
    return start === 'learned' && data ? largestMagnitude(learnedFilter(data, learned)) : 1;
  const sum = cells.reduce((total, weight) => total + Math.abs(weight), 0);
  return sum > 0 ? 1 / sum : 1;
}

/** Two digits after the point, fewer than three before: it has to fit into a cell. */
function weightText(weight: number): string {
  const text = weight.toFixed(2);
  return (text === '-0.00' ? '0.00' : text).replace('-', '−');
}

/** @param scale what the weights are multiplied with when they are applied */
export function kernelView(cells: Cells, scale: number): KernelView {
  const length = cells.length / 3;
  const size = Math.sqrt(length) as KernelSize;
  const { rgba } = signedTile(cells, 3, size, size, [-1, 1]);
  const weights = (cell: number) => [0, 1, 2].map((c) => cells[c * length + cell]!);
  const isGrey = cells.every((weight, i) => Math.abs(weight - cells[i % length]!) < 1e-6);
  const sums = [0, 1, 2].map(
    (c) => scale * cells.subarray(c * length, (c + 1) * length).reduce((a, b) => a + b, 0),
  );
  const total = scale * cells.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return {
    size,
    cells: Array.from({ length }, (_, cell) => {
      const [red, green, blue] = rgba.subarray(4 * cell, 4 * cell + 3) as unknown as number[];
      const [r, g, b] = weights(cell).map(weightText);
      return {
        colour: `rgb(${red} ${green} ${blue})`,
        lightInk: needsLightInk(red!, green!, blue!),
        text: r === g && g === b ? r! : `red ${r}, green ${g}, blue ${b}`,
      };
    }),
    isGrey,
    isEmpty: total === 0,
    mean: sums.reduce((a, b) => a + b) / cells.length,
    sums,
    // Weights come in hundredths; what is below a thousandth of them all is rounding.
    isBlindToFlat: total > 0 && sums.every((sum) => Math.abs(sum) < 1e-3 * total),
  };
}

export function responseView(
  { view, input, size }: KernelEditorData,
  kernel: Cells,
  show: KernelSettings['show'],
): ResponseView {
  const { width, height } = view;
  const map = convolve(input, kernel, size);
  const extent = minMaxRange(map);
  const strongest = map.indexOf(extent[1] >= -extent[0] ? extent[1] : extent[0]);
  const shared = {
    show,
    map,
    extent,
    size: [width, height] as const,
    peak: { row: Math.floor(strongest / width), column: strongest % width },
  };
  if (show === 'absolute') {
    const range: ValueRange = [0, Math.max(-extent[0], extent[1])];
    const image = heatmap(map.map(Math.abs), width, height, { colormap: 'inferno', range });
    return { ...shared, colormap: 'inferno', range, image };
  }
  const range = signedRange(map);
  const image =
    show === 'picture'
      ? rasterFromRgb(view.data, width, height)
      : heatmap(map, width, height, { colormap: 'diverging', range });
  return { ...shared, colormap: 'diverging', range, image };
}

export function matchViews(
  { filters, size }: KernelEditorData,
  cells: Cells,
  means: KernelSettings['means'],
): MatchView[] {
  const { data, shape } = filters;
  const length = data.length / shape[0]!;
  return rankFilters(data, cells, means === 'removed')
    .slice(0, shownMatches)
    .map(({ index, similarity }) => ({
      index,
      similarity,
      tile: signedTile(data.subarray(index * length, (index + 1) * length), 3, size, size),
    }));
}

export function kernelEditorView(
  data: KernelEditorData,
  cells: Cells,
  settings: KernelSettings,
): KernelEditorView {
  const { network, layer, stride, size, filters } = data;
  const scale = appliedScale(cells, settings, data);
  const kernel = cells.map((weight) => scale * weight);
  return {
    network: { title: network, layer, stride, count: filters.shape[0]!, size },
    response: responseView(data, kernel, settings.show),
    matches: matchViews(data, cells, settings.means),
  };
}

/** What the response shows, in words. */
export function responseText({ response }: KernelEditorView): string {
  const [low, high] = response.extent.map((value) => numberText(value));
  const { row, column } = response.peak;
  const [width, height] = response.size;
  return (
    `Response of the kernel: from ${low} to ${high}, strongest at row ${row}, ` +
    `column ${column} of ${height} by ${width}`
  );
}

export const settingNames = [
  'size',
  'start',
  'learned',
  'cells',
  'angle',
  'wavelength',
  'phase',
  'sigma',
  'aspect',
  'colour',
  'tint',
  'scale',
  'show',
  'means',
] as const satisfies readonly (keyof KernelSettings)[];

/** What the figure begins with. */
function firstSettings(): KernelSettings {
  const values = settingNames.map((name) => [name, initialValue(`kernel.${name}` as FieldName)]);
  return Object.fromEntries(values) as KernelSettings;
}

export const drawKernelEditorStill: DrawStill = async (ask, subject) => {
  const settings = firstSettings();
  const data = await loadKernelEditor(ask, subject, networkOfSize[kernelSize(settings)]);
  const view = kernelEditorView(data, kernelCells(settings, undefined)!, settings);
  const { show, image, colormap, range, extent, size, peak } = view.response;
  const response = { show, image, colormap, range, extent, size, peak };
  return { ...view, response } satisfies KernelEditorView;
};
