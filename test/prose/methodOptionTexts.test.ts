import { expect, test } from 'vitest';
import {
  defaultsText,
  familyOptions,
  ownOptions,
} from '../../src/components/prose/methodOptionTexts.ts';
import { allMethods, describeMethod } from '../../src/engine/methods/index.ts';

const cams = (await allMethods())
  .map(describeMethod)
  .filter(({ family }) => family === 'class-activation');

test('what nearly all class-activation methods share is told once, with every default that it has', () => {
  const shared = familyOptions(cams);
  const defaults = Object.fromEntries(shared.map((one) => [one.name, defaultsText(one, cams)]));
  // CAM and HiResCAM leave the signs, Grad-CAM cuts off what is negative.
  expect(['on or off', 'off or on']).toContain(defaults['relu']);
  expect(defaults).toMatchObject({ scale: 'raw', layers: 'none', augmentation: 'none' });
  expect(
    ownOptions(
      cams.find(({ id }) => id === 'layer-cam')!,
      shared,
    ),
  ).toMatchObject([{ name: 'scaling' }]);
});

test('few methods share nothing', () => {
  expect(familyOptions(cams.slice(0, 3))).toEqual([]);
});
