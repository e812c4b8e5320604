import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { cutTile, patchWindow } from '../../src/components/figures/patchWindow.ts';
import { createGlyphText } from '../../src/draw/glyphText.ts';
import { numberText } from '../../src/draw/numberText.ts';
import { rasterFromRgb, type Raster } from '../../src/draw/raster.ts';
import { sheetSvg } from '../../src/draw/sheet.ts';
import { centreSquare } from '../../src/engine/resample.ts';
import type { ReceptiveField, StrongestCells } from '../../src/worker/protocol.ts';
import { readPicture } from '../nodePicture.ts';
import {
  choice,
  ending,
  modelFlags,
  text,
  UsageError,
  type Command,
  type Given,
} from './command.ts';
import { reason, writeBytes } from './files.ts';
import { engineWithModel, type ChosenEngine } from './modelChoice.ts';

/** Patches on a sheet, in rows of three. */
const kept = 9;
/** Side of a patch in pixels. */
const patchSide = 240;
const bitmaps = /\.(avif|gif|jpe?g|png|tiff?|webp)$/i;

/** The patch of one picture: where it excites the channel most. */
interface Found {
  readonly name: string;
  readonly path: string;
  readonly value: number;
  readonly crop: StrongestCells['squares'][number];
  readonly cell: { readonly row: number; readonly column: number };
}

/** @throws {UsageError} unless it is a whole number */
function channelOf(given: Given): number {
  const wanted = text(given, 'channel');
  if (!/^\d+$/.test(wanted))
    throw new UsageError(`invalid --channel: ${wanted}, expected a number from 0`);
  return Number(wanted);
}

/** The bitmaps of a folder, sorted by name. */
async function picturesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Error(`could not read ${folder}: ${reason(cause)}`, { cause });
  });
  const found = names.filter((name) => bitmaps.test(name)).sort();
  if (found.length === 0)
    throw new Error(`no pictures in ${folder}, expected PNG, JPEG, WebP, AVIF, GIF or TIFF files`);
  return found.map((name) => join(folder, name));
}

async function strongestOf(
  { ask, model }: ChosenEngine,
  path: string,
  { layer, channel, crops }: { layer: string; channel: number; crops: 'whole' | 'all' },
): Promise<Found> {
  const picture = { key: path, bitmap: await readPicture(path) };
  const cells = await ask('patches', { model, picture, layer, crops });
  const width = cells.shape[2]!;
  const at = cells.cells[channel]!;
  return {
    name: basename(path),
    path,
    value: cells.values[channel]!,
    crop: cells.squares[cells.crops[channel]!]!,
    cell: { row: Math.floor(at / width), column: at % width },
  };
}

/** The patch's pixels: what its unit sees, as far as the crop goes. */
async function patchRaster(found: Found, field: ReceptiveField, inputSize: number) {
  const { data, width, height } = centreSquare(await readPicture(found.path));
  const { tile } = patchWindow(field, found.cell, inputSize, found.crop);
  return cutTile(rasterFromRgb(data, width, height), tile, patchSide);
}

function sheet(title: string, best: readonly Found[], rasters: readonly Raster[]): Promise<Buffer> {
  const svg = sheetSvg({
    panels: best.map(({ name, value }, rank) => ({
      title: `${rank + 1}. ${name}, ${numberText(value)}`,
      raster: rasters[rank]!,
      smooth: true,
    })),
    columns: 3,
    panelSize: patchSide,
    title,
    text: createGlyphText(),
  });
  return sharp(Buffer.from(svg)).flatten({ background: 'white' }).png().toBuffer();
}

function line({ name, value, crop: { left, top, side }, cell }: Found, rank: number): string {
  return `${rank + 1}. ${name}: ${numberText(value, 5)} in row ${cell.row}, column ${cell.column}, of the ${side} pixels from ${left}, ${top}`;
}

/** What excites one channel most, in a folder of pictures. */
export const patchesCommand: Command = {
  name: 'patches',
  summary: 'find the patches of a folder of pictures that excite a channel most',
  operands: [],
  flags: {
    ...modelFlags,
    layer: { type: 'string', value: 'L', describe: 'a module with maps', required: true },
    channel: { type: 'string', value: 'N', describe: 'its channel, from 0', required: true },
    pictures: {
      type: 'string',
      value: 'FOLDER',
      describe: 'the bitmaps to look in; of each, the centre square',
      required: true,
    },
    crops: {
      type: 'string',
      value: 'all|whole',
      describe: '30 crops of each picture at four scales, or the whole of it',
      default: 'all',
    },
    out: {
      type: 'string',
      value: 'PATCHES.png',
      describe: `the ${kept} strongest, at most one of each picture, cut to what a unit sees`,
      required: true,
    },
  },
  async run(given) {
    ending(given, 'out', ['.png']);
    const channel = channelOf(given);
    const crops = choice(given, 'crops', ['all', 'whole']);
    const paths = await picturesIn(text(given, 'pictures'));
    const engine = await engineWithModel(given);
    const { ask, model, modules } = engine;
    const layer = text(given, 'layer');
    const { fields } = await ask('receptiveFields', { model });
    const { architecture } = await ask('describe', { model });
    const channels = modules.find(({ name }) => name === layer)?.outputShape[0];
    if (channels !== undefined && channel >= channels)
      throw new Error(`unknown channel: ${channel}, ${layer} has 0 to ${channels - 1}`);
    const found: Found[] = [];
    for (const path of paths)
      found.push(await strongestOf(engine, path, { layer, channel, crops }));
    const best = found
      .filter(({ value }) => value > 0)
      .sort((a, b) => b.value - a.value)
      .slice(0, kept);
    if (best.length === 0)
      return `${layer}, channel ${channel}: nothing in ${paths.length} pictures excites it, no file written`;
    const rasters = await Promise.all(
      best.map((patch) => patchRaster(patch, fields[layer]!, architecture.inputSize)),
    );
    const title = `${layer}, channel ${channel}`;
    await writeBytes(text(given, 'out'), await sheet(title, best, rasters));
    const head = `${title}: the strongest of ${paths.length} pictures, to ${text(given, 'out')}`;
    return [head, ...best.map(line)].join('\n');
  },
};
