import type { APIRoute } from 'astro';
import sharp from 'sharp';

const PAPER = '#fffdf9';
const INK = '#211d18';
/** A Sobel kernel turned by 45 degrees, as in the head of every page. */
const WEIGHTS = [-2, -1, 0, -1, 0, 1, 0, 1, 2];
const CELL = 150;

/** The picture that a shared link shows: the mark of the site, without letters that need a font. */
export const GET: APIRoute = async () => {
  const cells = WEIGHTS.map((weight, index) => {
    const x = 375 + CELL * (index % 3);
    const y = 90 + CELL * Math.floor(index / 3);
    const opacity = 0.08 + (0.92 * (weight + 2)) / 4;
    const size = CELL - 8;
    return `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="${INK}" opacity="${opacity}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">
    <rect width="1200" height="630" fill="${PAPER}"/>${cells.join('')}</svg>`;
  const png = await sharp(Buffer.from(svg)).png({ palette: true }).toBuffer();
  return new Response(new Uint8Array(png), { headers: { 'content-type': 'image/png' } });
};
