import type { PrototypeKind, Verdict } from '../../worker/protocol.ts';

export const kindNames: Readonly<Record<PrototypeKind, string>> = {
  sobel: 'Sobel kernel',
  scharr: 'Scharr kernel',
  prewitt: 'Prewitt kernel',
  laplacian: 'Laplacian',
  gabor: 'Gabor filter',
  differenceOfGaussians: 'difference of Gaussians',
  blob: 'Gaussian blob',
};

export const verdictNames: Readonly<Record<Verdict, string>> = {
  edge: 'edge',
  colourEdge: 'colour edge',
  grating: 'grating',
  blob: 'blob',
  noise: 'none of these',
  dead: 'dead',
};
