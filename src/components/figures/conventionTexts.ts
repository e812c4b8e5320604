import { numberText } from '../../draw/numberText.ts';
import { largestChoice, rankedRows } from './conventions.ts';
import type { ConventionView, DrawnConvention } from './conventions.ts';
import type { Change } from './conventionMaps.ts';
import { presetLabels, type Conventions } from './conventionSwitches.ts';

/** A change in percent of the colours' length: `0 %` only where nothing changes. */
export function amountText({ amount }: Pick<Change, 'amount'>): string {
  if (amount > 0 && amount < 0.005) return '< 1 %';
  return `${Math.round(100 * amount)} %`;
}

/** The same in a sentence: `up to 12 %`. */
const upTo = (change: Pick<Change, 'amount'>): string =>
  change.amount < 0.005 ? 'less than 1 %' : `up to ${amountText(change)}`;

export const placeText = ({ row, column }: Pick<Change, 'row' | 'column'>): string =>
  `row ${row}, column ${column}`;

const targets = { logit: 'logit', probability: 'probability', 'log-probability': 'log p' } as const;

/** The unit of a map's values. */
export function unitOf({ subject, target, normaliser }: Conventions): string {
  if (normaliser === 'maximum') return 'of the maximum';
  if (normaliser === 'min-max') return 'of the way from least to most';
  if (normaliser === 'cumulative') return 'of the 98 % end';
  return subject === 'saliency' ? `${targets[target]} per unit of input` : targets[target];
}

/** What the colours of a map do not say. */
export function reachText({ reach: [low, high] }: DrawnConvention): string {
  return `values ${numberText(low)} to ${numberText(high)}`;
}

export const subjectText = ({ subject }: Conventions): string =>
  subject === 'grad-cam' ? 'Grad-CAM' : 'Saliency';

/** A map for those who do not see it. */
export function mapText(
  { model, targetClass }: ConventionView,
  map: DrawnConvention,
  whose: string,
): string {
  const { conventions } = map;
  const score = `the ${targets[conventions.target]} of ${model.labels[targetClass]}`;
  const colours = `colours from ${numberText(map.range[0])} to ${numberText(map.range[1])}`;
  return `${subjectText(conventions)} of ${score}, ${whose}: ${reachText(map)} ${unitOf(conventions)}, ${colours}`;
}

/** A switch's label in the middle of a sentence; ReLU stays as it is. */
export const inSentence = (label: string): string =>
  /.[A-Z]/.test(label) ? label : label.toLowerCase();

/** Which conventions are shown: a preset's, or the reader's with what departs from the preset. */
export function presetText({ preset, base, departures }: ConventionView): string {
  if (preset)
    return `All switches stand as in ${preset === 'paper' ? 'the paper' : presetLabels[preset]}.`;
  const parted = departures.map(({ label, choice }) => `${inSentence(label)}: ${choice}`);
  const of = base === 'paper' ? 'the paper' : presetLabels[base];
  return `Yours. It departs from ${of} in ${parted.join('; ')}.`;
}

/** Where the layer is read, by the names of the modules. */
export function tapsText({ taps, grid }: ConventionView): string {
  const sum = taps.before.join(' + ');
  const hook =
    taps.before.length > 1
      ? `, a sum that is no module’s output: the last call of a forward pre-hook on ${taps.activation} has it, to be cloned there, since torchvision’s ReLU works in place`
      : '';
  return (
    `Read after the activation: ${taps.after}, ${grid.join('×')} cells. ` +
    `Before it: ${sum}${hook}.`
  );
}

/** The shown map beside the paper's. */
export function changeText({ change }: ConventionView): string {
  if (change.amount === 0) return 'No pixel is drawn otherwise than in the paper.';
  const text = upTo(change);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} of the colours’ length, at ${placeText(change)}.`;
}

/** Which switch matters most on this picture, and which least. */
export function verdictText({ rows }: ConventionView): string {
  const ranked = rankedRows(rows);
  const [first, last] = [ranked[0]!, ranked.at(-1)!];
  const [most, least] = [largestChoice(first), largestChoice(last)];
  const idle = least.change.amount === 0 ? 'nothing at all' : upTo(least.change);
  return (
    `With the other switches as they stand, “${first.label}” matters most, where “${most.label}” changes ` +
    `${upTo(most.change)}, and “${last.label}” least: ${idle}.`
  );
}

/** How near PyTorch's numbers are. */
export function goldenText(
  { golden, model }: ConventionView,
  titleOf: (id: string) => string,
): string {
  switch (golden.kind) {
    case 'compared':
      return (
        `Largest difference to PyTorch’s stored numbers for this very combination: ` +
        `${numberText(golden.difference, 2)} of the map’s largest value ` +
        `(${golden.samples} sampled pixels, smallest, largest and sum).`
      );
    case 'elsewhere':
      return (
        `PyTorch’s numbers are stored for “${titleOf(golden.picture)}” and the class ${golden.label}; ` +
        `for what is shown there are none.`
      );
    case 'none':
      return `No numbers of PyTorch’s are stored for ${model.title}.`;
    case 'failed':
      return `PyTorch’s numbers could not be read: ${golden.failure}.`;
  }
}
