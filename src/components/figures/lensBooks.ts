import type { lensMethods } from '../../client/choices.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { minMaxRange, signedRange, type ValueRange } from '../../draw/normalize.ts';
import type { RasterImage } from '../../draw/raster.ts';
import type { TensorData } from '../../worker/protocol.ts';
import { cellSums, contributions } from './contributions.ts';

/**
 * What a unit of an activation is worth: the mean of the gradient over the channel's map, as in
 * Grad-CAM, or the gradient at that very place, as in HiResCAM.
 */
export type LensMethod = (typeof lensMethods)[number];

/** What the engine has answered about a layer. */
interface BookData {
  /** `[1, C, H, W]`, both. */
  readonly activations: TensorData;
  readonly gradients: TensorData;
}

/** The mean of each channel's gradient at all of its cells, `[1, C, H, W]`: Grad-CAM's alpha. */
export function meanOverCells({ shape, data }: TensorData): TensorData {
  const plane = shape[2]! * shape[3]!;
  const means = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += plane) {
    const sum = data.subarray(start, start + plane).reduce((total, value) => total + value, 0);
    means.fill(sum / plane, start, start + plane);
  }
  return { shape, data: means };
}

/** What all channels add at all cells, and the sums over channels. */
export interface Books {
  /** `[C, cells]`. */
  readonly parts: Float64Array;
  readonly cells: readonly number[];
  /** Sum of the cells that speak for the class. */
  readonly positive: number;
  readonly strongest: number;
  readonly map: { readonly image: RasterImage; readonly range: ValueRange };
}

/** Pointing changes nothing of these: they are made once for an answer of the engine. */
const books = new WeakMap<BookData, Map<LensMethod, Books>>();
const tiles = new WeakMap<TensorData, Map<number, RasterImage>>();

/** What a map holds for a key, made when it is first asked for. */
function kept<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function mapFor<O extends object, K, V>(store: WeakMap<O, Map<K, V>>, owner: O): Map<K, V> {
  const known = store.get(owner) ?? new Map<K, V>();
  store.set(owner, known);
  return known;
}

function drawBooks(data: BookData, method: LensMethod): Books {
  const { activations, gradients } = data;
  const [, , rows, columns] = activations.shape as [number, number, number, number];
  const worth = method === 'grad-cam' ? meanOverCells(gradients) : gradients;
  const parts = contributions(activations, worth);
  const cells = cellSums(parts, rows * columns);
  const range = signedRange(cells);
  const image = heatmap(Float32Array.from(cells), columns, rows, { colormap: 'diverging', range });
  const positive = cells.reduce((sum, value) => sum + Math.max(0, value), 0);
  const strongest = Math.max(0, cells.indexOf(minMaxRange(cells)[1]));
  return { parts, cells, positive, strongest, map: { image, range } };
}

export const booksOf = (data: BookData, method: LensMethod): Books =>
  kept(mapFor(books, data), method, () => drawBooks(data, method));

/** A channel's map over its own range. */
export function tileOf(activations: TensorData, channel: number): RasterImage {
  return kept(mapFor(tiles, activations), channel, () => {
    const [, , rows, columns] = activations.shape as [number, number, number, number];
    const plane = rows * columns;
    const values = activations.data.subarray(channel * plane, (channel + 1) * plane);
    return heatmap(values, columns, rows, { range: minMaxRange(values) });
  });
}
