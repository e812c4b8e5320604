import { numberText } from '../../draw/numberText.ts';
import type { LensesView } from './acrossLenses.ts';
import type { Cell } from './lensLayers.ts';
import { signedText } from './receptiveField.ts';

const percent = (share: number) => {
  const rounded = Math.round(100 * share);
  return `${rounded === 0 && share > 0 ? '< 1' : rounded}\u00a0%`;
};
const labelOf = ({ model, targetClass }: Pick<LensesView, 'model' | 'targetClass'>) =>
  model.labels[targetClass] ?? '';

type CellLine = Pick<LensesView, 'cell' | 'model' | 'targetClass'>;

/** What the cell does to the logit, as a sentence without its subject. */
export function cellText(view: CellLine): string {
  const { value, share } = view.cell;
  const label = labelOf(view);
  if (share !== undefined)
    return `adds ${numberText(value)} to the logit of ${label}, ${percent(share)} of all that speaks for it`;
  return value < 0
    ? `takes ${numberText(-value)} from the logit of ${label}`
    : `adds nothing to the logit of ${label}`;
}

export const placeText = ({ row, column }: Cell): string => `row ${row}, column ${column}`;

/** What the rings stand for. */
export function ringsText({ channel: { index, peaks } }: Pick<LensesView, 'channel'>): string {
  return peaks.length > 0
    ? `Rings: where channel ${index} adds most.`
    : `Channel ${index} adds nothing anywhere.`;
}

/** What the cell sees: how much, from where, and how much of it is picture. */
export function seenText({ cell, inputSize }: Pick<LensesView, 'cell' | 'inputSize'>): string {
  const { size, x, y } = cell.field;
  const where = `${size}\u00a0×\u00a0${size} pixels from row ${signedText(y)}, column ${signedText(x)}`;
  const of = `of ${inputSize}\u00a0×\u00a0${inputSize}`;
  return cell.inside < 1
    ? `${where} ${of}; ${percent(cell.inside)} of them lie in the picture`
    : `${where} ${of}`;
}

const endings = ['th', 'st', 'nd', 'rd'] as const;

/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
export function ordinal(count: number): string {
  const tens = count % 100;
  const ending = tens > 10 && tens < 14 ? 'th' : (endings[count % 10] ?? 'th');
  return `${count}${ending}`;
}

/** What the lit channel has to do with the cell, as a sentence without its subject. */
export function channelText({
  channel,
  channelCount,
}: Pick<LensesView, 'channel' | 'channelCount'>): string {
  const { activation, value, rank } = channel;
  const active = `is at ${numberText(activation)}`;
  if (value === 0) return `${active} and adds nothing`;
  const place = `${ordinal(rank)} of ${channelCount}`;
  return value > 0
    ? `${active} and adds ${numberText(value)}, ${place}`
    : `${active} and takes ${numberText(-value)}, ${place}`;
}

/** Why there are no patches to show, in a sentence; undefined where there are some. */
export function noPatchesText({
  layer,
  layers,
  channel,
}: Pick<LensesView, 'layer' | 'layers' | 'channel'>): string | undefined {
  if (channel.patches.length > 0) return undefined;
  if (layer.patches) return `Nothing in the atlas’s pictures excites channel ${channel.index}.`;
  const first = layers.find(({ patches }) => patches);
  return first
    ? `The atlas of this network begins at ${first.name}.`
    : 'The atlas holds only the site’s own trained networks, so there are no patches of this one.';
}

/** All that is lit, in one sentence. */
export function lensesText(view: LensesView): string {
  const { cell, layer } = view;
  const part = cell.parts[0];
  const most = part ? `; channel ${part.index} moves it most, by ${numberText(part.value)}` : '';
  return `The cell in ${placeText(cell)} of ${layer.name} ${cellText(view)}${most}`;
}
