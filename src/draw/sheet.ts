import { colormapLut, type Colormap } from './colormap.ts';
import type { ValueRange } from './normalize.ts';
import { numberText } from './numberText.ts';
import { pngDataUri } from './png.ts';
import {
  averageResize,
  bilinearResize,
  nearestResize,
  rasterFromRgb,
  type Raster,
} from './raster.ts';
import { escapeXml, plainText, type DrawText } from './svgText.ts';

/** What a panel's colours mean: the raw values at both ends of the map. */
export interface PanelLegend {
  colormap: Colormap;
  range: ValueRange;
  /** Printed between the ends, e.g. `|∂s/∂I|` or `activation`. */
  unit?: string;
}

export interface Panel {
  title: string;
  raster: Raster;
  legend?: PanelLegend;
  /** Enlarge smoothly: for photographs. Tensors keep crisp pixels. */
  smooth?: boolean;
}

export interface SheetOptions {
  panels: readonly Panel[];
  columns: number;
  /** Side of a panel's square, in pixels. */
  panelSize: number;
  /** Pixels between columns, an eighth of the panel's side unless told otherwise. */
  gap?: number;
  title?: string;
  /** Smaller line under the title. */
  subtitle?: string;
  text?: DrawText;
  /** Size of the whole sheet; as large as its panels need unless told otherwise, and they sit in its middle. */
  width?: number;
  height?: number;
  ink?: string;
  /** Background, `none` for transparent. */
  paper?: string;
}

const titleHeight = 40;
const legendHeight = 44;

/**
 * The panel's picture at the size it has on the sheet: crisp pixels enlarge by a whole factor from 4 on, so that all are equally large;
 * larger pictures shrink to fit by averaging.
 */
export function fitPanel(raster: Raster, size: number, smooth = false): Raster {
  const scale = size / Math.max(raster.width, raster.height);
  const factor = !smooth && scale >= 4 ? Math.floor(scale) : scale;
  const width = Math.max(1, Math.round(raster.width * factor));
  const height = Math.max(1, Math.round(raster.height * factor));
  if (factor < 1) return averageResize(raster, width, height);
  return smooth ? bilinearResize(raster, width, height) : nearestResize(raster, width, height);
}

function image(raster: Raster, x: number, y: number, label: string): string {
  return (
    `<image x="${x}" y="${y}" width="${raster.width}" height="${raster.height}" style="image-rendering:pixelated" ` +
    `aria-label="${escapeXml(label)}" href="${pngDataUri(raster)}"/>`
  );
}

function legendSvg(
  legend: PanelLegend,
  x: number,
  y: number,
  width: number,
  text: DrawText,
): string {
  const strip = nearestResize(
    rasterFromRgb(colormapLut(legend.colormap), 256, 1),
    Math.round(width),
    10,
  );
  const [low, high] = legend.range.map((value) => numberText(value));
  return [
    image(strip, x, y, `colour map ${legend.colormap}`),
    text(low!, x, y + 30, 16, 'start', 400),
    legend.unit ? text(legend.unit, x + width / 2, y + 30, 16, 'middle', 400) : '',
    text(high!, x + width, y + 30, 16, 'end', 400),
  ].join('');
}

/** Letters of Inter are about half as wide as they are high: long titles get smaller rather than run into each other. */
function titleSize(title: string, room: number): number {
  return Math.min(20, Math.round(room / (0.52 * title.length)));
}

function panelSvg(
  panel: Panel,
  x: number,
  y: number,
  size: number,
  gap: number,
  text: DrawText,
): string {
  const picture = fitPanel(panel.raster, size, panel.smooth);
  const left = Math.round(x + (size - picture.width) / 2);
  const top = Math.round(y + titleHeight + (size - picture.height) / 2);
  return [
    text(
      panel.title,
      x + size / 2,
      y + titleHeight - 14,
      titleSize(panel.title, size + gap / 2),
      'middle',
      400,
    ),
    image(picture, left, top, panel.title),
    panel.legend ? legendSvg(panel.legend, x, y + titleHeight + size + 10, size, text) : '',
  ].join('');
}

/**
 * Titled panels in rows as one SVG of fixed pixels; pictures are embedded PNGs already at their final size, so every viewer shows them crisp.
 * Throws RangeError if there is no panel.
 */
export function sheetSvg(options: SheetOptions): string {
  const {
    panels,
    columns,
    panelSize,
    title,
    subtitle,
    text = plainText,
    ink = '#1a1a1a',
    paper = '#ffffff',
  } = options;
  if (panels.length === 0) throw new RangeError('invalid sheet: no panels; expected at least one');
  const across = Math.min(columns, panels.length);
  const rows = Math.ceil(panels.length / across);
  const gap = options.gap ?? Math.round(panelSize / 8);
  const headHeight = (title ? 56 : 0) + (subtitle ? 30 : 0);
  const rowHeight =
    titleHeight + panelSize + (panels.some((panel) => panel.legend) ? legendHeight : 0);
  const bodyWidth = across * panelSize + (across - 1) * gap;
  const bodyHeight = headHeight + rows * rowHeight;
  const width = options.width ?? bodyWidth + 2 * gap;
  const height = options.height ?? bodyHeight + gap;
  const left = Math.round((width - bodyWidth) / 2);
  const top = Math.round((height - bodyHeight) / 2);
  const parts = panels.map((panel, i) => {
    const x = left + (i % across) * (panelSize + gap);
    return panelSvg(
      panel,
      x,
      top + headHeight + Math.floor(i / across) * rowHeight,
      panelSize,
      gap,
      text,
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    title ? `<title>${escapeXml(title)}</title>` : '',
    paper === 'none'
      ? ''
      : `<rect width="${width}" height="${height}" fill="${escapeXml(paper)}"/>`,
    `<g fill="${escapeXml(ink)}" font-family="Inter, 'Inter Variable', system-ui, sans-serif">`,
    title ? text(title, width / 2, top + 32, 30, 'middle', 600) : '',
    subtitle ? text(subtitle, width / 2, top + (title ? 66 : 20), 18, 'middle', 400) : '',
    ...parts,
    '</g></svg>',
  ].join('\n');
}
