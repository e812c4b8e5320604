import sharp from 'sharp';

/** A picture of the reader's own: colours that no shipped picture has. */
export async function readersPicture() {
  const pixels = Array.from(
    { length: 60 * 40 * 3 },
    (_, i) => ((i * 7) % 256) ^ (i % 3 === 0 ? 255 : 0),
  );
  const raw = { width: 60, height: 40, channels: 3 } as const;
  const buffer = await sharp(Buffer.from(pixels), { raw }).png().toBuffer();
  return { name: 'mine.png', mimeType: 'image/png', buffer };
}

/** A file that is no picture, and the sentence that refuses it. */
export const readersText = {
  file: { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') },
  sentence: 'notes.txt is not a picture that this browser can decode.',
};

/** Figures that show what does not depend on a class. */
export const withoutClass: readonly string[] = [
  'filter-wall',
  'kernel-editor',
  'filter-census',
  'feature-maps',
  'receptive-field',
  'patch-atlas',
  'layer-sparsity',
  'cutout-stage',
  'logit-or-probability',
];

/** Figures that show a network whatever it is given. */
export const withoutPicture: readonly string[] = [
  'filter-census',
  'logit-or-probability',
  'cutout-stage',
];
