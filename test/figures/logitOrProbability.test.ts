import { expect, test } from 'vitest';
import {
  certainPictures,
  checkAt,
  softmaxView,
  strongestPlace,
  type SoftmaxData,
} from '../../src/components/figures/logitOrProbability.ts';
import type { Ask, Params } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const bitmap = { width: 2, height: 1, channels: 3, data: new Uint8Array(6) } as const;
/** Two classes, p = 3/4 and 1/4; two pixels of one channel. */
const gradient = (...values: number[]) => ({
  shape: [1, 1, 1, 2],
  data: Float32Array.from(values),
});
const data: SoftmaxData = {
  model: smallDescription(),
  picture: { key: 'grey', bitmap },
  view: bitmap,
  logits: [Math.log(3), 0],
  predicted: 0,
  logitGradients: [gradient(1, -4), gradient(5, 0)],
  // p (1 - p) (ds_0 - ds_1) = 3/16 * -4 at both pixels.
  probabilityGradient: gradient(-0.75, -0.75),
};

test('both sides of the equation agree, by hand', () => {
  expect(strongestPlace(data)).toEqual({ x: 1, y: 0 });
  const check = checkAt(data, { x: 0, y: 0 });
  expect(check).toMatchObject({ x: 0, y: 0, channel: 0, own: 1, direct: -0.75 });
  // 3/4 * 1 + 1/4 * 5.
  expect(check.mean).toBeCloseTo(2, 12);
  expect(check.product).toBeCloseTo(-0.75, 12);
});

test('a difference of both sides would be seen', () => {
  expect(softmaxView(data, { common: false }).deviation).toBeCloseTo(0, 12);
  const wrong = { ...data, probabilityGradient: gradient(-1, -0.75) };
  expect(softmaxView(wrong, { common: false }).deviation).toBeCloseTo(0.25, 12);
});

test('on a common range, both maps end where the logit’s does', () => {
  const own = softmaxView(data, { common: false });
  expect(own.logit.maximum).toBe(4);
  expect(own.chance).toMatchObject({ maximum: 0.75, range: [0, 0.75] });
  const common = softmaxView(data, { common: true });
  expect(common.chance).toMatchObject({ maximum: 0.75, range: own.logit.range });
});

test('pictures are ordered by certainty, and looked at once', async () => {
  let explained = 0;
  const ask = (async (kind: string, params: Params<'explain'>) => {
    if (kind === 'describe') return smallDescription();
    explained++;
    const sure = params.picture.key === 'sure';
    const chance = params.target.kind === 'probability';
    return {
      map: { shape: [1, 1], data: Float32Array.of(chance ? 0.5 : 2) },
      logits: sure ? [5, 0] : [0, 1],
      target: { class: sure ? 0 : 1, value: 0 },
    };
  }) as unknown as Ask;
  const entries = ['unsure', 'sure'].map((id) => ({ id, read: async () => bitmap }));
  const pictures = await certainPictures(ask, entries);
  expect(pictures.map(({ id, ratio }) => [id, ratio])).toEqual([
    ['sure', 0.25],
    ['unsure', 0.25],
  ]);
  expect(pictures[1]!.probability).toBeCloseTo(Math.E / (1 + Math.E), 12);
  expect(await certainPictures(ask, entries)).toBe(pictures);
  expect(explained).toBe(4);
});
