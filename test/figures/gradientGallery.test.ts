import { expect, test } from 'vitest';
import {
  answers,
  benchState,
  drawGalleryStill,
  galleryMaps,
  galleryMethods,
  type GalleryTile,
} from '../../src/components/figures/gradientGallery.ts';
import type { StillFiles } from '../../src/components/figures/figure.ts';
import { isStill } from '../../src/draw/raster.ts';
import { reductionOption } from '../../src/engine/methods/reductions.ts';
import type { Ask, MethodDescription, Params } from '../../src/worker/protocol.ts';
import { smallDescription } from '../support/models.ts';

const method = (id: string, changes: Partial<MethodDescription> = {}): MethodDescription => ({
  id,
  name: id,
  family: 'gradient',
  unit: 'target units',
  atLayer: false,
  long: false,
  options: [],
  ...changes,
});
const steps = {
  kind: 'number',
  name: 'steps',
  label: 'Steps',
  min: 1,
  max: 300,
  step: 1,
  default: 50,
  integer: true,
} as const;
const slow = method('slow', { long: true, options: [steps] });
const reduced = method('reduced', { options: [reductionOption] });
const compared = method('expected-gradients', { long: true });
const cam = method('grad-cam', { family: 'class-activation' });
const all = [slow, reduced, cam, compared];

test('quick methods come first, and those of the next section not at all', () => {
  expect(galleryMethods(all)).toEqual([reduced, slow, compared]);
});

test('the still has every map, asked for with few steps and with what it compares', async () => {
  const model = smallDescription();
  const pixels = { width: 1, height: 2, channels: 3, data: new Uint8Array(6) } as const;
  const asked: Array<Params<'explain'>> = [];
  const ask = (async (kind: string, params: Params<'explain'>) => {
    if (kind === 'methods') return all;
    if (kind === 'describe') return model;
    if (kind === 'view') return pixels;
    asked.push(params);
    return {
      map: { shape: [2, 1], data: Float32Array.of(asked.length, -1) },
      details: {},
      notes: [],
      range: { min: -1, max: asked.length },
      layer: undefined,
      unit: 'target units',
      logits: [0, 1],
      target: { class: 1, value: 1 },
    };
  }) as unknown as Ask;
  const files: StillFiles = {
    picture: async () => pixels,
    json: async () => ({
      pictures: [
        { id: 'a', file: 'a.webp' },
        { id: 'b', file: 'b.webp' },
      ],
    }),
  } as unknown as StillFiles;
  const picture = { key: 'a', bitmap: pixels };
  const subject = { picture, target: { kind: 'logit', class: 'predicted' } } as const;
  const still = (await drawGalleryStill(ask, subject, files, {})) as Awaited<
    ReturnType<typeof drawGalleryStill>
  > & { tiles: GalleryTile[] };
  expect(
    asked.map(({ method: id, options, references }) => [id, options, references?.length]),
  ).toEqual([
    ['reduced', { reduction: 'max' }, undefined],
    ['slow', { steps: 16 }, undefined],
    ['expected-gradients', {}, 1],
  ]);
  expect(still.tiles.map(({ method: id, raw }) => [id, raw])).toEqual([
    ['reduced', [-1, 1]],
    ['slow', [-1, 2]],
    ['expected-gradients', [-1, 3]],
  ]);
  expect(still.tiles.every(({ image }) => !isStill(image) && image.height === 2)).toBe(true);
});

test('a tile answers for its own picture and class only', () => {
  const tile = {
    subject: { model: 'm', picture: 'cat', target: 3, predicted: 3 },
  } as GalleryTile;
  const asked = { model: 'm', picture: 'cat', target: 'predicted' } as const;
  expect(answers(tile, asked)).toBe(true);
  expect(answers(tile, { ...asked, target: 3 })).toBe(true);
  expect(answers(tile, { ...asked, target: 4 })).toBe(false);
  expect(answers(tile, { ...asked, picture: 'dog' })).toBe(false);
});

test('the bench shows the same map, with the method as it usually is', () => {
  expect(benchState(reduced, { signs: 'signed', clip: 95 })).toMatchObject({
    'saliency.method': 'reduced',
    'saliency.options': '',
    'saliency.kind': 'logit',
    'saliency.reduction': 'signed',
    'saliency.clip': 95,
  });
  expect(benchState(slow, { signs: 'signed', clip: 99 })).toMatchObject({
    'saliency.reduction': 'max',
    'saliency.signs': 'signed',
  });
});

test('numbers are there when all maps are', () => {
  expect(galleryMaps([slow], {}, 'magnitude')).toBeUndefined();
});
