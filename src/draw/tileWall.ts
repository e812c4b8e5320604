/** Tiles in rows of a square box: as large as fits, and where they would become too small, more rows than the box shows. */
export interface TileWall {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** From one tile to the next, across and down, in CSS pixels. */
  readonly pitch: { readonly x: number; readonly y: number };
  /** Room around each tile on all sides. */
  readonly margin: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TileWallOptions {
  readonly count: number;
  /** Width of the box, which is as high as wide. */
  readonly width: number;
  /** Width of a tile over its height. */
  readonly aspect: number;
  /** Least height of a tile and its margin. */
  readonly least: number;
}

/** At 24 pixels and less the margin is one pixel, later more. */
const marginOf = (pitch: number) => (pitch < 48 ? 1 : pitch < 96 ? 2 : 3);

export function tileWall({ count, width, aspect, least }: TileWallOptions): TileWall {
  const fitting = Math.ceil(Math.sqrt(count / aspect));
  const most = Math.max(1, Math.floor(width / (least * aspect)));
  const columns = Math.max(1, Math.min(fitting, most, count));
  const x = width / columns;
  const margin = marginOf(x / aspect);
  // The tile, not the tile with its margin, has the aspect.
  const y = (x - 2 * margin) / aspect + 2 * margin;
  return { count, columns, rows: Math.ceil(count / columns), pitch: { x, y }, margin };
}

/** Where a tile lies, without its margin. */
export function tileBox({ columns, pitch, margin }: TileWall, index: number): Box {
  return {
    x: (index % columns) * pitch.x + margin,
    y: Math.floor(index / columns) * pitch.y + margin,
    width: pitch.x - 2 * margin,
    height: pitch.y - 2 * margin,
  };
}

/** The tile at a place, margins included; undefined where there is none. */
export function tileAt(
  { count, columns, pitch }: TileWall,
  x: number,
  y: number,
): number | undefined {
  const column = Math.floor(x / pitch.x);
  const index = Math.floor(y / pitch.y) * columns + column;
  const inside = x >= 0 && y >= 0 && column < columns && index < count;
  return inside ? index : undefined;
}

/** Where an arrow key leads from a tile; undefined for other keys and beyond the edge. */
export function tileBeside(wall: TileWall, from: number, key: string): number | undefined {
  const { columns, count } = wall;
  const rowStart = from - (from % columns);
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: from + columns,
    Home: rowStart,
    End: Math.min(count, rowStart + columns) - 1,
  };
  const target = targets[key];
  return target !== undefined && target >= 0 && target < count ? target : undefined;
}
