import type { ValueRange } from '../../draw/normalize.ts';
import { numberText } from '../../draw/numberText.ts';
import type { Exportable } from './exports.ts';
import type { FourLensesView } from './fourLenses.ts';

/** What stands under a lens's picture, and what it is called for those who do not see it. */
export interface LensText {
  readonly text: string;
  readonly alt: string;
}

export interface LensTexts {
  readonly filters: LensText & { readonly range: string };
  readonly map: LensText;
  readonly saliency: LensText;
  readonly cam: LensText;
}

const by = (size: readonly number[]) => size.join(' × ');
const between = ([low, high]: ValueRange) => `${numberText(low)} to ${numberText(high)}`;

function filtersText({ filters }: FourLensesView): LensTexts['filters'] {
  const [channels, ...size] = filters.shape;
  const depth = channels === 3 ? 'three colours' : `${channels} channels`;
  const text = `${filters.count} filters of ${by(size)} pixels in ${depth}. They are the same for every picture.`;
  const weights = `weights ${between(filters.range)}, each filter over its own range`;
  return { text, range: weights, alt: `${text} Colours: ${weights}.` };
}

function silence(channels: number): string {
  if (channels === 0) return 'None is silent.';
  return channels === 1 ? 'One is silent.' : `${channels} are silent.`;
}

function mapText({ map }: FourLensesView): LensText {
  const { layer, channel, channels, mean, silent, size, range } = map;
  const text =
    `${layer}, channel ${channel}: of ${channels} channels the one with the largest mean, ` +
    `${numberText(mean)}. ${silence(silent)}`;
  return { text, alt: `Feature map, ${by(size)}, values from ${between(range)}. ${text}` };
}

function saliencyText({ saliency }: FourLensesView, label: string): LensText {
  const share = Math.round(100 * saliency.topShare);
  const text =
    `The strongest 5 % of the pixels hold ${share} % of the total. Clipped at the 99th percentile; ` +
    `the largest is ${numberText(saliency.maximum)}.`;
  return { text, alt: `Saliency of ${label}. ${text}` };
}

function camText({ cam }: FourLensesView, label: string): LensText {
  const { size, support, peak, range } = cam;
  const positions = size[0] * size[1];
  const speaking = Math.round(support * positions);
  const text =
    speaking === 0
      ? `No position of the ${by(size)} grid speaks for ${label}.`
      : `${speaking} of ${positions} positions speak for ${label}, most of all row ${peak.row}, column ${peak.column}.`;
  const largest = numberText(range[1]);
  return {
    text,
    alt: `Grad-CAM for ${label} over the picture, largest value ${largest}. ${text}`,
  };
}

/** The figure's texts, computed from its numbers. @param label of the class explained */
export function lensTexts(view: FourLensesView, label: string): LensTexts {
  return {
    filters: filtersText(view),
    map: mapText(view),
    saliency: saliencyText(view, label),
    cam: camText(view, label),
  };
}

/** The figure as a sheet to save: the picture and the four lenses. */
export function lensPanels(view: FourLensesView, label: string): Exportable['panels'] {
  const { picture, filters, map, saliency, cam } = view;
  return [
    { title: 'Picture', image: picture, smooth: true },
    { title: 'First-layer filters', image: filters.image },
    {
      title: `Feature map (${map.layer}, channel ${map.channel})`,
      image: map.image,
      legend: { colormap: 'viridis', range: map.range, unit: 'activation' },
    },
    {
      title: `Saliency of ${label}`,
      image: saliency.image,
      legend: { colormap: 'inferno', range: saliency.range, unit: 'logit per input unit' },
    },
    {
      title: `Grad-CAM for ${label} (${cam.layer})`,
      image: cam.image,
      legend: { colormap: 'viridis', range: cam.range, unit: 'logit' },
      smooth: true,
    },
  ];
}
