import { capture } from '../capture.ts';
import { enlarge } from '../inputs/enlarge.ts';
import { gradCam } from './gradCam.ts';
import { defineMethod } from './method.ts';
import { reduceChannels, reductionOption } from './reductions.ts';

// #region guidedGradCam
/**
 * L = |G| U(Grad-CAM): the guided gradient (`guided-backprop`), its channels reduced, times Grad-CAM of
 * `layer`, enlarged to the input. `details`: `gradient` (guided) `[1, C, H, W]`, `cam` at the layer's
 * resolution, `weights` at the input's.
 * Source: Selvaraju et al. 2017, arXiv:1610.02391, who enlarge bilinearly; Captum's `GuidedGradCam`
 * repeats the nearest cell (`upsampling` `captum`) and leaves channels apart. pytorch-grad-cam takes a
 * Grad-CAM that was scaled to 0 to 1 before.
 */
export const guidedGradCam = defineMethod({
  id: 'guided-grad-cam',
  name: 'Guided Grad-CAM',
  family: 'gradient',
  unit: 'squared target units per unit of normalised input',
  atLayer: true,
  long: false,
  options: [
    reductionOption,
    {
      kind: 'choice',
      name: 'upsampling',
      label: 'Enlarging Grad-CAM',
      choices: ['bilinear', 'captum'],
      default: 'bilinear',
    },
  ],
  async attribute(run, request, { reduction, upsampling }) {
    const { target: asked, layer, signal, waiting, onProgress } = request;
    const options = { signal, waiting, onProgress };
    const found = await gradCam.explain(run, { target: asked, layer, ...options });
    const { gradients, logits, target } = await capture(run, {
      ...options,
      target: asked,
      gradients: ['input'],
      reluRule: 'guided',
    });
    const gradient = gradients['input']!;
    const [, , height, width] = gradient.shape as [number, number, number, number];
    const kind = upsampling === 'captum' ? 'nearest' : 'bilinear';
    const weights = enlarge(found.map, height, width, kind);
    const { shape, data } = reduceChannels(gradient, reduction);
    return {
      map: { shape, data: data.map((value, i) => value * weights.data[i]!) },
      details: { gradient, cam: found.map, weights },
      layer: found.layer,
      target: target!,
      logits: logits!,
      notes: found.notes.filter(({ code }) => code !== 'saturated-softmax'),
    };
  },
});
// #endregion
