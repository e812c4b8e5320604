import { filterTile } from '../../draw/filterTiles.ts';
import { blankRaster, type Raster, type RasterImage } from '../../draw/raster.ts';
import type {
  Ask,
  Bitmap,
  KeyedPicture,
  ReceptiveField,
  TensorData,
} from '../../worker/protocol.ts';
import { filterShape, filtersOf } from './filterLayers.ts';
import type { Cell } from './lensLayers.ts';
import { fieldSquare, type Square } from './receptiveField.ts';

/** The filters of the first convolution and what they make of the picture. */
export interface LensFilters {
  /** PyTorch path. */
  readonly convolution: string;
  readonly weightOIHW: TensorData;
  /** `[1, filters, H, W]`, before BatchNorm. */
  readonly response: TensorData;
  /** The picture as the network sees it. */
  readonly input: Bitmap;
}

/** One filter beside the pixels that it lies on. */
export interface FilterLens {
  readonly convolution: string;
  /** The filter, between its own extremes. */
  readonly patch: RasterImage;
  /** The pixels under it; transparent outside of the picture. */
  readonly pixels: RasterImage;
  /** What it makes of them, before BatchNorm. */
  readonly response: number;
}

export async function loadFilters(
  ask: Ask,
  { id: model, convolution, picture }: { id: string; convolution: string; picture: KeyedPicture },
): Promise<LensFilters> {
  const [weightOIHW, { activations }, input] = await Promise.all([
    ask('parameter', { model, name: `${convolution}.weight` }),
    ask('capture', { model, picture, layers: [convolution] }),
    ask('view', { model, picture }),
  ]);
  return { convolution, weightOIHW, response: activations[convolution]!, input };
}

/** The pixels of a square, one by one; transparent where it leaves the picture. */
export function pixelsUnder(
  { data, width, height, channels }: Bitmap,
  { x, y, size }: Square,
): Raster {
  const cut = blankRaster(size, size);
  for (let at = 0; at < size * size; at++) {
    const column = x + (at % size);
    const row = y + Math.floor(at / size);
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const from = channels * (row * width + column);
    for (let c = 0; c < 3; c++) cut.rgba[4 * at + c] = data[from + (channels < 3 ? 0 : c)]!;
    cut.rgba[4 * at + 3] = 255;
  }
  return cut;
}

/** @param field of the convolution's cells */
export function filterLens(
  { convolution, weightOIHW, response, input }: LensFilters,
  index: number,
  { row, column }: Cell,
  field: ReceptiveField,
): FilterLens {
  const { channels, height, width } = filterShape(weightOIHW);
  const [, , rows, columns] = response.shape as [number, number, number, number];
  return {
    convolution,
    patch: filterTile(filtersOf(weightOIHW)[index]!, channels, height, width),
    pixels: pixelsUnder(input, fieldSquare(field, { row, column })),
    response: response.data[(index * rows + row) * columns + column]!,
  };
}
