import type { ModuleInfo, ReceptiveField } from '../../worker/protocol.ts';
import { blocks, firstConvolution } from './layers.ts';
import type { PatchFile } from './patchFile.ts';

/** A place on a layer's grid. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A layer that the lenses can be laid on. */
export interface LensLayer {
  readonly name: string;
  readonly grid: readonly [rows: number, columns: number];
  /** Of its cells, in input pixels. */
  readonly field: ReceptiveField;
  /** The convolution whose filters its channels are; undefined where they are no filters on the picture. */
  readonly convolution: string | undefined;
  /** Whether the atlas has patches of its channels. */
  readonly patches: boolean;
}

type Modules = readonly ModuleInfo[];

/** The first convolution, if each channel of the layer is one of its filters and what is done to it alone. */
export function filterConvolution(modules: Modules, layer: string): string | undefined {
  const first = firstConvolution(modules);
  if (layer === first) return first;
  const convolutions = modules.filter(
    ({ name, type }) => type === 'Conv2d' && name.startsWith(`${layer}.`),
  );
  return convolutions.length === 1 && convolutions[0]!.name === first ? first : undefined;
}

/**
 * The first convolution, unless a block begins with it, and all blocks, from early to late.
 *
 * @param fields by module
 */
export function lensLayers(
  modules: Modules,
  fields: Readonly<Record<string, ReceptiveField>>,
  atlas: PatchFile | undefined,
): LensLayer[] {
  const names = blocks(modules);
  const first = firstConvolution(modules);
  if (!names.some((name) => first.startsWith(`${name}.`))) names.unshift(first);
  return names.map((name) => {
    const [, rows = 1, columns = 1] = modules.find((module) => module.name === name)!.outputShape;
    return {
      name,
      grid: [rows, columns],
      field: fields[name]!,
      convolution: filterConvolution(modules, name),
      patches: atlas !== undefined && name in atlas.layers,
    };
  });
}

/** Middle of a cell's field in input pixels. */
export function fieldCentre({ start, stride, size }: ReceptiveField, { row, column }: Cell) {
  const along = (index: number) => start + size / 2 + index * stride;
  return { x: along(column), y: along(row) };
}

/** The cell whose field has its middle nearest to a point of the input, in pixels; the former of two equally near. */
export function nearestCell(
  { grid: [rows, columns], field: { start, stride, size } }: Pick<LensLayer, 'grid' | 'field'>,
  { x, y }: { readonly x: number; readonly y: number },
): Cell {
  const along = (pixel: number, count: number) => {
    const index = Math.ceil((pixel - start - size / 2) / stride - 0.5);
    return Math.max(0, Math.min(count - 1, index));
  };
  return { row: along(y, rows), column: along(x, columns) };
}
