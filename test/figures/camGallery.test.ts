import { expect, test } from 'vitest';
import {
  answerKey,
  camFamily,
  camTile,
  galleryHead,
  loadCam,
  loadQuestion,
  refusal,
  type CamAnswer,
} from '../../src/components/figures/camGallery.ts';
import { camIdea } from '../../src/components/figures/camIdeas.ts';
import { allMethods, describeMethod } from '../../src/engine/methods/index.ts';
import type { Ask, MethodDescription } from '../../src/worker/protocol.ts';
import { greyPicture } from '../support/greyPicture.ts';
import { smallDescription } from '../support/models.ts';

const model = smallDescription();
const describe = async () => (await allMethods()).map(describeMethod);
const method = (id: string, rest: Partial<MethodDescription> = {}): MethodDescription => ({
  ...{ id, name: id, family: 'class-activation', unit: 'target units' },
  ...{ atLayer: true, long: false, options: [], ...rest },
});

/** A 1x2 map of class 1. */
const answer = (...values: number[]): CamAnswer => ({
  ...{ model, picture: greyPicture, layer: 'features.5', method: method('grad-cam') },
  explained: {
    map: { shape: [1, values.length], data: Float32Array.from(values) },
    details: {},
    notes: [],
    range: { min: Math.min(...values), max: Math.max(...values) },
    layer: 'features.5',
    unit: 'target units',
    logits: [0, 2],
    target: { class: 1, value: 2 },
  },
});

test('the family has all of its methods with an idea each, long ones late, the control last', async () => {
  const family = camFamily(await describe());
  const ids = family.map(({ id }) => id);
  expect(ids.slice(0, 2)).toEqual(['cam', 'grad-cam']);
  expect(ids.at(-1)).toBe('random-cam');
  expect(ids).toHaveLength(16);
  expect(ids).not.toContain('guided-grad-cam');
  const firstLong = family.findIndex(({ long }) => long);
  expect(family.slice(firstLong, -1).every(({ long }) => long)).toBe(true);
  expect(ids.filter((id) => camIdea(id) === '')).toEqual([]);
});

test('a map keeps its own range: from zero, or both signs', () => {
  expect(camTile(answer(0, 3), 0.5, 'small')).toMatchObject({
    ...{ colormap: 'viridis', range: [0, 3], unit: 'logit of class 1', grid: [1, 2] },
    image: { width: 160, height: 160 },
    notes: [],
  });
  expect(camTile(answer(-4, 3), 0.5, 'large')).toMatchObject({
    ...{ colormap: 'diverging', range: [-4, 4] },
    image: { width: 320, height: 320 },
  });
});

test('what the engine notes of a map stands beside it in words', () => {
  const blank = answer(0, 0);
  const notes = [{ code: 'all-negative', min: -2, max: -1 }] as const;
  const tile = camTile({ ...blank, explained: { ...blank.explained, notes } }, 0.5, 'small');
  expect(tile.notes[0]).toContain('the map runs from −2 to −1');
});

test('an answer is known by model, picture, layer and class', () => {
  const tile = camTile(answer(0, 3), 0.5, 'small');
  const head = galleryHead(answer(0, 3));
  expect(tile.key).toBe(answerKey(model.id, 'grey', head.layer, head.targetClass));
  expect(tile.key).not.toBe(answerKey(model.id, 'grey', head.layer, 0));
  expect(head).toMatchObject({ predictedClass: 1, targetClass: 1 });
  expect(head.layers).toContain('features.5');
});

test('CAM is refused where no pooling follows, and nothing else is', () => {
  const at = (layer: string) => ({ model, picture: greyPicture, layer });
  expect(refusal(method('cam'), at('features.5'))).toBeUndefined();
  expect(refusal(method('cam'), at('features.3'))).toBe('works at features.5 alone');
  expect(refusal(method('layer-cam'), at('features.3'))).toBeUndefined();
});

test.each([
  ['', 'features.5'],
  ['features.3', 'features.3'],
  ['features.3.1', 'features.5'],
  ['layer4', 'features.5'],
])('a link to the layer "%s" asks at %s, and full gradients at none', async (wanted, layer) => {
  const asked: unknown[] = [];
  const ask = ((kind: string, params: { layer?: string; options?: unknown }) => {
    if (kind === 'explain') asked.push([params.layer, params.options]);
    return Promise.resolve(kind === 'describe' ? model : answer(0, 1).explained);
  }) as unknown as Ask;
  const question = await loadQuestion(ask, greyPicture, { model: 'small', layer: wanted });
  const target = { kind: 'logit', class: 1 } as const;
  await loadCam(ask, question, method('layer-cam'), target, { scaling: 'tanh' });
  await loadCam(ask, question, method('full-grad', { atLayer: false }), target);
  expect(asked).toEqual([
    [layer, { scaling: 'tanh' }],
    [undefined, {}],
  ]);
});
