import type { conventionChoices, conventionPresets } from '../../client/choices.ts';

/** Everything by which two tools can differ over the same map. */
export type Conventions = {
  readonly [K in keyof typeof conventionChoices]: (typeof conventionChoices)[K][number];
};
export type SwitchName = Exclude<keyof Conventions, 'subject'>;
export type PresetName = (typeof conventionPresets)[number];

/** One switch of the board. */
export interface ConventionSwitch {
  readonly name: SwitchName;
  readonly label: string;
  /** What is decided here, in a few words. */
  readonly question: string;
  /** Labels of its choices, by their values. */
  readonly choices: Readonly<Record<string, string>>;
}

const camOnly: ReadonlySet<SwitchName> = new Set(['reading', 'relu', 'order', 'upsampling']);
const saliencyOnly: ReadonlySet<SwitchName> = new Set(['signs', 'reduction']);

/** The board from top to bottom, in the order in which a map is made. */
export const switches: readonly ConventionSwitch[] = [
  {
    name: 'target',
    label: 'Target',
    question: 'what is differentiated',
    choices: { logit: 'logit', probability: 'probability', 'log-probability': 'log p' },
  },
  {
    name: 'reading',
    label: 'Layer',
    question: 'read after or before its activation',
    choices: { after: 'after', before: 'before' },
  },
  {
    name: 'relu',
    label: 'ReLU',
    question: 'where evidence against is cut off',
    choices: {
      'after-sum': 'after the sum',
      'before-sum': 'before the sum',
      none: 'nowhere',
      absolute: 'absolute value',
    },
  },
  {
    name: 'signs',
    label: 'Signs',
    question: 'of the three colours’ gradients',
    choices: { absolute: 'absolute', signed: 'signed sum' },
  },
  {
    name: 'reduction',
    label: 'Colours',
    question: 'from three numbers to one',
    choices: { max: 'maximum', l2: 'L2 norm', sum: 'sum' },
  },
  {
    name: 'upsampling',
    label: 'Enlarging',
    question: 'from the layer’s cells to pixels',
    choices: {
      bilinear: 'bilinear',
      nearest: 'nearest',
      'bilinear-corners': 'bilinear, corners aligned',
      bicubic: 'bicubic',
    },
  },
  {
    name: 'normaliser',
    label: 'Normalising',
    question: 'what 1 stands for',
    choices: {
      none: 'none',
      maximum: 'by the maximum',
      'min-max': 'min to max',
      cumulative: '98 % of the sum',
    },
  },
  {
    name: 'order',
    label: 'Order',
    question: 'normalised after or before enlarging',
    choices: { after: 'after', before: 'before', both: 'both times' },
  },
];

/** The paper's conventions: of Grad-CAM, Selvaraju et al. 2017; of saliency, Simonyan et al. 2013. */
export const paper: Omit<Conventions, 'subject'> = {
  target: 'logit',
  reading: 'after',
  relu: 'after-sum',
  signs: 'absolute',
  reduction: 'max',
  normaliser: 'none',
  order: 'after',
  upsampling: 'bilinear',
};

/**
 * What each library does unless told otherwise. pytorch-grad-cam: a ReLU, min-max, `cv2.resize`, min-max once more. Captum:
 * `LayerGradCam` has no ReLU, `LayerAttribution.interpolate` is nearest, and `visualize_image_attr` takes magnitudes and cuts
 * them off at 98 percent of their sum; of `Saliency`, magnitudes of each colour, it adds the colours up.
 */
export const presets: Readonly<Record<PresetName, Omit<Conventions, 'subject'>>> = {
  paper,
  'pytorch-grad-cam': { ...paper, normaliser: 'min-max', order: 'both' },
  captum: {
    ...paper,
    relu: 'absolute',
    reduction: 'sum',
    normaliser: 'cumulative',
    upsampling: 'nearest',
  },
};

export const presetLabels: Readonly<Record<PresetName, string>> = {
  paper: 'paper',
  'pytorch-grad-cam': 'pytorch-grad-cam',
  captum: 'Captum',
};

/** Whether a preset has a map of the subject: pytorch-grad-cam has no plain saliency. */
export const offers = (preset: PresetName, subject: Conventions['subject']): boolean =>
  preset !== 'pytorch-grad-cam' || subject === 'grad-cam';

/** Whether a switch is on the board. */
export function concerns(name: SwitchName, subject: Conventions['subject']): boolean {
  return !(subject === 'grad-cam' ? saliencyOnly : camOnly).has(name);
}

/** Whether a choice makes sense beside the others: only a sum has signs, and only what is normalised is so in some order. */
export function isOpen(conventions: Conventions, name: SwitchName, value: string): boolean {
  if (name === 'order') return conventions.normaliser !== 'none' || value === paper.order;
  if (name === 'reduction') return conventions.signs === 'absolute' || value === 'sum';
  return true;
}

/** The conventions with every choice that does not concern the map, or is not open, put right. */
export function settled(conventions: Conventions): Conventions {
  const { subject } = conventions;
  const kept = Object.fromEntries(
    switches.map(({ name }) => [name, concerns(name, subject) ? conventions[name] : paper[name]]),
  ) as unknown as Omit<Conventions, 'subject'>;
  return {
    ...kept,
    subject,
    order: kept.normaliser === 'none' ? paper.order : kept.order,
    reduction: kept.signs === 'signed' ? 'sum' : kept.reduction,
  };
}

/** The conventions with one switch at another choice. */
export const withChoice = (conventions: Conventions, name: SwitchName, value: string) =>
  settled({ ...conventions, [name]: value } as Conventions);

/** Switches that stand elsewhere than a preset has them, in the order of the board. */
export function departures(conventions: Conventions, preset: PresetName): ConventionSwitch[] {
  const { subject } = conventions;
  const [ours, theirs] = [settled(conventions), settled({ ...presets[preset], subject })];
  return switches.filter(({ name }) => ours[name] !== theirs[name]);
}

/** One key for all conventions that make the same map. */
export function keyOf(conventions: Conventions): string {
  const settledOnes = settled(conventions);
  return [settledOnes.subject, ...switches.map(({ name }) => settledOnes[name])].join(' ');
}
