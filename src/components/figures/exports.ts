import { stateLink } from '../../client/state.ts';
import { encodeNpy } from '../../draw/npy.ts';
import { encodePng } from '../../draw/png.ts';
import { isStill, rasterFromRgb, type Raster, type RasterImage } from '../../draw/raster.ts';
import { sheetSvg, type Panel, type PanelLegend } from '../../draw/sheet.ts';
import { stackedSvg } from '../../draw/stackedSvg.ts';
import type { TensorData } from '../../worker/protocol.ts';
import type { ShownMap } from './copyPytorch.ts';

/** The code of an attribution method; of all of them where none is named. */
export interface MethodCode {
  readonly method: string | undefined;
}

/** What a figure offers for download. */
export interface Exportable {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  readonly panels: ReadonlyArray<{
    readonly title: string;
    readonly image: RasterImage;
    readonly legend?: PanelLegend;
    readonly smooth?: boolean;
  }>;
  /** A drawing in place of the panels, as SVG: for charts. */
  readonly drawing?: () => string;
  /** Drawings below the panels, as SVG. */
  readonly charts?: ReadonlyArray<() => string>;
  /** Raw numbers behind the figure's main map. */
  readonly data?: TensorData | undefined;
  /** The figure's main map, as PyTorch would be asked for it. */
  readonly pytorch?: ShownMap | undefined;
  /** The code that computed it: a file of the repository, or a method that the page of methods prints. */
  readonly code: string | MethodCode;
}

function save(name: string, type: string, parts: BlobPart[]): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Pixels of an image, whether live or still. */
async function pixels(image: RasterImage): Promise<Raster> {
  if (!isStill(image)) return image;
  const picture = new Image();
  picture.src = image.url;
  await picture.decode();
  return paint(picture, image.width, image.height);
}

function paint(picture: CanvasImageSource, width: number, height: number): Raster {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  context.drawImage(picture, 0, 0, width, height);
  return rasterFromRgb(context.getImageData(0, 0, width, height).data, width, height);
}

/** The figure as one SVG: its panels side by side, with titles and legends. */
export async function figureSvg({
  title,
  panels,
  drawing,
  charts = [],
}: Exportable): Promise<string> {
  if (drawing) return drawing();
  const drawn: Panel[] = await Promise.all(
    panels.map(async ({ image, ...panel }) => ({ ...panel, raster: await pixels(image) })),
  );
  const sheet = sheetSvg({ panels: drawn, columns: 3, panelSize: 320, title });
  return charts.length > 0 ? stackedSvg([sheet, ...charts.map((draw) => draw())]) : sheet;
}

/** An SVG drawn to PNG bytes at its own size. */
export async function rasterizeSvg(svg: string, dpi?: number): Promise<Uint8Array<ArrayBuffer>> {
  const picture = new Image();
  picture.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    await picture.decode();
    return encodePng(
      paint(picture, picture.naturalWidth, picture.naturalHeight),
      dpi ? { dpi } : {},
    );
  } finally {
    URL.revokeObjectURL(picture.src);
  }
}

export async function savePng(exportable: Exportable): Promise<void> {
  save(`${exportable.name}.png`, 'image/png', [await rasterizeSvg(await figureSvg(exportable))]);
}

export async function saveSvg(exportable: Exportable): Promise<void> {
  save(`${exportable.name}.svg`, 'image/svg+xml', [await figureSvg(exportable)]);
}

/** @throws Error while the still stands in the figure's place */
export function saveData({ name, data }: Exportable): void {
  if (!data) throw new Error('the figure has not been computed yet');
  save(`${name}.npy`, 'application/octet-stream', [encodeNpy(data.data, data.shape)]);
}

export function savePngBytes(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  save(name, 'image/png', [bytes]);
}

/** Puts a link to this exact state on the clipboard. */
export async function copyLink(figure: string): Promise<void> {
  await navigator.clipboard.writeText(stateLink(`figure-${figure}`));
}
