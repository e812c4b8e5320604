import type { Raster } from '../../draw/raster.ts';

/** Puts the raster's pixels on the canvas, one canvas pixel each. */
export function paint(canvas: HTMLCanvasElement, raster: Raster): void {
  if (canvas.width !== raster.width) canvas.width = raster.width;
  if (canvas.height !== raster.height) canvas.height = raster.height;
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(raster.rgba, raster.width, raster.height), 0, 0);
}
