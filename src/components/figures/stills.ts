import { drawLensesStill } from './acrossLenses.ts';
import { drawAlphaStill } from './alphaIsW.ts';
import { drawCutoutStageStill } from './cutoutStage.ts';
import { drawConventionsStill } from './conventions.ts';
import { drawFeatureMapsStill } from './featureMaps.ts';
import { drawCamGalleryStill } from './camGallery.ts';
import { drawLedgerStill } from './evidenceLedger.ts';
import type { DrawStill } from './figure.ts';
import { drawFilterCensusStill } from './filterCensus.ts';
import { drawFilterWallStill } from './filterWall.ts';
import { drawFourLensesStill } from './fourLenses.ts';
import { drawGradCamStill } from './gradCamMap.ts';
import { drawKernelEditorStill } from './kernelEditor.ts';
import { drawGalleryStill } from './gradientGallery.ts';
import { drawSoftmaxStill } from './logitOrProbability.ts';
import { drawIntegratedGradientsStill } from './pathFilm.ts';
import { drawPixelProbeStill } from './pixelProbe.ts';
import { drawReceptiveFieldStill } from './receptiveField.ts';
import { drawPatchAtlasStill } from './patchAtlas.ts';
import { drawLayerSparsityStill } from './layerSparsity.ts';
import { drawReportCardStill } from './reportCardFigure.ts';
import { drawSaliencyStill } from './saliencyMap.ts';
import { drawSmoothGradStill } from './smoothGradFilm.ts';

/** How each figure's still is drawn when the site is built, by the figure's id. */
export const stills: Readonly<Record<string, DrawStill>> = {
  'four-lenses': drawFourLensesStill,
  'filter-wall': drawFilterWallStill,
  'kernel-editor': drawKernelEditorStill,
  'filter-census': drawFilterCensusStill,
  'feature-maps': drawFeatureMapsStill,
  'receptive-field': drawReceptiveFieldStill,
  'patch-atlas': drawPatchAtlasStill,
  'layer-sparsity': drawLayerSparsityStill,
  saliency: drawSaliencyStill,
  'logit-or-probability': drawSoftmaxStill,
  'gradient-gallery': drawGalleryStill,
  'pixel-probe': drawPixelProbeStill,
  smoothgrad: drawSmoothGradStill,
  'integrated-gradients': drawIntegratedGradientsStill,
  'grad-cam': drawGradCamStill,
  'alpha-is-w': drawAlphaStill,
  'evidence-ledger': drawLedgerStill,
  'across-lenses': drawLensesStill,
  conventions: drawConventionsStill,
  'cam-gallery': drawCamGalleryStill,
  'cutout-stage': drawCutoutStageStill,
  'report-card': drawReportCardStill,
};
