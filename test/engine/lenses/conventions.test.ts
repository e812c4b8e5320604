/** Grad-CAM and saliency under every convention beside PyTorch's; see training/golden_conventions.py. */
import { memory } from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPicture } from '../../../cli/nodePicture.ts';
import { goldenDifference, goldenRow } from '../../../src/components/figures/conventionGoldens.ts';
import { conventionMap, type Size } from '../../../src/components/figures/conventionMaps.ts';
import { combinations } from '../../../src/components/figures/conventionCombinations.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import { readConventionGoldens } from '../../../src/engine/lenses/conventionGoldens.ts';
import { activationTaps, conventionMaps } from '../../../src/engine/lenses/conventions.ts';
import { elementWiseGradCam } from '../../../src/engine/methods/elementWiseGradCam.ts';
import { gradCam } from '../../../src/engine/methods/gradCam.ts';
import { saliency } from '../../../src/engine/methods/saliency.ts';
import { networkView, normalize } from '../../../src/engine/preprocess.ts';
import { MemorySource } from '../../../src/engine/weights/byteSource.ts';
import { nodeBound, onEachBackend } from '../../support/backends.ts';
import { beyond, relativeError, type Errors } from '../../support/closeness.ts';
import { noise, readManifest, shippedModel, smallModel } from '../../support/models.ts';
import { modelsFolder, readCredits, root } from '../../support/repository.ts';
import { noteWorst } from '../../support/worst.ts';

const models = ['smallcnn-cifar10', 'resnet18-objects11'];
const subjects = ['grad-cam', 'saliency'] as const;

async function goldensOf(id: string) {
  const manifest = await readManifest(id);
  const file = manifest.conventions;
  if (!file) throw new Error(`${id} has no goldens: run training/golden_conventions.py ${id}`);
  const bytes = new Uint8Array(await readFile(join(modelsFolder, id, file.file)));
  return { manifest, goldens: await readConventionGoldens(new MemorySource(bytes, id), file) };
}

describe('the taps', () => {
  it('of SmallCNN are the last ReLU and its BatchNorm', () => {
    const model = smallModel(32);
    expect(activationTaps(model)).toEqual({
      after: 'features.5',
      activation: 'features.5.2',
      before: ['features.5.1'],
    });
  });

  it('of ResNet-18 are the last block and the two sides of its sum', async () => {
    const model = await shippedModel('resnet18-objects11');
    expect(activationTaps(model)).toEqual({
      after: 'layer4',
      activation: 'layer4.1.relu',
      before: ['layer4.1.bn2', 'layer4.0'],
    });
    await model.dispose();
  });
});

describe('the raw maps', () => {
  onEachBackend(() => {
    it('after the activation are those of the methods, and nothing is left behind', async () => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8]));
      // The first backward pass prepares kernels that the model keeps.
      await conventionMaps(run, { subject: 'saliency', class: 0 });
      const before = memory().numTensors;
      const found = await conventionMaps(run, { subject: 'grad-cam', class: 'predicted' });
      const target = { kind: 'probability', class: found.class } as const;
      const options = { relu: 'off' };
      const maps = found.maps.probability;
      const cam = await gradCam.explain(run, { target, options });
      expect(relativeError(maps['after.signed']!.data, cam.map.data)).toBeLessThan(1e-6);
      const rectified = await elementWiseGradCam.explain(run, { target, options });
      expect(relativeError(maps['after.rectified']!.data, rectified.map.data)).toBeLessThan(1e-6);
      const gradients = await conventionMaps(run, { subject: 'saliency', class: found.class });
      const { map } = await saliency.explain(run, { target, options: { reduction: 'l2' } });
      const l2 = gradients.maps.probability['absolute.l2']!;
      expect(l2.shape).toEqual(map.shape);
      expect(relativeError(l2.data, map.data)).toBeLessThan(1e-6);
      expect(memory().numTensors).toBe(before);
      run.dispose();
      await model.dispose();
    });

    it('refuse a class that there is not', async () => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8]));
      await expect(conventionMaps(run, { subject: 'saliency', class: 10 })).rejects.toThrow(
        'invalid class: 10',
      );
      run.dispose();
      await model.dispose();
    });
  });
});

describe('goldens of conventions', () => {
  it.each(models)('of %s belong to the weights that ship', async (id) => {
    const { manifest, goldens } = await goldensOf(id);
    const bytes = await readFile(join(modelsFolder, id, manifest.conventions!.file));
    expect(bytes.toString('latin1')).toContain(`"weights":"${manifest.weights.sha256}"`);
    expect(goldens.positions).toHaveLength(8);
    expect(bytes.byteLength).toBeLessThan(64_000);
  });

  it('have a row for every combination, and no two subjects the same', async () => {
    const { goldens } = await goldensOf('smallcnn-cifar10');
    for (const [subject, rows] of [
      ['grad-cam', 960],
      ['saliency', 48],
    ] as const) {
      const all = combinations(subject);
      expect(all).toHaveLength(rows);
      const places = all.map((each) => goldenRow(goldens, each).samples.byteOffset);
      expect(new Set(places).size).toBe(rows);
    }
  });

  it('refuse a file that was changed', async () => {
    const manifest = await readManifest('smallcnn-cifar10');
    const file = manifest.conventions!;
    const bytes = new Uint8Array(await readFile(join(modelsFolder, manifest.id, file.file)));
    bytes[bytes.length - 100]! ^= 1;
    const reading = readConventionGoldens(new MemorySource(bytes, 'x'), file);
    await expect(reading).rejects.toBeInstanceOf(EngineError);
  });

  onEachBackend((backend) => {
    it.for(models)('%s', { timeout: 900_000 }, async (id, { task }) => {
      const { manifest, goldens } = await goldensOf(id);
      const { preprocessing } = manifest;
      const picture = (await readCredits()).find((row) => row.id === goldens.picture)!;
      const bitmap = await readPicture(join(root, 'public/images', picture.file));
      const model = await shippedModel(id);
      const run = model.run(normalize(networkView(bitmap, preprocessing), preprocessing));
      const size: Size = [preprocessing.height, preprocessing.width];
      const errors: Record<string, number> = {};
      for (const subject of subjects) {
        const found = await conventionMaps(run, { subject, class: 'predicted' });
        expect(found.class).toBe(goldens.class);
        for (const each of combinations(subject))
          errors[Object.values(each).join(' ')] = goldenDifference(
            goldens,
            each,
            conventionMap(found, each, size).values,
          );
      }
      run.dispose();
      await model.dispose();

      noteWorst(task, `${backend} in Node, conventions`, errors as Errors, nodeBound);
      expect(beyond(errors, nodeBound)).toEqual([]);
      expect(Object.keys(errors)).toHaveLength(1008);
    });
  });
});
