import { blankRaster, type Raster, type Rgba } from './raster.ts';

export interface TileGridOptions {
  /** Tiles in a row, 8 unless told otherwise; fewer tiles make a narrower grid. */
  columns?: number;
  /** Pixels between tiles and around them all, 1 unless told otherwise. */
  padding?: number;
  /** Colour of the padding and of empty places; transparent unless told otherwise. */
  background?: Rgba;
}

/** Top left corner of a tile in the grid, in pixels. */
export function tileOrigin(
  index: number,
  tileWidth: number,
  tileHeight: number,
  columns: number,
  padding: number,
): { x: number; y: number } {
  return {
    x: padding + (index % columns) * (tileWidth + padding),
    y: padding + Math.floor(index / columns) * (tileHeight + padding),
  };
}

/**
 * Tiles of one size in rows, as torchvision's `make_grid`: 64 tiles of 7x7 in 8 columns with padding 1 make 65x65.
 * Throws RangeError if there is no tile or their sizes differ.
 */
export function tileGrid(tiles: readonly Raster[], options: TileGridOptions = {}): Raster {
  const { padding = 1, background } = options;
  const [first] = tiles;
  if (!first) throw new RangeError('invalid tile grid: no tiles; expected at least one');
  const columns = Math.min(options.columns ?? 8, tiles.length);
  const rows = Math.ceil(tiles.length / columns);
  const grid = blankRaster(
    columns * (first.width + padding) + padding,
    rows * (first.height + padding) + padding,
    background,
  );
  tiles.forEach((tile, index) => {
    if (tile.width !== first.width || tile.height !== first.height) {
      throw new RangeError(
        `invalid tile ${index}: ${tile.width}x${tile.height}; expected ${first.width}x${first.height} as the first`,
      );
    }
    const { x, y } = tileOrigin(index, tile.width, tile.height, columns, padding);
    for (let row = 0; row < tile.height; row++) {
      const line = tile.rgba.subarray(4 * row * tile.width, 4 * (row + 1) * tile.width);
      grid.rgba.set(line, 4 * ((y + row) * grid.width + x));
    }
  });
  return grid;
}
