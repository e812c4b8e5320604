import { join } from 'node:path';
import { labModel, type CataloguePicture, type Subject } from '../src/components/figures/figure.ts';
import { certainPictures, slopeOf } from '../src/components/figures/logitOrProbability.ts';
import { benchMethods } from '../src/components/figures/saliencyMap.ts';
import { gaussianBlur } from '../src/draw/gaussianBlur.ts';
import { minMaxRange } from '../src/draw/normalize.ts';
import { numberText } from '../src/draw/numberText.ts';
import { topShare } from '../src/draw/topShare.ts';
import type { Ask, Target, TensorData } from '../src/worker/protocol.ts';
import { correlation } from './correlation.ts';
import { publicFolder } from './nodeModels.ts';
import { readPicture } from './nodePicture.ts';

type Facts = Record<string, string | number>;

/** Standard deviation in pixels of the blur after which maps of two classes are compared. */
const blurSigma = 2;
/** Of the pixels, the strongest share whose part of the whole is told. */
const strongest = 0.05;

const percent = (share: number) => `${Math.round(100 * share)} percent`;

/** What the prose of the section on saliency quotes. */
export async function saliencyFacts(
  ask: Ask,
  { picture, target }: Subject,
  pictures: readonly CataloguePicture[],
): Promise<Facts> {
  const explain = (method: string, wanted: Target = target) =>
    ask('explain', { model: labModel, picture, method, target: wanted });
  const { map, logits } = await explain('saliency');
  const runnerUp = logits.indexOf(logits.toSorted((a, b) => b - a)[1]!);
  const rival: Target = { kind: 'logit', class: runnerUp };
  const other = await explain('saliency', rival);
  const guided = await explain('guided-backprop');
  const guidedOther = await explain('guided-backprop', rival);
  const blurred = ({ data, shape }: TensorData) => gaussianBlur(data, shape[1]!, blurSigma);
  const smooth = await explain('smoothgrad');
  return {
    'saliency.topShare': percent(topShare(map.data, strongest)),
    'saliency.classCorrelation': correlation(map.data, other.map.data).toFixed(2),
    'saliency.blurredClassCorrelation': correlation(blurred(map), blurred(other.map)).toFixed(2),
    'saliency.methods': benchMethods(await ask('methods', {})).length,
    'smoothGrad.largest': percent(minMaxRange(smooth.map.data)[1] / minMaxRange(map.data)[1]),
    'smoothGrad.correlation': correlation(map.data, smooth.map.data).toFixed(2),
    'guided.classCorrelation': correlation(guided.map.data, guidedOther.map.data).toFixed(2),
    ...(await pathFacts(explain)),
    ...(await softmaxFacts(ask, pictures)),
  };
}

/** What the pixels' shares come to, and what they should come to. */
async function pathFacts(explain: (method: string) => Promise<{ details: object }>) {
  const { details } = (await explain('integrated-gradients')) as {
    details: Readonly<Record<string, TensorData>>;
  };
  const number = (name: string) => details[name]!.data[0]!;
  return {
    'integratedGradients.sum': numberText(number('sum'), 4),
    'integratedGradients.difference': numberText(number('difference'), 4),
  };
}

/** The picture that the network is surest of, and how the softmax fades gradients over all pictures. */
async function softmaxFacts(ask: Ask, pictures: readonly CataloguePicture[]): Promise<Facts> {
  const all = await certainPictures(
    ask,
    pictures.map(({ id, url }) => ({ id, read: () => readPicture(join(publicFolder, url)) })),
  );
  const [surest] = all;
  const { probability, ratio, id, label } = surest!;
  const quotients = all.map((one) => one.ratio / slopeOf(one.probability));
  const [low, high] = minMaxRange(quotients);
  return {
    'softmax.picture': pictures.find((one) => one.id === id)!.title,
    'softmax.class': label,
    'softmax.probability': probability.toFixed(4),
    'softmax.fainter': Math.round(1 / ratio).toLocaleString('en'),
    'softmax.least': low.toFixed(2),
    'softmax.most': high.toFixed(2),
  };
}
