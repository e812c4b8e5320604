import { heatmap } from '../../draw/heatmap.ts';
import { mapTiles } from '../../draw/mapTiles.ts';
import { minMaxRange, toUnit, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { overlayByValue } from '../../draw/overlay.ts';
import { nearestResize, type Raster, type RasterImage } from '../../draw/raster.ts';
import { tileGrid } from '../../draw/tileGrid.ts';
import { nearest } from '../../draw/upsample.ts';
import type { Ask, Bitmap, ModuleInfo, TensorData } from '../../worker/protocol.ts';
import { labModel, type DrawStill, type Subject } from './figure.ts';
import { photograph, photographSize } from './photograph.ts';

/** What one channel made of the picture. */
export interface ChannelStatistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Share of the cells that are not above zero; after a ReLU these are zero exactly. */
  readonly silentShare: number;
  /** Cell of the maximum. */
  readonly peak: { readonly row: number; readonly column: number };
}

export interface FeatureMapsData {
  readonly picture: Bitmap;
  readonly modules: readonly ModuleInfo[];
  readonly layer: string;
  /** `[1, C, H, W]`. */
  readonly activations: TensorData;
  /** One for each channel. */
  readonly statistics: readonly ChannelStatistics[];
}

export type SortOrder = 'index' | 'activation' | 'sparsity';
export type Scale = 'each' | 'shared';

/** A block of the network with the modules in it. */
export interface LayerGroup {
  readonly name: string;
  /** `[C, H, W]` of the group's output. */
  readonly shape: readonly number[];
  readonly layers: ReadonlyArray<{
    readonly name: string;
    readonly type: string;
    /** `[C, H, W]`. */
    readonly shape: readonly number[];
  }>;
}

/** All channels of the layer. */
export interface MapsView {
  /** Over which range the tiles run; maps of a single cell only make sense on a shared one. */
  readonly scale: Scale;
  readonly layer: string;
  readonly type: string;
  /** `[C, H, W]`. */
  readonly shape: readonly number[];
  readonly columns: number;
  /** All maps in one picture; only in the still. */
  readonly atlas?: RasterImage;
  /** One for each channel, in the order asked for; none in the still. */
  readonly tiles: readonly Raster[];
  readonly labels: readonly string[];
  /** Channel of each tile. */
  readonly order: readonly number[];
  /** Smallest and largest value of the whole layer. */
  readonly range: ValueRange;
  /** Whether the layer has negative values: it stands before a ReLU. */
  readonly signed: boolean;
  /** Channels that are nowhere above zero. */
  readonly silentChannels: number;
  /** Mean over the channels of the share of cells that are not above zero. */
  readonly silentShare: number;
  /** Channel with the largest value. */
  readonly strongest: number;
}

/** The channel in focus. */
export interface ChannelView extends ChannelStatistics {
  readonly channel: number;
  /** Values between which the map's colours run. */
  readonly range: ValueRange;
  readonly map: RasterImage;
  readonly overlay: RasterImage;
}

/** Everything the figure shows. */
export interface FeatureMapsView {
  readonly groups: readonly LayerGroup[];
  readonly maps: MapsView;
  readonly channel: ChannelView;
}

/** Computes no further than the layer, and fetches no weights beyond it. */
export async function loadFeatureMaps(
  ask: Ask,
  { picture }: Pick<Subject, 'picture'>,
  layer: string,
): Promise<FeatureMapsData> {
  const [{ modules }, { activations }] = await Promise.all([
    ask('describe', { model: labModel }),
    ask('capture', { model: labModel, picture, layers: [layer] }),
  ]);
  const maps = asMaps(activations[layer]!);
  const statistics = channelStatistics(maps);
  return { picture: picture.bitmap, modules, layer, activations: maps, statistics };
}

/** A vector is as many maps of one cell. */
function asMaps({ shape, data }: TensorData): TensorData {
  return { shape: [...shape, 1, 1].slice(0, 4), data };
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

/** Channels in the order wanted, largest first; equals keep the order of their indices. */
export function channelOrder(statistics: readonly ChannelStatistics[], sort: SortOrder): number[] {
  const channels = [...statistics.keys()];
  if (sort === 'index') return channels;
  const key = sort === 'activation' ? 'maximum' : 'silentShare';
  return channels.sort((a, b) => statistics[b]![key] - statistics[a]![key]);
}

/** Every module, by the block it stands in; what follows the last map stands in the output's. */
export function layerGroups(modules: readonly ModuleInfo[]): LayerGroup[] {
  const groups = new Map<string, ModuleInfo[]>();
  for (const module of modules) {
    const [, height = 1, width = 1] = module.outputShape;
    const block = height * width > 1 ? blockOf(module.name) : modules.at(-1)!.name;
    groups.set(block, [...(groups.get(block) ?? []), module]);
  }
  return [...groups].map(([name, members]) => ({
    name,
    shape: asMapShape(members.at(-1)!.outputShape),
    layers: members.map(({ name: layer, type, outputShape }) => ({
      name: layer,
      type,
      shape: asMapShape(outputShape),
    })),
  }));
}

/** A vector is as many maps of one cell. */
const asMapShape = (shape: readonly number[]) => [...shape, 1, 1].slice(0, 3);

/** `features.3.1` stands in `features.3`, `features` in itself. */
function blockOf(name: string): string {
  return name.split('.').slice(0, 2).join('.');
}

/** Columns that make the grid about twice as wide as high: 8, 12, 16 for 32, 64, 128 channels. */
export function gridColumns(channels: number): number {
  return Math.ceil(Math.sqrt(2 * channels));
}

export function mapsView(
  { modules, layer, activations, statistics }: FeatureMapsData,
  drawing: { sort: SortOrder; scale: Scale },
): MapsView {
  const [, channels, height, width] = activations.shape as [number, number, number, number];
  const scale = height * width === 1 ? 'shared' : drawing.scale;
  const order = channelOrder(statistics, drawing.sort);
  const range = minMaxRange(activations.data);
  const silence = statistics.reduce((sum, { silentShare }) => sum + silentShare, 0);
  return {
    scale,
    layer,
    type: modules.find(({ name }) => name === layer)!.type,
    shape: [channels, height, width],
    columns: gridColumns(channels),
    tiles: mapTiles(activations.data, channels, height, width, { range: scale, order }),
    labels: order.map((channel) => `channel ${channel}, ${summary(statistics[channel]!)}`),
    order,
    range,
    signed: range[0] < 0,
    silentChannels: statistics.filter(({ maximum }) => maximum <= 0).length,
    silentShare: silence / channels,
    strongest: channelOrder(statistics, 'activation')[0]!,
  };
}

function summary({ maximum, silentShare }: ChannelStatistics): string {
  const silent = `${Math.round(100 * silentShare)} percent of its cells not above zero`;
  return maximum > 0 ? `largest value ${numberText(maximum)}, ${silent}` : 'nowhere above zero';
}

/**
 * The map covers the picture where it is strong and leaves it free where it is not above zero.
 *
 * @param channel the strongest where there is no such channel
 * @param opacity of the largest value, 0 to 1
 */
export function channelView(
  { picture, activations, statistics }: FeatureMapsData,
  { channel: wanted, opacity }: { channel: number; opacity: number },
): ChannelView {
  const channel = statistics[wanted] ? wanted : channelOrder(statistics, 'activation')[0]!;
  const found = statistics[channel]!;
  const [, , height, width] = activations.shape as [number, number, number, number];
  const cells = height * width;
  const values = activations.data.subarray(channel * cells, (channel + 1) * cells);
  // One cell has no range of its own.
  const range = minMaxRange(cells === 1 ? activations.data : values);
  const map = heatmap(values, width, height, { range });
  const size = photographSize;
  const positive: ValueRange = [0, Math.max(0, found.maximum)];
  const unit = nearest(toUnit(values, positive), width, height, size, size);
  const large = nearestResize(map, size, size);
  return {
    ...found,
    channel,
    range,
    map,
    overlay: overlayByValue(photograph(picture), large, unit, opacity),
  };
}

/** All maps in one picture. Small maps are enlarged, so that the pixel between them stays thin. */
export function mapsAtlas({ tiles, columns }: Pick<MapsView, 'tiles' | 'columns'>): Raster {
  const { width, height } = tiles[0]!;
  const factor = Math.max(1, Math.ceil(16 / width));
  return tileGrid(
    tiles.map((tile) => (factor > 1 ? nearestResize(tile, factor * width, factor * height) : tile)),
    { columns, padding: Math.max(1, Math.round((factor * width) / 16)) },
  );
}

/** The still's layer, which is also the figure's first. */
const firstLayer = 'features.1';

export const drawFeatureMapsStill: DrawStill = async (ask, subject) => {
  const data = await loadFeatureMaps(ask, subject, firstLayer);
  const maps = mapsView(data, { sort: 'index', scale: 'each' });
  return {
    groups: layerGroups(data.modules),
    maps: { ...maps, atlas: mapsAtlas(maps), tiles: [], labels: [], order: [] },
    channel: channelView(data, { channel: -1, opacity: 0.8 }),
  } satisfies FeatureMapsView;
};
