import { sheetColumns } from '../../draw/mapTiles.ts';
import { numberText } from '../../draw/numberText.ts';
import { rasterFromRgb, type Raster, type RasterImage } from '../../draw/raster.ts';
import { tileGrid } from '../../draw/tileGrid.ts';
import type {
  Ask,
  KeyedPicture,
  ReceptiveField,
  StrongestCells,
  TensorData,
} from '../../worker/protocol.ts';
import { chapterModel, labModel, type DrawStill, type StillFiles } from './figure.ts';
import { currentPatchFile, records, storedPatches, type PatchFile } from './patchFile.ts';
import { cutTile, patchWindow } from './patchWindow.ts';
import { shownPatches, type ShownPatch } from './shownPatches.ts';

/** What the reader's picture does to the channel. */
export interface YourPatch {
  readonly value: number;
  /** 1 for a picture that excites the channel more than all of the patches do. */
  readonly rank: number;
  /** Which of the patches is from this very picture. */
  readonly among: number | undefined;
  readonly image: RasterImage;
}

export interface ChannelPatches {
  readonly channel: number;
  /** Strongest first; none for a channel that nothing excites. */
  readonly patches: readonly ShownPatch[];
  readonly yours: YourPatch;
  /** How much the channel's mean counts for each class; only where the classes read it. */
  readonly votes: readonly number[] | undefined;
}

/** All channels of a layer, each by its strongest patch. */
export interface PatchWall {
  /** `[C, H, W]`. */
  readonly shape: readonly number[];
  /** Tiles without gaps, `sheetColumns` in a row. */
  readonly image: RasterImage;
}

/** Everything the figure shows. */
export interface PatchAtlasView {
  readonly model: string;
  readonly labels: readonly string[];
  readonly layer: string;
  /** Height and width of the network's input. */
  readonly inputSize: number;
  readonly field: ReceptiveField;
  /** How many crops of how many pictures were searched. */
  readonly crops: number;
  readonly pictures: number;
  /** Of every network that has an atlas, by layer. */
  readonly walls: Readonly<Record<string, Readonly<Record<string, PatchWall>>>>;
  readonly channel: ChannelPatches;
}

export interface PatchAtlasData {
  readonly file: PatchFile;
  readonly labels: readonly string[];
  readonly layer: string;
  readonly inputSize: number;
  readonly field: ReceptiveField;
  readonly picture: KeyedPicture;
  readonly peaks: StrongestCells;
  /** `[classes, channels]` of the last linear layer, for the layer whose means it reads. */
  readonly votes: TensorData | undefined;
}

export type PatchSort = 'index' | 'picture';

/** The layer asked for, or the last but one. */
export function atlasLayer(layers: readonly string[], wanted: string): string {
  return layers.includes(wanted) ? wanted : layers.at(-2)!;
}

/** @param file the model's `patches.json` */
export async function loadPatchAtlas(
  ask: Ask,
  picture: KeyedPicture,
  { file, layer: wanted, crops }: { file: PatchFile; layer: string; crops: 'whole' | 'all' },
): Promise<PatchAtlasData> {
  const { model } = file;
  const layers = Object.keys(file.layers);
  const layer = atlasLayer(layers, wanted);
  const { labels, modules, architecture } = await ask('describe', { model });
  const last = modules.at(-1)!;
  const [{ fields }, peaks, votes] = await Promise.all([
    ask('receptiveFields', { model }),
    ask('patches', { model, picture, layer, crops }),
    layer === layers.at(-1)
      ? ask('parameter', { model, name: `${last.name}.weight` })
      : Promise.resolve(undefined),
  ]);
  const { inputSize } = architecture;
  return { file, labels, layer, inputSize, field: fields[layer]!, picture, peaks, votes };
}

/**
 * The channel wanted, or where there is none the one that the picture brings nearest to its record.
 *
 * @param base of the site, before the addresses of photographs
 */
export function channelPatches(
  data: PatchAtlasData,
  { channel: wanted, base }: { channel: number; base: string },
): ChannelPatches {
  const { file, layer, field, inputSize, votes, peaks } = data;
  const channels = peaks.shape[0]!;
  const channel = wanted >= 0 && wanted < channels ? wanted : keenest(data);
  const patches = shownPatches(file, { layer, field, inputSize, base }, channel);
  return {
    channel,
    patches,
    yours: yourPatch(data, channel, patches),
    votes:
      votes &&
      Array.from(
        { length: votes.shape[0]! },
        (_, index) => votes.data[index * votes.shape[1]! + channel]!,
      ),
  };
}

/** Side in pixels at which the reader's patch is drawn. */
const yourSide = 160;
const rasters = new WeakMap<object, Raster>();

function rasterOf({ bitmap }: KeyedPicture): Raster {
  const raster =
    rasters.get(bitmap.data) ?? rasterFromRgb(bitmap.data, bitmap.width, bitmap.height);
  rasters.set(bitmap.data, raster);
  return raster;
}

function yourPatch(
  { peaks, field, inputSize, picture }: PatchAtlasData,
  channel: number,
  patches: readonly ShownPatch[],
): YourPatch {
  const width = peaks.shape[2]!;
  const at = peaks.cells[channel]!;
  const cell = { row: Math.floor(at / width), column: at % width };
  const { tile } = patchWindow(field, cell, inputSize, peaks.squares[peaks.crops[channel]!]!);
  const value = peaks.values[channel]!;
  const among = patches.findIndex(({ photo }) => photo.url.endsWith(`/${picture.key}.webp`));
  return {
    value,
    rank: 1 + patches.filter((patch) => patch.value > value).length,
    among: among < 0 ? undefined : among,
    image: cutTile(rasterOf(picture), tile, yourSide),
  };
}

/** What the picture does to each channel, as a share of its record; 0 for channels that nothing excites. */
function shares({ file, layer, peaks }: PatchAtlasData): number[] {
  return records(file, layer).map((record, channel) =>
    record > 0 ? Math.max(0, peaks.values[channel]!) / record : 0,
  );
}

/** The channel that the picture brings nearest to its record. */
export function keenest(data: PatchAtlasData): number {
  const all = shares(data);
  return all.indexOf(Math.max(...all));
}

/** Channels in the order wanted; by picture, those that it brings nearest to their record first. */
export function patchOrder(data: PatchAtlasData, sort: PatchSort): number[] {
  const channels = [...data.peaks.values.keys()];
  if (sort === 'index') return channels;
  const all = shares(data);
  return channels.sort((a, b) => all[b]! - all[a]!);
}

const ordinals = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th', '9th'];

const wordFor = (count: number) => (count === ordinals.length ? 'nine' : String(count));

/** How the reader's picture stands beside the patches, as the end of a sentence that begins with its title. */
export function rankText({ patches, yours }: ChannelPatches): string {
  const { value, rank, among } = yours;
  if (value <= 0) return 'does not excite this channel at all';
  const count = patches.length;
  const much = `excites this channel to ${numberText(value)}`;
  const own = among === undefined ? undefined : patches[among]!;
  if (own)
    return `${much}; ${own.value > value ? 'a crop of it' : 'it'} is the ${ordinals[among!]} of the ${wordFor(count)}`;
  if (rank <= count || count < ordinals.length)
    return `${much} and would be the ${ordinals[rank - 1]}`;
  const share = Math.round((100 * value) / patches.at(-1)!.value);
  return `${much}, ${share} percent of what the last of the ${wordFor(count)} does`;
}

/** Side of a tile of the wall in pixels. */
const tileSide = (channels: number) => (channels > 256 ? 32 : channels > 128 ? 40 : 56);

/** Every channel by its strongest patch; black for a channel that nothing excites. */
export function patchWall(
  file: PatchFile,
  layer: string,
  { field, inputSize }: Pick<PatchAtlasData, 'field' | 'inputSize'>,
  photos: ReadonlyMap<string, Raster>,
): Raster {
  const [channels] = file.layers[layer]!.shape;
  const size = tileSide(channels);
  const tiles = Array.from({ length: channels }, (_, channel): Raster => {
    const [best] = storedPatches(file, layer, channel);
    if (!best) return rasterFromRgb(new Uint8Array(size * size), size, size);
    const { tile } = patchWindow(field, best.cell, inputSize, best.crop);
    return cutTile(photos.get(best.file)!, tile, size);
  });
  return tileGrid(tiles, { columns: sheetColumns(channels), padding: 0 });
}

async function photosOf(found: readonly PatchFile[], files: StillFiles) {
  const names = new Set(found.flatMap(({ pictures }) => pictures.map(({ file }) => file)));
  const read = [...names].map(async (name) => {
    const { data, width, height } = await files.picture(name);
    return [name, rasterFromRgb(data, width, height)] as const;
  });
  return new Map(await Promise.all(read));
}

/** Walls of every layer of a network, and what the network is. */
async function wallsOf(ask: Ask, file: PatchFile, photos: ReadonlyMap<string, Raster>) {
  const { model } = file;
  const { architecture } = await ask('describe', { model });
  const { fields } = await ask('receptiveFields', { model });
  return Object.fromEntries(
    Object.entries(file.layers).map(([layer, { shape }]) => {
      const drawing = { field: fields[layer]!, inputSize: architecture.inputSize };
      return [layer, { shape, image: patchWall(file, layer, drawing, photos) }];
    }),
  );
}

export const drawPatchAtlasStill: DrawStill = async (ask, { picture }, files) => {
  const read = [chapterModel, labModel].map((model) => currentPatchFile(model, files));
  const found = (await Promise.all(read)).filter((file) => file !== undefined);
  if (found.length === 0)
    throw new Error('no patches of the models as they are: run training/patches.py');
  const photos = await photosOf(found, files);
  const walls: Record<string, Record<string, PatchWall>> = {};
  for (const file of found) walls[file.model] = await wallsOf(ask, file, photos);
  const [file] = found;
  const data = await loadPatchAtlas(ask, picture, { file: file!, layer: '', crops: 'whole' });
  return {
    model: file!.model,
    labels: data.labels,
    layer: data.layer,
    inputSize: data.inputSize,
    field: data.field,
    crops: file!.crops,
    pictures: file!.pictures.length,
    walls,
    channel: channelPatches(data, { channel: -1, base: '' }),
  } satisfies PatchAtlasView;
};
