export interface FigureEntry {
  /** Names the figure in MDX, in addresses, in `src/generated/stills` and in the browser tests. */
  id: string;
  title: string;
  /** Svelte component in this folder. */
  file: string;
  /** Page that the figure stands on: the name of its file in `src/content/chapter`. */
  page: string;
}

/** Every live figure, in reading order: the gallery, the stills and the browser tests go by it. */
export const figures: readonly FigureEntry[] = [
  { id: 'four-lenses', title: 'Four lenses', file: 'FourLenses.svelte', page: 'index' },
  {
    id: 'filter-wall',
    title: 'First-layer filters',
    file: 'FilterWall.svelte',
    page: 'first-layer-filters',
  },
  {
    id: 'kernel-editor',
    title: 'A kernel of your own',
    file: 'KernelEditor.svelte',
    page: 'first-layer-filters',
  },
  {
    id: 'filter-census',
    title: 'A census of first-layer filters',
    file: 'FilterCensus.svelte',
    page: 'first-layer-filters',
  },
  { id: 'feature-maps', title: 'Feature maps', file: 'FeatureMaps.svelte', page: 'feature-maps' },
  {
    id: 'receptive-field',
    title: 'What one cell sees',
    file: 'ReceptiveField.svelte',
    page: 'feature-maps',
  },
  {
    id: 'patch-atlas',
    title: 'What excites a channel most',
    file: 'PatchAtlas.svelte',
    page: 'feature-maps',
  },
  {
    id: 'layer-sparsity',
    title: 'Zeros, layer by layer',
    file: 'LayerSparsity.svelte',
    page: 'feature-maps',
  },
  { id: 'saliency', title: 'Saliency', file: 'SaliencyMap.svelte', page: 'saliency' },
  {
    id: 'logit-or-probability',
    title: 'Logit or probability',
    file: 'LogitOrProbability.svelte',
    page: 'saliency',
  },
  {
    id: 'gradient-gallery',
    title: 'Every method of this section',
    file: 'GradientGallery.svelte',
    page: 'saliency',
  },
  { id: 'pixel-probe', title: 'Nudge a pixel', file: 'PixelProbe.svelte', page: 'saliency' },
  {
    id: 'smoothgrad',
    title: 'SmoothGrad, copy by copy',
    file: 'SmoothGrad.svelte',
    page: 'saliency',
  },
  {
    id: 'integrated-gradients',
    title: 'The way from black to the picture',
    file: 'IntegratedGradients.svelte',
    page: 'saliency',
  },
  { id: 'grad-cam', title: 'Grad-CAM', file: 'GradCam.svelte', page: 'grad-cam' },
  {
    id: 'alpha-is-w',
    title: 'What alpha turns out to be',
    file: 'AlphaIsW.svelte',
    page: 'grad-cam',
  },
  {
    id: 'evidence-ledger',
    title: 'The heatmap that adds up',
    file: 'EvidenceLedger.svelte',
    page: 'grad-cam',
  },
  {
    id: 'across-lenses',
    title: 'One cell through all lenses',
    file: 'AcrossLenses.svelte',
    page: 'grad-cam',
  },
  {
    id: 'conventions',
    title: 'One map, many conventions',
    file: 'Conventions.svelte',
    page: 'grad-cam',
  },
  {
    id: 'cam-gallery',
    title: 'The family of class-activation maps',
    file: 'CamGallery.svelte',
    page: 'grad-cam',
  },
  {
    id: 'cutout-stage',
    title: 'The same object, elsewhere',
    file: 'CutoutStage.svelte',
    page: 'grad-cam',
  },
  { id: 'report-card', title: 'The CNN report card', file: 'ReportCard.svelte', page: 'lab' },
];

/** @throws Error naming the known ids, when there is no such figure */
export function figureEntry(id: string): FigureEntry {
  const found = figures.find((figure) => figure.id === id);
  if (found) return found;
  const known = figures.map((figure) => figure.id).join(', ');
  throw new Error(`unknown figure: "${id}"; src/components/figures/registry.ts has ${known}`);
}
