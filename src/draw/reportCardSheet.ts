import {
  reportCardPanels,
  reportCardSize,
  reportCardTitle,
  type ReportCardData,
} from './reportCard.ts';
import { sheetSvg } from './sheet.ts';
import type { DrawText } from './svgText.ts';

/** The lab's 2x3 figure on white paper, 1650x1125 (11 by 7.5 inches at 150 dots an inch). */
export function reportCardSvg(data: ReportCardData, text?: DrawText): string {
  return sheetSvg({
    panels: reportCardPanels(data),
    columns: 3,
    panelSize: 416,
    gap: 84,
    title: reportCardTitle(data),
    subtitle: data.explainedLabel && `Maps explain: ${data.explainedLabel}`,
    text,
    width: reportCardSize.width,
    height: reportCardSize.height,
  });
}
