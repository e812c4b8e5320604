import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composition, propsOf } from '../src/components/figures/cutoutScene.ts';
import {
  loadStage,
  stageNumbers,
  targetOf,
  type Asked,
  type CutoutStageView,
} from '../src/components/figures/cutoutStage.ts';
import { tally, type TableRow } from '../src/components/figures/cutoutTable.ts';
import type { Ask } from '../src/worker/protocol.ts';
import { publicFolder } from './nodeModels.ts';
import { readCutout } from './nodePicture.ts';

type Facts = Record<string, string | number>;

const percent = (share: number) => `${Math.round(100 * share)} percent`;

const still = new URL('../src/generated/stills/cutout-stage.json', import.meta.url);

/** Numbers of the stage and of its table, from the still that has just been drawn. */
export async function cutoutFacts(ask: Ask): Promise<Facts> {
  const view = JSON.parse(await readFile(still, 'utf8')) as CutoutStageView;
  return { ...tableFacts(view), ...(await stageFacts(ask, view)) };
}

/** What most objects of a column are called that are something else. */
function favourite(
  rows: readonly TableRow[],
  column: number,
): { predicted: number; count: number } {
  const wrong = rows
    .filter(({ truth, cells }) => cells[column]!.predicted !== truth)
    .map(({ cells }) => cells[column]!.predicted);
  const counts = [...new Set(wrong)].map((predicted) => ({
    predicted,
    count: wrong.filter((other) => other === predicted).length,
  }));
  return counts.toSorted((a, b) => b.count - a.count)[0]!;
}

function tableFacts({ table, catalogue }: CutoutStageView): Facts {
  const { labels } = table.model;
  const column = (id: string) => catalogue.grounds.findIndex((ground) => ground.id === id);
  const sedan = table.rows.find(({ id }) => id === 'sedan')!;
  const calls = ['sky', 'water', 'lawn', 'road'].flatMap((ground) => {
    const { predicted, probability } = sedan.cells[column(ground)]!;
    return [
      [`cutouts.sedan.${ground}`, labels[predicted]!],
      [`cutouts.sedan.${ground}.probability`, probability.toFixed(2)],
    ];
  });
  const street = favourite(table.rows, column('street'));
  const { cells, wrong } = tally(table);
  return {
    ...Object.fromEntries(calls),
    'cutouts.objects': table.rows.length,
    'cutouts.grounds': catalogue.grounds.length,
    'cutouts.cells': cells,
    'cutouts.wrong': wrong,
    'cutouts.sedan.right': sedan.cells.filter((cell) => cell!.predicted === sedan.truth).length,
    'cutouts.street.label': labels[street.predicted]!,
    'cutouts.street.count': street.count,
  };
}

async function stageFacts(
  ask: Ask,
  { numbers: { scene, model }, catalogue }: CutoutStageView,
): Promise<Facts> {
  const shown = propsOf(scene);
  const props = [...catalogue.objects, ...catalogue.grounds].filter(({ id }) => shown.includes(id));
  const rasters = await Promise.all(
    props.map(({ file }) => readCutout(join(publicFolder, 'images', file))),
  );
  const pixels = Object.fromEntries(props.map(({ id }, i) => [id, rasters[i]!]));
  const numbersOf = async (asked: Asked) => {
    const target = targetOf(asked, scene, catalogue, model.labels);
    const data = await loadStage(ask, composition(scene, pixels)!, { model: model.id, target });
    return stageNumbers(data, catalogue);
  };
  const first = await numbersOf('first');
  const second = await numbersOf('second');
  const predicted = await numbersOf('predicted');
  return {
    'cutouts.first.evidence': percent(first.parts[0]!.evidence),
    'cutouts.first.area': percent(first.parts[0]!.area),
    'cutouts.second.evidence': percent(second.parts[1]!.evidence),
    'cutouts.second.area': percent(second.parts[1]!.area),
    'cutouts.second.probability': second.probabilities[second.targetClass]!.toFixed(4),
    'cutouts.predicted.label': model.labels[predicted.targetClass]!,
    'cutouts.predicted.ground': percent(predicted.parts.at(-1)!.evidence),
    'cutouts.predicted.room': percent(predicted.parts.at(-1)!.area),
  };
}
