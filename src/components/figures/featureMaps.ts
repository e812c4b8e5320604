import { heatmap } from '../../draw/heatmap.ts';
import { mapAtlas, mapSheet, type MapSheet } from '../../draw/mapTiles.ts';
import { toUnit, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { overlayByValue } from '../../draw/overlay.ts';
import { nearestResize, type RasterImage } from '../../draw/raster.ts';
import { nearest } from '../../draw/upsample.ts';
import type { Ask, Bitmap, KeyedPicture, ModuleInfo, TensorData } from '../../worker/protocol.ts';
import { chapterModel, shownModel, type DrawStill, type ShownModel } from './figure.ts';
import { blocks, layerAmong, secondBlock } from './layers.ts';
import { asMapShape } from './networkDiagram.ts';
import { photograph, photographSize } from './photograph.ts';

/** What one channel made of a picture. */
export interface ChannelStatistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Share of the cells that are not above zero; after a ReLU these are zero exactly. */
  readonly silentShare: number;
  /** Cell of the maximum. */
  readonly peak: { readonly row: number; readonly column: number };
}

/** What a layer made of one picture. */
export interface LayerMaps {
  readonly picture: Bitmap;
  /** `[1, C, H, W]`. */
  readonly activations: TensorData;
  /** One for each channel. */
  readonly statistics: readonly ChannelStatistics[];
}

export interface FeatureMapsData {
  readonly model: ShownModel;
  readonly modules: readonly ModuleInfo[];
  /** Keys of the pictures. */
  readonly pictures: readonly string[];
  /** The layer whose maps these are. */
  readonly layer: string;
  /** The layer asked for; another one while its weights are on their way. */
  readonly wanted: string;
  /** One for each picture; all but the first may still be on their way. */
  readonly maps: readonly LayerMaps[];
}

export interface FeatureMapsRequest {
  readonly model: string;
  /** One, or two to be compared. */
  readonly pictures: readonly KeyedPicture[];
  /** Empty, or one that the model does not have, for its second block. */
  readonly layer: string;
}

export type SortOrder = 'index' | 'activation' | 'sparsity' | 'difference';
export type Scale = 'each' | 'shared';

/** All channels of the layer. */
export interface MapsView {
  /** Over which range the tiles run; maps of a single cell only make sense on a shared one. */
  readonly scale: Scale;
  readonly type: string;
  /** How many values its module has learned. */
  readonly parameters: number;
  /** `[C, H, W]`. */
  readonly shape: readonly number[];
  /** All maps in one picture; only in the still. */
  readonly atlas?: RasterImage;
  /** Channel of each place. */
  readonly order: readonly number[];
  /** Smallest and largest value of the whole layer. */
  readonly range: ValueRange;
  /** Whether the layer has negative values: it stands before a ReLU. */
  readonly signed: boolean;
  /** Channels that are nowhere above zero, for each picture. */
  readonly silentChannels: readonly number[];
  /** Mean over the channels of the share of cells that are not above zero, for each picture. */
  readonly silentShare: readonly number[];
  /** Channel with the largest value. */
  readonly strongest: number;
}

/** One picture's share of the channel in focus. */
export interface ChannelPicture extends ChannelStatistics {
  readonly map: RasterImage;
  readonly overlay: RasterImage;
}

/** The channel in focus. */
export interface ChannelView {
  readonly channel: number;
  /** Values between which the colours of all its maps run. */
  readonly range: ValueRange;
  readonly pictures: readonly ChannelPicture[];
  /** Mean on the second picture minus mean on the first. */
  readonly difference: number | undefined;
}

/** Everything the figure shows. */
export interface FeatureMapsView {
  readonly model: ShownModel;
  readonly modules: readonly ModuleInfo[];
  readonly layer: string;
  readonly maps: MapsView;
  readonly channel: ChannelView;
}

/**
 * Computes no further than the layer, and fetches no weights beyond it.
 * @param onPreview gets the deepest block that is there, whenever weights have to be waited for
 */
export async function loadFeatureMaps(
  ask: Ask,
  { model: id, pictures, layer: asked }: FeatureMapsRequest,
  onPreview: (data: FeatureMapsData) => void = () => undefined,
): Promise<FeatureMapsData> {
  const description = await ask('describe', { model: id });
  const { modules } = description;
  const wanted = layerAmong(modules, asked, secondBlock(modules));
  const keys = pictures.map(({ key }) => key);
  const common = { model: shownModel(description), modules, pictures: keys, wanted };
  const maps: LayerMaps[] = [];
  for (const picture of pictures) {
    const previews = maps.length === 0 ? previewLayers(modules, wanted) : [];
    const { activations } = await ask(
      'capture',
      { model: id, picture, layers: [wanted], previews },
      ({ layer, activations: early }) =>
        onPreview({ ...common, layer, maps: [layerMaps(picture.bitmap, early)] }),
    );
    maps.push(layerMaps(picture.bitmap, activations[wanted]!));
    if (maps.length < pictures.length) onPreview({ ...common, layer: wanted, maps: [...maps] });
  }
  return { ...common, layer: wanted, maps };
}

/** The blocks that are complete before a layer is. */
export function previewLayers(modules: readonly ModuleInfo[], layer: string): string[] {
  const names = modules.map(({ name }) => name);
  return blocks(modules).filter((block) => names.indexOf(block) < names.indexOf(layer));
}

function layerMaps(picture: Bitmap, { shape, data }: TensorData): LayerMaps {
  const activations = { shape: [1, ...asMapShape(shape.slice(1))], data };
  return { picture, activations, statistics: channelStatistics(activations) };
}

export function channelStatistics({ shape, data }: TensorData): ChannelStatistics[] {
  const [, channels, height, width] = shape as [number, number, number, number];
  const cells = height * width;
  return Array.from({ length: channels }, (_, channel) => {
    const map = data.subarray(channel * cells, (channel + 1) * cells);
    let sum = 0;
    let silent = 0;
    let peak = 0;
    let minimum = Infinity;
    for (let cell = 0; cell < cells; cell++) {
      const value = map[cell]!;
      sum += value;
      if (value <= 0) silent++;
      if (value > map[peak]!) peak = cell;
      if (value < minimum) minimum = value;
    }
    return {
      minimum,
      maximum: map[peak]!,
      mean: sum / cells,
      silentShare: silent / cells,
      peak: { row: Math.floor(peak / width), column: peak % width },
    };
  });
}

type Statistics = readonly ChannelStatistics[];

/**
 * Channels in the order wanted, largest first; equals keep the order of their indices.
 * @param statistics of each picture: the first one's values count, and for the difference both means
 */
export function channelOrder(statistics: readonly Statistics[], sort: SortOrder): number[] {
  const [first, second] = statistics as [Statistics, Statistics | undefined];
  const channels = [...first.keys()];
  const keys = {
    index: () => 0,
    activation: (channel: number) => first[channel]!.maximum,
    sparsity: (channel: number) => first[channel]!.silentShare,
    difference: (channel: number) =>
      second ? Math.abs(second[channel]!.mean - first[channel]!.mean) : 0,
  };
  const key = keys[sort];
  return channels.sort((a, b) => key(b) - key(a));
}

export function mapsView(
  { modules, layer, maps }: FeatureMapsData,
  drawing: { sort: SortOrder; scale: Scale },
): MapsView {
  const shape = maps[0]!.activations.shape.slice(1) as [number, number, number];
  const [channels, height, width] = shape;
  const statistics = maps.map((each) => each.statistics);
  const module = modules.find(({ name }) => name === layer)!;
  const range = rangeOfAll(statistics.flat());
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / channels;
  return {
    scale: height * width === 1 ? 'shared' : drawing.scale,
    type: module.type,
    parameters: module.parameters,
    shape,
    order: channelOrder(statistics, drawing.sort),
    range,
    signed: range[0] < 0,
    silentChannels: statistics.map((all) => all.filter(({ maximum }) => maximum <= 0).length),
    silentShare: statistics.map((all) => mean(all.map(({ silentShare }) => silentShare))),
    strongest: channelOrder(statistics, 'activation')[0]!,
  };
}

function rangeOfAll(statistics: Statistics): ValueRange {
  return [
    statistics.reduce((least, { minimum }) => Math.min(least, minimum), Infinity),
    statistics.reduce((most, { maximum }) => Math.max(most, maximum), -Infinity),
  ];
}

/** The maps in colours, one sheet for each picture, in the order of their indices. */
export function mapSheets({ maps }: FeatureMapsData, scale: Scale): MapSheet[] {
  const statistics = maps.map((each) => each.statistics);
  const shared = rangeOfAll(statistics.flat());
  const ranges = statistics[0]!.map((_, channel) =>
    scale === 'shared' ? shared : rangeOfAll(statistics.map((all) => all[channel]!)),
  );
  return maps.map(({ activations: { shape, data } }) =>
    mapSheet(data, shape.slice(1) as [number, number, number], ranges),
  );
}

/** What a channel is, for those who do not see its map. */
export function channelText({ maps }: Pick<FeatureMapsData, 'maps'>, channel: number): string {
  const parts = maps.map(({ statistics }) => {
    const { maximum, silentShare } = statistics[channel]!;
    const silent = `${Math.round(100 * silentShare)} percent of its cells not above zero`;
    return maximum > 0 ? `largest value ${numberText(maximum)}, ${silent}` : 'nowhere above zero';
  });
  const [first, second] = parts;
  const text = second ? `${first}; on the second picture ${second}` : first;
  return `channel ${channel}, ${text}`;
}

/**
 * The map covers the picture where it is strong and leaves it free where it is not above zero.
 *
 * @param channel the strongest where there is no such channel
 * @param opacity of the largest value, 0 to 1
 */
export function channelView(
  { maps }: Pick<FeatureMapsData, 'maps'>,
  { channel: wanted, opacity }: { channel: number; opacity: number },
): ChannelView {
  const statistics = maps.map((each) => each.statistics);
  const channel = statistics[0]![wanted] ? wanted : channelOrder(statistics, 'activation')[0]!;
  const found = statistics.map((all) => all[channel]!);
  const [, , height, width] = maps[0]!.activations.shape as [number, number, number, number];
  // One cell has no range of its own.
  const range = rangeOfAll(height * width === 1 ? statistics.flat() : found);
  const pictures = maps.map((each, i) => ({
    ...found[i]!,
    ...channelImages(each, channel, { range, opacity }),
  }));
  const [first, second] = found;
  return { channel, range, pictures, difference: second && second.mean - first!.mean };
}

function channelImages(
  { picture, activations: { shape, data } }: LayerMaps,
  channel: number,
  { range, opacity }: { range: ValueRange; opacity: number },
): Pick<ChannelPicture, 'map' | 'overlay'> {
  const [, , height, width] = shape as [number, number, number, number];
  const cells = height * width;
  const values = data.subarray(channel * cells, (channel + 1) * cells);
  const map = heatmap(values, width, height, { range });
  const size = photographSize;
  const unit = nearest(toUnit(values, [0, Math.max(0, range[1])]), width, height, size, size);
  const large = nearestResize(map, size, size);
  return { map, overlay: overlayByValue(photograph(picture), large, unit, opacity) };
}

export const drawFeatureMapsStill: DrawStill = async (ask, { picture }) => {
  const data = await loadFeatureMaps(ask, { model: chapterModel, pictures: [picture], layer: '' });
  const maps = mapsView(data, { sort: 'index', scale: 'each' });
  const atlas = mapAtlas(mapSheets(data, maps.scale), maps.order);
  return {
    model: data.model,
    modules: data.modules,
    layer: data.layer,
    maps: { ...maps, atlas, order: [] },
    channel: channelView(data, { channel: -1, opacity: 0.8 }),
  } satisfies FeatureMapsView;
};
