import type { MapSheet } from '../../draw/mapTiles.ts';
import { tileBox, type TileWall } from '../../draw/tileWall.ts';
import { paint } from './paint.ts';

export interface WallPainting {
  readonly wall: TileWall;
  /** Of several sheets the tiles of an index stand side by side. */
  readonly sheets: readonly MapSheet[];
  /** Index in the sheets for each place. */
  readonly order: readonly number[];
  /** The part to be seen, in CSS pixels. */
  readonly view: { readonly top: number; readonly width: number; readonly height: number };
}

/** Sheets on canvases of their own, enlarged by whole factors. */
const painted = new WeakMap<MapSheet, Map<number, HTMLCanvasElement>>();

/**
 * The sheet enlarged by a whole factor, pixel for pixel: drawn smaller from there, the edges between
 * cells stay sharp at any size.
 */
function enlarged(sheet: MapSheet, factor: number): HTMLCanvasElement {
  const known = painted.get(sheet) ?? new Map<number, HTMLCanvasElement>();
  painted.set(sheet, known);
  const found = known.get(factor);
  if (found) return found;
  const canvas = document.createElement('canvas');
  if (factor === 1) paint(canvas, sheet.raster);
  else {
    canvas.width = factor * sheet.raster.width;
    canvas.height = factor * sheet.raster.height;
    const context = canvas.getContext('2d')!;
    context.imageSmoothingEnabled = false;
    context.drawImage(enlarged(sheet, 1), 0, 0, canvas.width, canvas.height);
  }
  known.set(factor, canvas);
  return canvas;
}

/** Draws the tiles that the box shows. */
export function paintWall(canvas: HTMLCanvasElement, painting: WallPainting): void {
  const { wall, sheets, order, view } = painting;
  const dense = window.devicePixelRatio || 1;
  const [across, down] = [view.width, view.height].map((length) => Math.round(length * dense));
  if (canvas.width !== across) canvas.width = across!;
  if (canvas.height !== down) canvas.height = down!;
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, across!, down!);
  const { width, height, columns } = sheets[0]!;
  const scale = (tileBox(wall, 0).height * dense) / height;
  const factor = scale > 1 ? Math.min(8, Math.ceil(scale)) : 1;
  context.imageSmoothingEnabled = factor !== scale;
  context.imageSmoothingQuality = 'medium';
  const sources = sheets.map((sheet) => enlarged(sheet, factor));
  const first = Math.floor(view.top / wall.pitch.y) * wall.columns;
  const last = Math.ceil((view.top + view.height) / wall.pitch.y) * wall.columns;
  for (let place = first; place < Math.min(last, order.length); place++) {
    const index = order[place]!;
    const box = tileBox(wall, place);
    const fromX = (index % columns) * width * factor;
    const fromY = Math.floor(index / columns) * height * factor;
    const y = Math.round((box.y - view.top) * dense);
    const bottom = Math.round((box.y + box.height - view.top) * dense);
    const share = box.width / sources.length;
    sources.forEach((source, i) => {
      // A hair's breadth between the two of a pair.
      const x = Math.round((box.x + i * share) * dense) + Math.sign(i);
      const right = Math.round((box.x + (i + 1) * share) * dense);
      context.drawImage(
        source,
        fromX,
        fromY,
        width * factor,
        height * factor,
        x,
        y,
        right - x,
        bottom - y,
      );
    });
  }
}
