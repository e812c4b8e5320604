import type { DrawStill } from './figure.ts';
import { drawGradCamStill } from './gradCamMap.ts';
import { drawSaliencyStill } from './saliencyMap.ts';

/** How each figure's still is drawn when the site is built, by the figure's id. */
export const stills: Readonly<Record<string, DrawStill>> = {
  saliency: drawSaliencyStill,
  'grad-cam': drawGradCamStill,
};
