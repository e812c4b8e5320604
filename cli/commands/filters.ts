import { wallColumns } from '../../src/components/figures/filterWall.ts';
import { filterTile } from '../../src/draw/filterTiles.ts';
import { encodePng } from '../../src/draw/png.ts';
import { nearestResize } from '../../src/draw/raster.ts';
import { tileGrid } from '../../src/draw/tileGrid.ts';
import type { FilterAnalysis, FilterCensus, TensorData } from '../../src/worker/protocol.ts';
import {
  ending,
  modelFlags,
  optional,
  text,
  UsageError,
  type Command,
  type Given,
} from './command.ts';
import { writeBytes } from './files.ts';
import { engineWithModel } from './modelChoice.ts';

/** The side in pixels that the wall is enlarged to, or just below, unless told otherwise. */
const wallSide = 1024;

/** @throws {UsageError} unless it is a whole number from 1 to 64 */
function scaleOf(given: Given, side: number): number {
  const wanted = optional(given, 'scale');
  if (wanted === undefined) return Math.max(1, Math.floor(wallSide / side));
  const scale = Number(wanted);
  if (!Number.isInteger(scale) || scale < 1 || scale > 64)
    throw new UsageError(`invalid --scale: ${wanted}, expected a whole number from 1 to 64`);
  return scale;
}

/** Eight filters in a row, each stretched between its own extremes, one pixel apart. */
function wall({ shape, data }: TensorData) {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const length = channels * height * width;
  const tiles = Array.from({ length: count }, (_, index) =>
    filterTile(data.subarray(index * length, (index + 1) * length), channels, height, width),
  );
  return tileGrid(tiles, { columns: wallColumns, padding: 1, background: [0, 0, 0, 255] });
}

const rounded = (_: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;

function filterJson(analysis: FilterAnalysis) {
  const { fits, best, spectrum, ...filter } = analysis;
  const plain = fits.map(({ prototype: _, residual: __, ...fit }) => fit);
  return { ...filter, spectrumPeak: spectrum.peak, best: plain[best], fits: plain };
}

/** A census as text: numbers only, without the maps. */
function censusJson({ weights, filters, counts, ...census }: FilterCensus): string {
  const shares = Object.fromEntries(
    Object.entries(counts).map(([verdict, count]) => [verdict, count / filters.length]),
  );
  const summary = { ...census, shape: weights.shape, counts, shares };
  return `${JSON.stringify({ ...summary, filters: filters.map(filterJson) }, rounded, 1)}\n`;
}

/** The first layer of a network as a picture, and what its filters are. */
export const filtersCommand: Command = {
  name: 'filters',
  summary: 'write the wall of first-layer filters, and a census of what they are',
  operands: [],
  flags: {
    ...modelFlags,
    layer: { type: 'string', value: 'L', describe: 'the convolution; the first one' },
    out: {
      type: 'string',
      value: 'WALL.png',
      describe: '8 filters in a row, 1 pixel of padding, each filter min-max',
      required: true,
    },
    scale: {
      type: 'string',
      value: 'N',
      describe: `pixels for each weight; as many as fit into ${wallSide}`,
    },
    census: {
      type: 'string',
      value: 'CENSUS.json',
      describe: 'gets the best kernels, verdicts, shares',
    },
  },
  async run(given) {
    ending(given, 'out', ['.png']);
    const census = optional(given, 'census');
    if (census !== undefined) ending(given, 'census', ['.json']);
    const { ask, model } = await engineWithModel(given);
    const layer = optional(given, 'layer');
    const found = await ask('filters', { model, ...(layer && { layer }) });
    const picture = wall(found.weights);
    const scale = scaleOf(given, Math.max(picture.width, picture.height));
    const large = nearestResize(picture, scale * picture.width, scale * picture.height);
    await writeBytes(text(given, 'out'), encodePng(large));
    if (census !== undefined) await writeBytes(census, new TextEncoder().encode(censusJson(found)));
    return summary(found, [text(given, 'out'), ...(census === undefined ? [] : [census])]);
  },
};

function summary({ layer, weights, filters, counts }: FilterCensus, files: string[]): string {
  const many = (count: number, name: string) => `${count} ${name}${count === 1 ? '' : 's'}`;
  const sorts = [
    many(counts.edge + counts.colourEdge, 'edge'),
    many(counts.grating, 'grating'),
    many(counts.blob, 'blob'),
    `${counts.noise} none of these`,
    `${counts.dead} dead`,
  ];
  const shape = weights.shape.slice(1).join('×');
  return `${layer}: ${filters.length} filters of ${shape}, ${sorts.join(', ')}, to ${files.join(' and ')}`;
}
