import { channelTile, filterTile, signedTile } from '../../draw/filterTiles.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { cosine } from '../../draw/kernelMatch.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { rasterFromRgb, type RasterImage } from '../../draw/raster.ts';
import type { TensorData } from '../../worker/protocol.ts';
import { filterShape, filtersOf, type FirstLayer, type PictureResponse } from './filterLayers.ts';
import { normOf } from './filterOrder.ts';

/** How walls and patches are painted: each filter between its own extremes, or all on one signed scale. */
export type FilterScale = 'each' | 'signed';

/** A filter's weights on one input channel. */
export interface FilterChannel {
  readonly name: 'red' | 'green' | 'blue' | 'grey';
  readonly image: RasterImage;
}

/** What a filter makes of the picture. */
export interface ResponseView {
  readonly input: RasterImage;
  readonly map: RasterImage;
  /** Scale of the map's colours, centred on 0. */
  readonly range: ValueRange;
  /** Smallest and largest response. */
  readonly extent: ValueRange;
  /** Where the response is largest. */
  readonly peak: { readonly row: number; readonly column: number };
}

/** The filter in focus. */
export interface FilterView {
  readonly model: string;
  readonly index: number;
  readonly patch: RasterImage;
  readonly patchSummary: string;
  readonly channels: readonly FilterChannel[];
  /** `[channels, height, width]`; not in the still. */
  readonly weights: TensorData | undefined;
  /** Scale of the channels' colours, centred on 0. */
  readonly range: ValueRange;
  /** Smallest and largest weight. */
  readonly extent: ValueRange;
  /** Square root of the sum of the squared weights. */
  readonly norm: number;
  /** Cosine between these weights and the trained ones. */
  readonly resemblance: number;
  readonly response: ResponseView | undefined;
}

export interface FilterChoice {
  readonly index: number;
  readonly scale: FilterScale;
  /** Common scale of the wall. */
  readonly range: ValueRange;
  /** The layer at an earlier time, OIHW. */
  readonly earlier?: TensorData | undefined;
}

export function filterView(
  layer: FirstLayer,
  response: PictureResponse | undefined,
  { index, scale, range: wallRange, earlier }: FilterChoice,
): FilterView {
  const { channels, height, width } = filterShape(layer.weightOIHW);
  const trained = filtersOf(layer.weightOIHW)[index]!;
  const weights = earlier ? filtersOf(earlier)[index]! : trained;
  const range = signedRange(weights);
  const names = channels === 3 ? (['red', 'green', 'blue'] as const) : (['grey'] as const);
  return {
    model: layer.model,
    index,
    patch:
      scale === 'each'
        ? filterTile(weights, channels, height, width)
        : signedTile(weights, channels, height, width, wallRange),
    patchSummary: extremes(weights, channels, height, width),
    channels: names.map((name, channel) => ({
      name,
      image: channelTile(channelOf(weights, channel, height * width), height, width, range),
    })),
    weights: { shape: [channels, height, width], data: weights },
    range,
    extent: minMaxRange(weights),
    norm: normOf(weights),
    resemblance: cosine(weights, trained),
    response: response && responseView(response, index),
  };
}

/** One channel of `[channels, height, width]`, row by row; not copied. */
export function channelOf(weightCHW: Float32Array, channel: number, cells: number): Float32Array {
  return weightCHW.subarray(channel * cells, (channel + 1) * cells);
}

function responseView({ input, map: { shape, data } }: PictureResponse, index: number) {
  const [, , height, width] = shape as [number, number, number, number];
  const map = channelOf(data, index, height * width);
  const range = signedRange(map);
  const extent = minMaxRange(map);
  const peak = map.indexOf(extent[1]);
  return {
    input: rasterFromRgb(input.data, input.width, input.height),
    map: heatmap(map, width, height, { colormap: 'diverging', range }),
    range,
    extent,
    peak: { row: Math.floor(peak / width), column: peak % width },
  };
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
