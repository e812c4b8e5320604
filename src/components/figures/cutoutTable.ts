import { averageResize, blankRaster, type Raster } from '../../draw/raster.ts';
import { softmax } from '../../draw/softmax.ts';
import type { Ask } from '../../worker/protocol.ts';
import { classOf, knownObjects, type Catalogue, type CutoutProp } from './cutoutCatalogue.ts';
import { standardPlacement } from './cutoutPlacement.ts';
import { composition, keyedPicture, type Pixels, type Scene } from './cutoutScene.ts';
import { shownModel, type ShownModel } from './figure.ts';

/** What a model calls one object on one background. */
export interface TableCell {
  readonly predicted: number;
  readonly probability: number;
}

export interface TableRow {
  /** Id of the object. */
  readonly id: string;
  readonly title: string;
  /** Index of the right class; null where the model has none. */
  readonly truth: number | null;
  /** One for each background, in the catalogue's order; null for what is still to be computed. */
  readonly cells: ReadonlyArray<TableCell | null>;
}

/** Every object that a model has a class for (every object of all, if it has none), on every background. */
export interface CutoutTableView {
  readonly model: ShownModel;
  readonly rows: readonly TableRow[];
}

export function emptyTable(model: ShownModel, { objects, grounds }: Catalogue): CutoutTableView {
  const known = knownObjects(objects, model.labels);
  const rows = (known.length > 0 ? known : objects).map((object) => ({
    id: object.id,
    title: object.title,
    truth: classOf(object, model.labels) ?? null,
    cells: grounds.map(() => null),
  }));
  return { model: shownTo(model), rows };
}

const shownTo = ({ id, title, labels }: ShownModel): ShownModel => ({ id, title, labels });

function withCell(table: CutoutTableView, row: number, column: number, cell: TableCell) {
  const rows = table.rows.map((old, i) =>
    i === row ? { ...old, cells: old.cells.map((known, j) => (j === column ? cell : known)) } : old,
  );
  return { ...table, rows };
}

export const standardScene = (object: CutoutProp, ground: string): Scene => ({
  ground,
  objects: [standardPlacement(object)],
});

async function tableCell(
  ask: Ask,
  model: string,
  scene: Scene,
  pixels: Pixels,
): Promise<TableCell> {
  const { logits, target } = await ask('capture', {
    model,
    picture: keyedPicture(composition(scene, pixels)!),
    target: { kind: 'logit', class: 'predicted' },
  });
  const predicted = target!.class;
  return { predicted, probability: softmax(logits)[predicted]! };
}

/**
 * Fills in a table cell by cell, a request each, so that other requests go in between.
 * @param pixels of all of its objects and of all backgrounds
 * @param onCell is told of the table with every new cell, and may have the next one wait
 */
export async function fillTable(
  ask: Ask,
  { objects, grounds }: Catalogue,
  pixels: Pixels,
  empty: CutoutTableView,
  onCell: (table: CutoutTableView) => Promise<void> | void = () => undefined,
): Promise<CutoutTableView> {
  let table = empty;
  for (const [row, { id }] of table.rows.entries())
    for (const [column, ground] of grounds.entries()) {
      const scene = standardScene(
        objects.find((object) => object.id === id)!,
        ground.id,
      );
      const cell = await tableCell(ask, table.model.id, scene, pixels);
      table = withCell(table, row, column, cell);
      await onCell(table);
    }
  return table;
}

/** Asks for the labels, then fills in all of a model's table. */
export async function loadTable(
  ask: Ask,
  model: string,
  catalogue: Catalogue,
  pixels: Pixels,
): Promise<CutoutTableView> {
  const shown = shownModel(await ask('describe', { model }));
  return fillTable(ask, catalogue, pixels, emptyTable(shown, catalogue));
}

/** Null where nobody can tell. */
export function isRight({ truth }: TableRow, cell: TableCell): boolean | null {
  return truth === null ? null : truth === cell.predicted;
}

/** A cell in words: "Sedan on sky: plane 0.94, wrong". */
export function cellText(
  { labels }: ShownModel,
  row: TableRow,
  ground: { readonly title: string },
  cell: TableCell | null,
): string {
  const place = `${row.title}, ${ground.title.toLowerCase()}`;
  if (!cell) return `${place}: not computed yet`;
  const right = isRight(row, cell);
  const verdict = right === null ? '' : right ? ', right' : ', wrong';
  return `${place}: ${labels[cell.predicted]} ${cell.probability.toFixed(2)}${verdict}`;
}

/** How many cells are filled in, and how many of them are wrong. */
export function tally({ rows }: CutoutTableView): { cells: number; done: number; wrong: number } {
  const all = rows.flatMap((row) => row.cells.map((cell) => ({ row, cell })));
  const done = all.filter(({ cell }) => cell !== null);
  const wrong = done.filter(({ row, cell }) => isRight(row, cell!) === false);
  return { cells: all.length, done: done.length, wrong: wrong.length };
}

/** Small pictures of all props on one sheet, `columns` in a row, each on a square of `side` pixels. */
export const propSheet = { columns: 5, side: 64 } as const;

export function drawPropSheet(ids: readonly string[], pixels: Pixels): Raster {
  const { columns, side } = propSheet;
  const sheet = blankRaster(columns * side, Math.ceil(ids.length / columns) * side);
  ids.forEach((id, index) => {
    const raster = pixels[id]!;
    const scale = side / Math.max(raster.width, raster.height);
    const width = Math.max(1, Math.round(raster.width * scale));
    const height = Math.max(1, Math.round(raster.height * scale));
    const small = averageResize(raster, width, height);
    const left = (index % columns) * side + Math.floor((side - width) / 2);
    const top = Math.floor(index / columns) * side + Math.floor((side - height) / 2);
    for (let y = 0; y < height; y++)
      sheet.rgba.set(
        small.rgba.subarray(4 * y * width, 4 * (y + 1) * width),
        4 * ((top + y) * sheet.width + left),
      );
  });
  return sheet;
}
