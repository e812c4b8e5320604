export type TextAnchor = 'start' | 'middle' | 'end';
export type TextWeight = 400 | 600;

/**
 * Writes one line of text into an SVG: (x, y) is its anchor on the baseline, sizes in the SVG's units; the colour comes from the group around it.
 * `plainText` leaves the letters to the viewer's fonts, `createGlyphText` (Node) draws their outlines.
 */
export type DrawText = (
  text: string,
  x: number,
  y: number,
  size: number,
  anchor: TextAnchor,
  weight: TextWeight,
) => string;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text safe inside XML elements and attributes; characters XML does not allow are dropped. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (c) => entities[c]!);
}

export const plainText: DrawText = (text, x, y, size, anchor, weight) =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
