import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { alphaView, loadAlpha } from '../src/components/figures/alphaIsW.ts';
import {
  chapterModel,
  digitsModel,
  labModel,
  type CataloguePicture,
  type Subject,
} from '../src/components/figures/figure.ts';
import { numberText, percentText } from '../src/draw/numberText.ts';
import { softmax } from '../src/draw/softmax.ts';
import type { ModelManifest } from '../src/engine/manifest.ts';
import type { Ask } from '../src/worker/protocol.ts';
import { camFacts } from './camFacts.ts';
import { conventionFacts } from './conventionFacts.ts';
import { cutoutFacts } from './cutoutFacts.ts';
import { experimentFacts } from './experimentFacts.ts';
import { fieldFacts } from './fieldFacts.ts';
import { filterFacts } from './filterFacts.ts';
import { lensFacts } from './lensFacts.ts';
import { publicFolder } from './nodeModels.ts';
import { saliencyFacts } from './saliencyFacts.ts';

type Facts = Record<string, string | number>;

/** Weights ship as float16. */
const float16Bytes = 2;

const percent = (share: number, digits = 0) => `${(100 * share).toFixed(digits)} percent`;
const count = (value: number) => value.toLocaleString('en');

/** Every number that the prose quotes, by the id it is quoted under. */
export async function chapterFacts(
  ask: Ask,
  subject: Subject,
  pictures: readonly CataloguePicture[],
): Promise<Facts> {
  return {
    ...(await modelFacts()),
    ...pictureFacts(pictures),
    ...(await defaultFacts(ask, subject, pictures)),
    ...(await firstLayerFacts(ask)),
    ...(await filterFacts(ask)),
    ...(await featureMapFacts(ask, subject)),
    ...(await fieldFacts(ask, subject)),
    'patches.crops': count((await readPatches(chapterModel)).crops),
    ...(await saliencyFacts(ask, subject, pictures)),
    ...(await experimentFacts(ask, subject)),
    ...(await gradCamFacts(ask, subject)),
    ...(await cutoutFacts(ask)),
    ...(await camFacts(ask, subject)),
    ...(await lensFacts(ask, subject)),
    ...(await conventionFacts(ask, subject)),
  };
}

async function readManifest(
  model: string,
): Promise<ModelManifest & { recipe: { epochs: number } }> {
  return JSON.parse(await readFile(join(publicFolder, 'models', model, 'model.json'), 'utf8'));
}

async function readPatches(model: string): Promise<{ crops: number }> {
  return JSON.parse(await readFile(join(publicFolder, 'models', model, 'patches.json'), 'utf8'));
}

async function modelFacts(): Promise<Facts> {
  const lab = await readManifest(labModel);
  const digits = await readManifest(digitsModel);
  const chapter = await readManifest(chapterModel);
  const { size } = await stat(join(publicFolder, 'models', labModel, lab.weights.file));
  return {
    'smallcnn.accuracy': percent(lab.metrics.accuracy, 2),
    'smallcnn.parameters': count(lab.parameters),
    'smallcnn.epochs': lab.recipe.epochs,
    'smallcnn.weightsKilobytes': Math.round(size / 1000),
    'mnistcnn.accuracy': percent(digits.metrics.accuracy, 2),
    'resnet18.accuracy': percent(chapter.metrics.accuracy, 1),
    'resnet18.images': count(chapter.metrics.images),
    'resnet18.parameters': count(chapter.parameters),
    'resnet18.weightsMegabytes': (chapter.weights.bytes / 1e6).toFixed(1),
  };
}

function pictureFacts(pictures: readonly CataloguePicture[]): Facts {
  const known = pictures
    .map(({ verdicts }) => verdicts[labModel]!)
    .filter(({ shows }) => shows !== null);
  const right = known.filter(({ shows, predicted }) => shows === predicted).length;
  return {
    'pictures.count': pictures.length,
    'pictures.right': right,
    'pictures.wrong': known.length - right,
  };
}

async function defaultFacts(
  ask: Ask,
  { picture, target }: Subject,
  pictures: readonly CataloguePicture[],
): Promise<Facts> {
  const { labels } = await ask('describe', { model: labModel });
  const { logits, target: explained } = await ask('capture', { model: labModel, picture, target });
  return {
    'default.picture': pictures.find(({ id }) => id === picture.key)!.title,
    'default.class': labels[explained!.class]!,
    'default.probability': percentText(softmax(logits)[explained!.class]!),
  };
}

/** How much of a weight file the filters of the first layer take. */
async function firstLayerFacts(ask: Ask): Promise<Facts> {
  const { data } = await ask('parameter', { model: chapterModel, name: 'conv1.weight' });
  return { 'filterWall.firstLayerBytes': count(float16Bytes * data.length) };
}

/** How much of some layers' maps is zero: whole channels, and single cells. */
async function featureMapFacts(ask: Ask, { picture }: Subject): Promise<Facts> {
  const layers = ['relu', 'layer2', 'layer4'];
  const measured = await ask('sparsity', { model: chapterModel, picture, layers });
  return Object.fromEntries(
    measured.flatMap(({ layer, zeroShare, silentChannels, channels }) => [
      [`featureMaps.deadShare.${layer}`, percent(silentChannels / channels)],
      [`featureMaps.zeroShare.${layer}`, percent(zeroShare)],
    ]),
  );
}

/** How closely alpha at the last block equals the linear weight divided by the number of positions. */
async function gradCamFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const data = await loadAlpha(ask, subject, { model: labModel, layer: 'features.5' });
  const { farthest, largest } = alphaView(data, { channel: -1 });
  const { alpha } = data;
  const difference = farthest!.difference / largest;
  return {
    'gradCam.maxAlphaChannel': alpha.indexOf(Math.max(...alpha)),
    'gradCam.camDifference':
      difference === 0
        ? 'nothing, to the last bit'
        : `at most ${numberText(difference, 1)} of the largest`,
  };
}
