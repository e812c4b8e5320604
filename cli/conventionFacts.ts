import { goldenDifference } from '../src/components/figures/conventionGoldens.ts';
import { conventionMap, type Size } from '../src/components/figures/conventionMaps.ts';
import {
  boardRows,
  conventionView,
  largestChoice,
  loadConventions,
  rankedRows,
  type BoardRow,
  type ConventionData,
} from '../src/components/figures/conventions.ts';
import {
  paper,
  presets,
  type Conventions,
  type PresetName,
} from '../src/components/figures/conventionSwitches.ts';
import { combinations } from '../src/components/figures/conventionCombinations.ts';
import { inSentence } from '../src/components/figures/conventionTexts.ts';
import { labModel, type Subject } from '../src/components/figures/figure.ts';
import { numberText } from '../src/draw/numberText.ts';
import type { Ask, ConventionGoldens } from '../src/worker/protocol.ts';

type Facts = Record<string, string | number>;

const percent = (share: number) => `${Math.round(100 * share)} percent`;
/** In the middle of a sentence. */
function upTo(share: number): string {
  if (share === 0) return 'nothing';
  return share < 0.005 ? 'less than one percent' : `up to ${percent(share)}`;
}

const rowNamed = (rows: readonly BoardRow[], name: string) =>
  rows.find((row) => row.name === name)!;
const choiceOf = (rows: readonly BoardRow[], name: string, value: string) =>
  rowNamed(rows, name).choices.find((choice) => choice.value === value)!.change.amount;

/** How far a preset's map is from the paper's, as drawn. */
const presetChange = (data: ConventionData, name: PresetName) =>
  conventionView(data, { ...presets[name], subject: data.subject }, name).change.amount;

/** Largest difference of any map to PyTorch's. */
function largestError(data: ConventionData): { count: number; error: number } {
  const { height, width } = data.model.preprocessing;
  const size: Size = [height, width];
  const all = combinations(data.subject);
  const goldens = data.goldens as ConventionGoldens;
  const errors = all.map((each) =>
    goldenDifference(goldens, each, conventionMap(data.found, each, size).values),
  );
  return { count: all.length, error: Math.max(...errors) };
}

/** What each switch of the board does to the default picture's maps, and how far they are from PyTorch's. */
export async function conventionFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const load = (map: Conventions['subject']) =>
    loadConventions(ask, subject, { model: labModel, subject: map });
  const [cam, saliency] = [await load('grad-cam'), await load('saliency')];
  const rows = boardRows(cam, { ...paper, subject: 'grad-cam' });
  const ranked = rankedRows(rows);
  const [most, least] = [ranked[0]!, ranked.at(-1)!];
  const saliencyRows = boardRows(saliency, { ...paper, subject: 'saliency' });
  const checked = [largestError(cam), largestError(saliency)];
  return {
    'conventions.most.switch': inSentence(most.label),
    'conventions.most.choice': largestChoice(most).label,
    'conventions.most.amount': percent(largestChoice(most).change.amount),
    'conventions.least.switch': inSentence(least.label),
    'conventions.least.choice': largestChoice(least).label,
    'conventions.least.amount': upTo(largestChoice(least).change.amount),
    'conventions.nearest': percent(choiceOf(rows, 'upsampling', 'nearest')),
    'conventions.corners': percent(choiceOf(rows, 'upsampling', 'bilinear-corners')),
    'conventions.minMax': upTo(choiceOf(rows, 'normaliser', 'min-max')),
    'conventions.beforeSum': percent(choiceOf(rows, 'relu', 'before-sum')),
    'conventions.before': percent(choiceOf(rows, 'reading', 'before')),
    'conventions.pytorchGradCam': upTo(presetChange(cam, 'pytorch-grad-cam')),
    'conventions.captum': percent(presetChange(cam, 'captum')),
    'conventions.saliency.probability': percent(choiceOf(saliencyRows, 'target', 'probability')),
    'conventions.saliency.cumulative': percent(choiceOf(saliencyRows, 'normaliser', 'cumulative')),
    'conventions.saliency.captum': percent(presetChange(saliency, 'captum')),
    'conventions.combinations': (checked[0]!.count + checked[1]!.count).toLocaleString('en'),
    'conventions.error': numberText(Math.max(...checked.map(({ error }) => error)), 1),
  };
}
