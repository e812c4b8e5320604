import type { Colormap } from '../../draw/colormap.ts';
import { heatmap } from '../../draw/heatmap.ts';
import { needsLightInk } from '../../draw/ink.ts';
import type { ValueRange } from '../../draw/normalize.ts';
import type { RasterImage } from '../../draw/raster.ts';

/** One step of a computation: a map with its raw numbers where they are few enough to print. */
export interface StepMap {
  readonly image: RasterImage;
  readonly range: ValueRange;
  readonly rows: number;
  readonly columns: number;
  /** Row-major; empty for maps of more than 64 cells. */
  readonly cells: ReadonlyArray<{ readonly value: number; readonly onDark: boolean }>;
}

/** Most cells of a map whose numbers are printed. */
const printedCells = 64;

/** @param values `[H, W]` */
export function stepMap(
  values: Float32Array,
  [rows, columns]: readonly [rows: number, columns: number],
  colormap: Colormap,
  range: ValueRange,
): StepMap {
  const image = heatmap(values, columns, rows, { colormap, range });
  const printed = values.length <= printedCells ? [...values] : [];
  const cells = printed.map((value, i) => {
    const [red, green, blue] = image.rgba.subarray(4 * i, 4 * i + 3);
    return { value, onDark: needsLightInk(red!, green!, blue!) };
  });
  return { image, range, rows, columns, cells };
}
