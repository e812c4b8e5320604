// For Node only: it reads font files, and requires opentype.js as CommonJS so that bundlers leave it alone.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Font, Glyph } from 'opentype.js';
import type { DrawText, TextWeight } from './svgText.ts';

const require = createRequire(import.meta.url);
const anchorShare = { start: 0, middle: 0.5, end: 1 };

function loadFonts(weight: TextWeight): Font[] {
  const { parse } = require('opentype.js') as typeof import('opentype.js');
  return ['latin', 'latin-ext', 'greek'].map((script) => {
    const file = readFileSync(
      require.resolve(`@fontsource/inter/files/inter-${script}-${weight}-normal.woff`),
    );
    return parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  });
}

interface PlacedGlyph {
  glyph: Glyph;
  /** Pixels from the beginning of the line. */
  left: number;
}

/** Glyph by glyph with kerning; each letter from the first font that has it. opentype.js's own shaping rejects a lookup of Inter's. */
function placeGlyphs(
  text: string,
  size: number,
  fonts: Font[],
): { glyphs: PlacedGlyph[]; width: number } {
  let width = 0;
  let previous: { glyph: Glyph; font: Font } | undefined;
  const glyphs = Array.from(text, (letter) => {
    const font = fonts.find((candidate) => candidate.charToGlyphIndex(letter) > 0) ?? fonts[0]!;
    const glyph = font.charToGlyph(letter);
    const scale = size / font.unitsPerEm;
    if (previous?.font === font) width += scale * font.getKerningValue(previous.glyph, glyph);
    const left = width;
    width += scale * (glyph.advanceWidth ?? 0);
    previous = { glyph, font };
    return { glyph, left };
  });
  return { glyphs, width };
}

/** A `DrawText` that writes Inter's outlines as `<path>`, so that pictures look the same on machines without fonts. */
export function createGlyphText(): DrawText {
  const fonts: Record<TextWeight, Font[]> = { 400: loadFonts(400), 600: loadFonts(600) };
  return (text, x, y, size, anchor, weight) => {
    const { glyphs, width } = placeGlyphs(text, size, fonts[weight]);
    const start = x - anchorShare[anchor] * width;
    const outline = glyphs
      .map(({ glyph, left }) => glyph.getPath(start + left, y, size).toPathData(2))
      .join('');
    return outline === '' ? '' : `<path d="${outline}"/>`;
  };
}
