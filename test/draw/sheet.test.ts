import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createGlyphText } from '../../src/draw/glyphText.ts';
import { rasterFromRgb, type Raster } from '../../src/draw/raster.ts';
import {
  reportCardPanels,
  reportCardRasters,
  type ReportCardData,
} from '../../src/draw/reportCard.ts';
import { reportCardSvg } from '../../src/draw/reportCardSheet.ts';
import { fitPanel, sheetSvg } from '../../src/draw/sheet.ts';
import { escapeXml } from '../../src/draw/svgText.ts';

const greyAt = (raster: Raster, x: number, y: number) => raster.rgba[4 * (y * raster.width + x)];

async function pixels(svg: string): Promise<Raster> {
  const { data, info } = await sharp(Buffer.from(svg))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: Uint8ClampedArray.from(data) };
}

describe('fitPanel', () => {
  const size = (width: number, height: number, panel: number, smooth?: boolean) => {
    const fitted = fitPanel(
      rasterFromRgb(new Uint8Array(width * height), width, height),
      panel,
      smooth,
    );
    return [fitted.width, fitted.height];
  };

  test('enlarges tensors by a whole factor and photographs to the full size', () => {
    expect(size(33, 17, 416)).toEqual([396, 204]);
    expect(size(224, 112, 416, true)).toEqual([416, 208]);
    expect(size(832, 416, 416)).toEqual([416, 208]);
  });
});

describe('sheetSvg', () => {
  const panel = { title: 'a & <b>', raster: rasterFromRgb([0, 255], 2, 1) };

  test('draws crisp pixels in another renderer', async () => {
    const sheet = await pixels(
      sheetSvg({ panels: [panel], columns: 1, panelSize: 64, paper: '#808080', text: () => '' }),
    );
    // The 64x32 picture stands in the middle of its square, 40 below the top and 8 from the left.
    const row = 4 + 40 + 32;
    const left = (sheet.width - 64) / 2;
    expect(
      [left - 1, left, left + 31, left + 32, left + 63, left + 64].map((x) =>
        greyAt(sheet, x, row),
      ),
    ).toEqual([128, 0, 0, 255, 255, 128]);
  });

  test('escapes what it prints', () => {
    const svg = sheetSvg({ panels: [panel], columns: 1, panelSize: 8, title: '"x" < y' });
    expect(svg).toContain('a &amp; &lt;b&gt;');
    expect(svg).toContain('<title>&quot;x&quot; &lt; y</title>');
    expect(escapeXml("it's\u0000 <&>")).toBe('it&apos;s &lt;&amp;&gt;');
  });

  test('prints both ends of a legend', () => {
    const legend = { colormap: 'hot', range: [-0.5, 1234], unit: 'logit' } as const;
    const svg = sheetSvg({ panels: [{ ...panel, legend }], columns: 1, panelSize: 100 });
    expect(svg).toMatch(/>−0.5<.*>logit<.*>1234</);
  });

  test('refuses to be empty', () => {
    expect(() => sheetSvg({ panels: [], columns: 1, panelSize: 8 })).toThrow(
      'invalid sheet: no panels; expected at least one',
    );
  });
});

describe('createGlyphText', () => {
  const text = createGlyphText();
  const ends = (path: string) => {
    const xs = [...path.matchAll(/[ML](-?[\d.]+)/g)].map((match) => Number(match[1]));
    return [Math.min(...xs), Math.max(...xs)] as const;
  };

  test('draws outlines, anchored where it is told', () => {
    const [start, end] = ends(text('HH', 100, 20, 20, 'start', 400));
    expect(start).toBeGreaterThan(100);
    expect(end).toBeLessThan(135);
    const [, right] = ends(text('HH', 100, 20, 20, 'end', 400));
    expect(right).toBeLessThan(100);
    const [left, far] = ends(text('HH', 100, 20, 20, 'middle', 600));
    expect(left + far).toBeCloseTo(200, 0);
  });

  test('has Greek letters and a minus sign', () => {
    const missing = text('\u{10ffff}', 0, 0, 20, 'start', 400);
    for (const letter of ['α', '−', 'é'])
      expect(text(letter, 0, 0, 20, 'start', 400)).not.toBe(missing);
    expect(text(' ', 0, 0, 20, 'start', 400)).toBe('');
  });
});

describe('the report card', () => {
  const map = (width: number, height: number) => ({
    values: Float32Array.from({ length: width * height }, (_, i) => i),
    width,
    height,
  });
  const data: ReportCardData = {
    picture: rasterFromRgb(new Uint8Array(3 * 32 * 32).fill(100), 32, 32),
    filtersOIHW: Float32Array.from({ length: 32 * 27 }, (_, i) => i % 27),
    filterShape: [32, 3, 3, 3],
    featureMapTitle: 'Feature map',
    featureMap: map(16, 16),
    saliency: map(32, 32),
    gradCam: map(4, 4),
    predictedLabel: 'dog',
    probability: 0.872,
    trueLabel: 'cat',
  };

  test('has six panels at the sizes of their tensors', () => {
    const sizes = reportCardPanels(data).map(({ raster }) => [raster.width, raster.height]);
    expect(sizes).toEqual([
      [32, 32],
      [33, 17],
      [16, 16],
      [32, 32],
      [32, 32],
      [32, 32],
    ]);
  });

  test('colours as the lab asks: viridis, hot, and jet mixed half and half', () => {
    const { featureMap, saliency, saliencyOverlay, gradCamOverlay } = reportCardRasters(data);
    expect([...featureMap.rgba.slice(0, 3)]).toEqual([0x44, 0x01, 0x54]);
    expect([...saliency.rgba.slice(-4, -1)]).toEqual([255, 255, 255]);
    // Half of 100 and half of jet's ends (0, 0, 128) and (128, 0, 0).
    for (const raster of [saliencyOverlay, gradCamOverlay]) {
      expect([...raster.rgba.slice(0, 3)]).toEqual([50, 50, 114]);
      expect([...raster.rgba.slice(-4, -1)]).toEqual([114, 50, 50]);
    }
  });

  test('is 1650 by 1125 and names both classes', async () => {
    const svg = reportCardSvg(data);
    expect(svg).toContain('True: cat  ·  Predicted: dog (87.2 %)');
    const card = await pixels(reportCardSvg(data, createGlyphText()));
    expect([card.width, card.height]).toEqual([1650, 1125]);
    expect([...card.rgba.slice(0, 4)]).toEqual([255, 255, 255, 255]);
  });
});
