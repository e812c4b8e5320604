import { labModel, type Subject } from '../src/components/figures/figure.ts';
import {
  completeness,
  loadPath,
  loadSubject,
  stillSettings as stillPath,
} from '../src/components/figures/pathFilm.ts';
import {
  changesAt,
  changeText,
  loadCurve,
  loadProbe,
  strongestPixel,
} from '../src/components/figures/pixelProbe.ts';
import {
  loadClean,
  loadFilm,
  relativeError,
  stillSettings as stillNoise,
} from '../src/components/figures/smoothGradFilm.ts';
import { numberText } from '../src/draw/numberText.ts';
import type { Ask } from '../src/worker/protocol.ts';

type Facts = Record<string, string | number>;

const model = labModel;
const percent = (share: number) => `${numberText(100 * share, 2)} percent`;

/** What the reader's own experiments on gradients come to for the default picture. */
export async function experimentFacts(ask: Ask, subject: Subject): Promise<Facts> {
  return {
    ...(await nudgeFacts(ask, subject)),
    ...(await noiseFacts(ask, subject)),
    ...(await pathFacts(ask, subject)),
  };
}

/** The strongest pixel made darker, by a little and by much. */
async function nudgeFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const data = await loadProbe(ask, subject, { model });
  const probe = { pixel: strongestPixel(data), patch: 1, channels: 'all', clip: true } as const;
  const asked = { model: data.model, target: subject.target, probe };
  const amounts = { little: -4, much: -64 };
  const curve = await loadCurve(ask, data.picture, asked, Object.values(amounts));
  return Object.fromEntries(
    Object.entries(amounts).flatMap(([name, amount]) => {
      const { truth, predicted } = changesAt(curve, amount, data.explained.target.value)!;
      return [
        [`probe.${name}.levels`, -amount],
        [`probe.${name}.true`, changeText(truth)],
        [`probe.${name}.predicted`, changeText(predicted)],
      ];
    }),
  );
}

async function noiseFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const data = await loadClean(ask, subject, { model });
  const { frames } = await loadFilm(ask, data, stillNoise);
  const error = (count: number) => percent(relativeError(frames[count - 1]!.rms));
  return {
    'smooth.samples': stillNoise.samples,
    'smooth.error.few': error(4),
    'smooth.error.all': error(stillNoise.samples),
  };
}

/** Numbers of steps whose gaps the prose compares. */
const stepCounts = [4, 16, 64, 256];

async function pathFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const start = await loadSubject(ask, subject, { model });
  const gaps: Facts = {};
  for (const steps of stepCounts) {
    const film = await loadPath(ask, start, { ...stillPath, steps });
    gaps[`path.gap.${steps}`] = percent(completeness(film).relative!);
    if (steps !== 16 && steps !== 64) continue;
    const other = await loadPath(ask, start, { ...stillPath, steps, rule: 'gauss-legendre' });
    gaps[`path.gauss.${steps}`] = percent(completeness(other).relative!);
  }
  const { points } = await loadPath(ask, start, stillPath);
  const gained = (from: number, to: number) =>
    points
      .filter(({ place }) => place >= from && place < to)
      .reduce((sum, { weight, slope }) => sum + weight * slope, 0);
  const share = gained(0.75, 1) / gained(0, 1);
  return {
    ...gaps,
    'path.middleShare': percent(gained(0.25, 0.5) / gained(0, 1)),
    'path.lastShare': percent(share),
  };
}
