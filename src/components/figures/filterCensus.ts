import { filterTile } from '../../draw/filterTiles.ts';
import type { Raster, RasterImage } from '../../draw/raster.ts';
import { tileGrid } from '../../draw/tileGrid.ts';
import {
  untrainedSuffix,
  type Ask,
  type FilterAnalysis,
  type FilterCensus,
  type PrototypeFit,
  type Verdict,
} from '../../worker/protocol.ts';
import { filterNote, type FilterNote } from './censusNote.ts';
import { countingFit, rows, rowsOf, verdictAt } from './censusVerdict.ts';
import { chapterModel, labModel, type DrawStill } from './figure.ts';
import { filterShape, filtersOf } from './filterLayers.ts';
import { tellingFilter } from './filterWall.ts';

/** A network's first layer before and after training. */
export interface FilterCensusData {
  /** Id of the trained model. */
  readonly model: string;
  readonly title: string;
  readonly trained: FilterCensus;
  readonly untrained: FilterCensus;
}

/** Filters of one kind. */
export interface Group {
  readonly verdict: Verdict;
  readonly name: string;
  /** Indices of the filters. */
  readonly members: readonly number[];
}

/** Petals of a rose: one for every 15 degrees. */
export const petals = 12;

/** A filter in the plane of opponent colours. */
export interface ColourMark {
  readonly index: number;
  /** Red against green, -1 to 1. */
  readonly x: number;
  /** Blue against yellow, -1 to 1. */
  readonly y: number;
  /** An edge or a grating has its two colours on either side of grey, unless its ground outweighs it. */
  readonly twoSided: boolean;
  /** CSS colours at the mark, and opposite to it. */
  readonly colours: readonly [string, string];
}

/** One wall of the census. */
export interface CensusWall {
  readonly title: string;
  readonly count: number;
  readonly groups: readonly Group[];
  /** How many edges and gratings run in each direction, counter-clockwise from level. */
  readonly rose: readonly number[];
  /** Undefined for networks that see grey. */
  readonly colours: readonly ColourMark[] | undefined;
  /** All filters in index order, `atlasColumns` in a row, one pixel apart. */
  readonly atlas: RasterImage;
  /** Lines of tiles that the rows take up at most, wherever the slider stands. */
  readonly lines: { readonly wide: number; readonly narrow: number };
  /** Side of a filter in pixels. */
  readonly side: number;
}

export interface FilterCensusView {
  readonly model: string;
  readonly title: string;
  readonly layer: string;
  /** For example `7×7`. */
  readonly size: string;
  /** The most that noise reaches in one filter of 20, by any kind of kernel, in percent. */
  readonly noise: number;
  readonly trained: CensusWall;
  readonly untrained: CensusWall;
  /** Of the trained filter that is told of until the reader points at one. */
  readonly note: FilterNote;
}

export const atlasColumns = 8;

/** Tiles in a line where there is room for many, and where there is not. */
export const lineLengths = { wide: 16, narrow: 12 } as const;

/** Percent that must be explained, as the engine's own verdicts have it. */
export const defaultLeast = 60;

/** @param model a network that has been trained */
export async function loadFilterCensus(ask: Ask, model: string): Promise<FilterCensusData> {
  const { title } = await ask('describe', { model });
  const trained = await ask('filters', { model });
  const untrained = await ask('filters', { model: `${model}${untrainedSuffix}` });
  return { model, title, trained, untrained };
}

export function filterCensusView(
  { model, title, trained, untrained }: FilterCensusData,
  least: number,
): FilterCensusView {
  const { height, width } = filterShape(trained.weights);
  const floors = trained.filters[0]!.fits.map(({ noiseFloor }) => noiseFloor);
  return {
    model,
    title,
    layer: trained.layer,
    size: `${height}×${width}`,
    noise: Math.round(100 * Math.max(...floors)),
    trained: censusWall(trained, 'trained', least),
    untrained: censusWall(untrained, 'before training', least),
    note: filterNote(trained, tellingFilter(trained), least),
  };
}

function censusWall(census: FilterCensus, title: string, least: number): CensusWall {
  const { filters, weights } = census;
  const { channels, width } = filterShape(weights);
  const verdicts = filters.map((analysis) => verdictAt(analysis, least));
  const groups = rowsOf(channels).map(({ verdict, one, many }) => {
    const members = filters.flatMap(({ index }) => (verdicts[index] === verdict ? [index] : []));
    return { verdict, name: members.length === 1 ? one : many, members };
  });
  const fits = filters.map((analysis) =>
    analysis.verdict === 'dead' ? undefined : countingFit(analysis, least),
  );
  return {
    title,
    count: filters.length,
    groups,
    rose: roseOf(fits),
    colours: channels === 3 ? colourMarks(fits) : undefined,
    atlas: atlasOf(census),
    lines: linesOf(filters),
    side: width,
  };
}

/** Percent that the slider can ask for. */
export const leastRange = [20, 95] as const;

function linesOf(filters: readonly FilterAnalysis[]): CensusWall['lines'] {
  const [low, high] = leastRange;
  const most = { wide: 0, narrow: 0 };
  for (let least = low; least <= high; least++) {
    const verdicts = filters.map((analysis) => verdictAt(analysis, least));
    const sizes = rows.map(({ verdict }) => verdicts.filter((other) => other === verdict).length);
    for (const width of ['wide', 'narrow'] as const) {
      const lines = sizes.reduce((sum, size) => sum + Math.ceil(size / lineLengths[width]), 0);
      most[width] = Math.max(most[width], lines);
    }
  }
  return most;
}

const hasDirection = (fit: PrototypeFit): boolean => fit.pattern !== 'blob';

/** Which petal an orientation in degrees belongs to: the first one lies around 0. */
export const petalOf = (orientation: number): number =>
  Math.round((orientation * petals) / 180) % petals;

/** Which petal a filter adds to. */
export function petalOfFilter(analysis: FilterAnalysis, least: number): number | undefined {
  const fit = analysis.verdict === 'dead' ? undefined : countingFit(analysis, least);
  return fit && hasDirection(fit) ? petalOf(fit.parameters.orientation!) : undefined;
}

function roseOf(fits: readonly (PrototypeFit | undefined)[]): number[] {
  const counts = Array<number>(petals).fill(0);
  for (const fit of fits)
    if (fit && hasDirection(fit)) counts[petalOf(fit.parameters.orientation!)]!++;
  return counts;
}

function colourMarks(fits: readonly (PrototypeFit | undefined)[]): ColourMark[] {
  return fits.flatMap((fit, index) => {
    if (!fit?.tint) return [];
    const { hue, saturation, rgb } = fit.tint;
    const reach = Math.sqrt(saturation);
    const angle = (hue * Math.PI) / 180;
    const flat = fit.groundShare > fit.explained - fit.groundShare;
    const twoSided = hasDirection(fit) && !flat;
    return [
      {
        index,
        x: reach * Math.cos(angle),
        y: reach * Math.sin(angle),
        twoSided,
        colours: [cssColour(rgb), cssColour(rgb.map((part) => -part))] as const,
      },
    ];
  });
}

/** A direction of colour around half brightness, as strong as it can be shown. */
function cssColour(rgb: readonly number[]): string {
  const strongest = Math.max(...rgb.map(Math.abs)) || 1;
  return `rgb(${rgb.map((part) => Math.round(127.5 * (1 + part / strongest))).join(' ')})`;
}

const atlases = new WeakMap<FilterCensus, Raster>();

function atlasOf(census: FilterCensus): Raster {
  const known = atlases.get(census);
  if (known) return known;
  const { channels, height, width } = filterShape(census.weights);
  const tiles = filtersOf(census.weights).map((weights) =>
    filterTile(weights, channels, height, width),
  );
  const atlas = tileGrid(tiles, { columns: atlasColumns, padding: 1 });
  atlases.set(census, atlas);
  return atlas;
}

/** How many filters are something that a hand could have designed. */
export function structured({ groups, count }: CensusWall): number {
  const rest = groups.filter(({ verdict }) => verdict === 'noise' || verdict === 'dead');
  return count - rest.reduce((sum, { members }) => sum + members.length, 0);
}

/** A wall's census as a sentence. */
export function summaryOf(wall: CensusWall): string {
  const parts = wall.groups
    .filter(({ members }) => members.length > 0)
    .map(({ name, members }) => `${members.length} ${name}`);
  return `${wall.count} filters ${wall.title}: ${parts.join(', ')}`;
}

export const drawFilterCensusStill: DrawStill = async (ask) => {
  const known = await ask('describe', { model: chapterModel }).then(
    () => true,
    () => false,
  );
  const data = await loadFilterCensus(ask, known ? chapterModel : labModel);
  return filterCensusView(data, defaultLeast);
};
