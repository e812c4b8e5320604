import { filterTile, signedTile } from '../../draw/filterTiles.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import { isStill } from '../../draw/raster.ts';
import type { Raster, RasterImage, Rgba, StillRaster } from '../../draw/raster.ts';
import { tileGrid } from '../../draw/tileGrid.ts';
import { untrainedSuffix, type FilterCensus, type TensorData } from '../../worker/protocol.ts';
import { chapterModel, digitsModel, labModel, type DrawStill } from './figure.ts';
import type { Anatomy } from './filterAnatomy.ts';
import { filterShape, filtersOf, loadFirstLayer, loadResponse } from './filterLayers.ts';
import type { FirstLayer } from './filterLayers.ts';
import { filterOrder, normOf, resemblance, type OrderOptions } from './filterOrder.ts';
import { filterView, type FilterScale, type FilterView } from './filterView.ts';
import { verdictNames } from './filterWords.ts';

/** Tiles in a row of a wall. */
export const wallColumns = 8;

const cast = [chapterModel, labModel, `${labModel}${untrainedSuffix}`, digitsModel];

/** The networks whose walls hang beside that of the model named. */
export const companionsOf = (model: string): string[] => cast.filter((id) => id !== model);

export interface Wall {
  /** The model's id. */
  readonly model: string;
  readonly title: string;
  readonly count: number;
  /** For example `7×7`. */
  readonly size: string;
  /** What hangs there, in words. */
  readonly summary: string;
  /** Scale of all filters together, centred on 0: of the trained ones and of those that are shown. */
  readonly range: ValueRange;
  /** Epochs that can be shown; empty for none. */
  readonly epochs: readonly number[];
  /** Mean cosine between the filters shown and the trained ones. */
  readonly resemblance: number;
  /** Index of the filter in each place. */
  readonly order: readonly number[];
  /** All filters in one picture; only in the still. */
  readonly atlas?: RasterImage;
  /** One for each place; none in the still. */
  readonly tiles: readonly Raster[];
  /** One for each place; none in the still. */
  readonly labels: readonly string[];
}

/** Everything the figure shows. */
export interface FilterWallView {
  /** The wall that is shown large. */
  readonly hero: Wall;
  readonly companions: readonly Wall[];
  readonly filter: FilterView;
  /** Undefined until the filters have been analysed. */
  readonly anatomy: Anatomy | undefined;
}

export interface WallDrawing extends OrderOptions {
  readonly scale: FilterScale;
  /** The layer at an earlier time, OIHW. */
  readonly earlier?: TensorData | undefined;
  readonly census?: FilterCensus | undefined;
}

const plain: WallDrawing = { sort: 'index', like: 0, scale: 'each' };

/** Filters are sorted as they are after training, so that each keeps its place through the epochs. */
export function wallView(layer: FirstLayer, drawing: WallDrawing = plain): Wall {
  const { model, title, weightOIHW, epochs } = layer;
  const { scale, earlier, census } = drawing;
  const { count, channels, height, width } = filterShape(weightOIHW);
  const trained = filtersOf(weightOIHW);
  const filters = earlier ? filtersOf(earlier) : trained;
  const order = filterOrder(trained, drawing, census?.filters);
  const range = signedRange([...weightOIHW.data, ...(earlier?.data ?? [])]);
  const norms = filters.map(normOf);
  const [low, high] = minMaxRange(norms);
  const verdict = (index: number) =>
    census ? `, ${verdictNames[census.filters[index]!.verdict]}` : '';
  const tile = (weights: Float32Array) =>
    scale === 'each'
      ? filterTile(weights, channels, height, width)
      : signedTile(weights, channels, height, width, range);
  return {
    model,
    title,
    count,
    size: `${height}×${width}`,
    summary:
      `${count} filters of ${height}×${width} ${channels === 3 ? 'colour' : 'grey'} weights; ` +
      `norms from ${numberText(low)} (filter ${norms.indexOf(low)}) ` +
      `to ${numberText(high)} (filter ${norms.indexOf(high)})`,
    range,
    epochs,
    resemblance: earlier ? resemblance(filters, trained) : 1,
    order,
    tiles: order.map((index) => tile(filters[index]!)),
    labels: order.map(
      (index) => `filter ${index}, norm ${numberText(norms[index]!)}${verdict(index)}`,
    ),
  };
}

/** The filters of a wall in one picture, as the text describes it: eight in a row, one pixel of padding. */
export function wallAtlas({ tiles }: Wall, background: Rgba = [0, 0, 0, 0]): Raster {
  return tileGrid(tiles, { columns: wallColumns, padding: 1, background });
}

/** The picture of a wall that was drawn at build time. */
export function stillAtlas({ atlas }: Wall): StillRaster | undefined {
  return atlas && isStill(atlas) ? atlas : undefined;
}

/** The filter that its prototype explains best, of those that are edges or gratings where there are any. */
export function tellingFilter({ filters }: FilterCensus): number {
  const explained = filters.map(({ fits, best, verdict }) =>
    verdict === 'edge' || verdict === 'grating' ? fits[best]!.explained : fits[best]!.explained - 1,
  );
  return explained.indexOf(Math.max(...explained));
}

export const drawFilterWallStill: DrawStill = async (ask, { picture }) => {
  const layer = await loadFirstLayer(ask, chapterModel);
  const census = await ask('filters', { model: chapterModel });
  const companions = [];
  for (const model of companionsOf(chapterModel))
    companions.push(stillWall(wallView(await loadFirstLayer(ask, model))));
  const hero = wallView(layer, { ...plain, census });
  const index = tellingFilter(census);
  const { anatomyOf } = await import('./filterAnatomy.ts');
  const choice = { index, scale: 'each', range: hero.range } as const;
  const filter = filterView(layer, await loadResponse(ask, layer, picture), choice);
  return {
    hero: stillWall(hero),
    companions,
    filter: { ...filter, weights: undefined },
    anatomy: anatomyOf(census, index),
  } satisfies FilterWallView;
};

const stillWall = (wall: Wall): Wall => ({
  ...wall,
  atlas: wallAtlas(wall),
  tiles: [],
  labels: [],
});
