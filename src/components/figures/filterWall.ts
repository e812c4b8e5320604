import { channelTile, filterTile } from '../../draw/filterTiles.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { needsLightInk } from '../../draw/ink.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { rasterFromRgb, type Raster, type RasterImage, type Rgba } from '../../draw/raster.ts';
import { tileGrid } from '../../draw/tileGrid.ts';
import type { Ask, Bitmap, TensorData } from '../../worker/protocol.ts';
import { digitsModel, labModel, type DrawStill, type Subject } from './figure.ts';

/** The networks whose first layers hang on the wall. */
export const networks = [
  { key: 'trained', model: labModel, title: 'SmallCNN, trained on photographs' },
  { key: 'untrained', model: `${labModel}@untrained`, title: 'its untrained twin' },
  { key: 'digits', model: digitsModel, title: 'the same layers, trained on digits' },
] as const;

export type NetworkKey = (typeof networks)[number]['key'];

const firstLayer = 'features.0.0';
/** Tiles in a row of a wall. */
export const wallColumns = 8;

/** One network's first layer and what it makes of the picture. */
export interface FirstLayer {
  readonly key: NetworkKey;
  readonly title: string;
  /** `[filters, channels, height, width]`. */
  readonly weightOIHW: TensorData;
  /** The picture as this network sees it. */
  readonly input: Bitmap;
  /** `[1, filters, H, W]`: the layer's output, before BatchNorm. */
  readonly response: TensorData;
}

export type FilterWallData = readonly FirstLayer[];

export interface Wall {
  readonly key: NetworkKey;
  readonly title: string;
  readonly count: number;
  /** What hangs there, in words. */
  readonly summary: string;
  /** All filters in one picture; only in the still. */
  readonly atlas?: RasterImage;
  /** One for each filter; none in the still. */
  readonly tiles: readonly Raster[];
  readonly labels: readonly string[];
}

/** A filter's weights on one input channel. */
export interface FilterChannel {
  readonly name: string;
  /** Row by row. */
  readonly rows: ReadonlyArray<ReadonlyArray<WeightCell>>;
}

export interface WeightCell {
  readonly value: number;
  /** CSS colour of the value on the filter's signed scale. */
  readonly colour: string;
  /** Whether light ink reads better on it than dark ink. */
  readonly lightInk: boolean;
}

/** The filter in focus. */
export interface FilterView {
  readonly network: NetworkKey;
  readonly index: number;
  readonly patch: RasterImage;
  readonly patchSummary: string;
  readonly channels: readonly FilterChannel[];
  /** Scale of the channels' colours, centred on 0. */
  readonly range: ValueRange;
  /** Smallest and largest weight. */
  readonly extent: ValueRange;
  /** Square root of the sum of the squared weights. */
  readonly norm: number;
  readonly input: RasterImage;
  readonly response: RasterImage;
  /** Scale of the response's colours, centred on 0. */
  readonly responseRange: ValueRange;
  /** Smallest and largest response. */
  readonly responseExtent: ValueRange;
  /** Where the response is largest. */
  readonly peak: { readonly row: number; readonly column: number };
}

/** Everything the figure shows. */
export interface FilterWallView {
  readonly walls: readonly Wall[];
  readonly filter: FilterView;
}

/** Needs the first layer's weights only: nothing deeper is computed or fetched. */
export async function loadFilterWall(
  ask: Ask,
  { picture }: Pick<Subject, 'picture'>,
): Promise<FilterWallData> {
  return Promise.all(
    networks.map(async ({ key, model, title }) => {
      const [weightOIHW, input, { activations }] = await Promise.all([
        ask('parameter', { model, name: `${firstLayer}.weight` }),
        ask('view', { model, picture }),
        ask('capture', { model, picture, layers: [firstLayer] }),
      ]);
      return { key, title, weightOIHW, input, response: activations[firstLayer]! };
    }),
  );
}

/** Filter `index` of a wall, as channel, height, width. */
function filterOf({ shape, data }: TensorData, index: number): Float32Array {
  const size = shape[1]! * shape[2]! * shape[3]!;
  return data.slice(index * size, (index + 1) * size);
}

const normOf = (weights: Float32Array) => Math.hypot(...weights);

export function wallViews(data: FilterWallData): Wall[] {
  return data.map(({ key, title, weightOIHW }) => {
    const [count, channels, height, width] = weightOIHW.shape as [number, number, number, number];
    const filters = Array.from({ length: count }, (_, index) => filterOf(weightOIHW, index));
    const norms = filters.map(normOf);
    const [low, high] = minMaxRange(norms);
    return {
      key,
      title,
      count,
      summary:
        `${count} filters of ${height}×${width} ${channels === 3 ? 'colour' : 'grey'} weights; ` +
        `norms from ${numberText(low)} (filter ${norms.indexOf(low)}) ` +
        `to ${numberText(high)} (filter ${norms.indexOf(high)})`,
      tiles: filters.map((weights) => filterTile(weights, channels, height, width)),
      labels: norms.map((norm, index) => `filter ${index}, norm ${numberText(norm)}`),
    };
  });
}

export function filterView(data: FilterWallData, key: NetworkKey, index: number): FilterView {
  const layer = data.find((candidate) => candidate.key === key)!;
  const { weightOIHW, input } = layer;
  const [, channels, height, width] = weightOIHW.shape as [number, number, number, number];
  const weights = filterOf(weightOIHW, index);
  const range = signedRange(weights);
  return {
    network: key,
    index,
    patch: filterTile(weights, channels, height, width),
    patchSummary: extremes(weights, channels, height, width),
    channels: (channels === 3 ? ['R', 'G', 'B'] : ['grey']).map((name, channel) => {
      const plane = weights.subarray(channel * height * width, (channel + 1) * height * width);
      return { name, rows: weightRows(plane, height, width, range) };
    }),
    range,
    extent: minMaxRange(weights),
    norm: normOf(weights),
    input: rasterFromRgb(input.data, input.width, input.height),
    ...responseView(layer.response, index),
  };
}

function responseView({ shape, data }: TensorData, index: number) {
  const [, , height, width] = shape as [number, number, number, number];
  const map = data.subarray(index * height * width, (index + 1) * height * width);
  const responseRange = signedRange(map);
  const responseExtent = minMaxRange(map);
  const peak = map.indexOf(responseExtent[1]);
  return {
    response: heatmap(map, width, height, { colormap: 'diverging', range: responseRange }),
    responseRange,
    responseExtent,
    peak: { row: Math.floor(peak / width), column: peak % width },
  };
}

/** One channel's weights with the colours that `channelTile` gives them. */
function weightRows(
  plane: Float32Array,
  height: number,
  width: number,
  range: ValueRange,
): WeightCell[][] {
  const { rgba } = channelTile(plane, height, width, range);
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const cell = row * width + column;
      const [red, green, blue] = rgba.subarray(4 * cell, 4 * cell + 3) as unknown as number[];
      return {
        value: plane[cell]!,
        colour: `rgb(${red} ${green} ${blue})`,
        lightInk: needsLightInk(red!, green!, blue!),
      };
    }),
  );
}

/** Where the mean over the channels is largest and smallest, in words. */
function extremes(weights: Float32Array, channels: number, height: number, width: number): string {
  const cells = height * width;
  const sums = Array.from({ length: cells }, (_, cell) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += weights[channel * cells + cell]!;
    return sum;
  });
  const place = (cell: number) => `row ${Math.floor(cell / width)}, column ${cell % width}`;
  const lightest = sums.indexOf(Math.max(...sums));
  const darkest = sums.indexOf(Math.min(...sums));
  return `lightest at ${place(lightest)}, darkest at ${place(darkest)}`;
}

/** The filters of a wall in one picture, as the text describes it: eight in a row, one pixel of padding. */
export function wallAtlas({ tiles }: Wall, background: Rgba = [0, 0, 0, 0]): Raster {
  return tileGrid(tiles, { columns: wallColumns, padding: 1, background });
}

export const drawFilterWallStill: DrawStill = async (ask, subject) => {
  const data = await loadFilterWall(ask, subject);
  const walls = wallViews(data).map((wall) => ({
    ...wall,
    atlas: wallAtlas(wall),
    tiles: [],
    labels: [],
  }));
  return { walls, filter: filterView(data, 'trained', 0) } satisfies FilterWallView;
};
