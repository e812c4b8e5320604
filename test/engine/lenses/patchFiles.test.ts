import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPicture } from '../../../cli/nodePicture.ts';
import {
  parsePatchFile,
  storedPatches,
  type PatchFile,
  type StoredPatch,
} from '../../../src/components/figures/patchFile.ts';
import { capture } from '../../../src/engine/capture.ts';
import { cropSquares } from '../../../src/engine/lenses/patches.ts';
import type { Model } from '../../../src/engine/model.ts';
import { networkView, normalize } from '../../../src/engine/preprocess.ts';
import type { Preprocessing } from '../../../src/engine/manifest.ts';
import { cutSquare } from '../../../src/engine/resample.ts';
import { nodeBound, onEachBackend } from '../../support/backends.ts';
import { readManifest, shippedModel } from '../../support/models.ts';
import { foldersIn, modelsFolder, root } from '../../support/repository.ts';

interface Row {
  file: string;
  sha256: string;
  width: number;
  sources: Array<{ source: string }>;
}

const models = foldersIn(modelsFolder).filter((id) =>
  existsSync(join(modelsFolder, id, 'patches.json')),
);
const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));
const readAtlas = async (id: string) =>
  (await readJson(join(modelsFolder, id, 'patches.json'))) as PatchFile & {
    picturesSha256: string;
  };

/** The pictures that are searched, in the order of the file. */
async function searchedPictures(): Promise<Row[]> {
  const credits = (await readJson(join(root, 'public/images/credits.json'))) as Record<
    string,
    Row[]
  >;
  return [...credits['pictures']!, ...credits['backgrounds']!, ...credits['samples']!];
}

/** Channels spread over a layer, of which two patches each are computed again. */
const probes = (channels: number) => [0, Math.floor(channels / 2), channels - 1];

/** The value at the patch's cell, from the picture's file. */
async function valueAt(
  model: Model,
  preprocessing: Preprocessing,
  { layer, channel, patch }: { layer: string; channel: number; patch: StoredPatch },
): Promise<number> {
  const picture = await readPicture(join(root, 'public/images', patch.file));
  const view = networkView(cutSquare(picture, patch.crop), preprocessing);
  const run = model.run(normalize(view, preprocessing));
  const maps = (await capture(run, { layers: [layer] })).activations[layer]!;
  run.dispose();
  const [, , height, width] = maps.shape as [number, number, number, number];
  const map = maps.data.subarray(channel * height * width, (channel + 1) * height * width);
  const value = map[patch.cell.row * width + patch.cell.column]!;
  // Nowhere in the crop is more.
  expect(value).toBe(Math.max(...map));
  return value;
}

describe('the patches that ship', () => {
  it('are there for both networks that take photographs', () => {
    expect(models).toEqual(['resnet18-objects11', 'smallcnn-cifar10']);
  });

  it.each(models)('are of the weights and pictures as they are: %s', async (id) => {
    const atlas = await readAtlas(id);
    const pictures = await searchedPictures();
    const digest = createHash('sha256').update(pictures.map(({ sha256 }) => sha256).join(''));
    const remedy = 'run training/patches.py';
    expect(atlas.weights, remedy).toBe((await readManifest(id)).weights.sha256);
    expect(atlas.picturesSha256, remedy).toBe(digest.digest('hex'));
    expect(atlas.pictures.map(({ file, side }) => ({ file, side }))).toEqual(
      pictures.map(({ file, width }) => ({ file, side: width })),
    );
    expect(atlas.crops).toBeGreaterThan(2000);
  });

  it.each(models)('are cut as the engine cuts: %s', async (id) => {
    const { boxes } = await readAtlas(id);
    for (const [side, squares] of Object.entries(boxes))
      expect(squares).toEqual(
        cropSquares(Number(side)).map(({ left, top, side: length }) => [left, top, length]),
      );
  });

  it.each(models)('are sorted, above zero, and no two of one photograph: %s', async (id) => {
    const atlas = parsePatchFile(await readAtlas(id));
    const pictures = await searchedPictures();
    const origins = new Map(
      pictures.map(({ file, sources }) => [file, sources.map(({ source }) => source)]),
    );
    for (const [layer, { shape }] of Object.entries(atlas.layers))
      for (let channel = 0; channel < shape[0]; channel++) {
        const patches = storedPatches(atlas, layer, channel);
        const values = patches.map(({ value }) => value);
        expect(values).toEqual(values.toSorted((a, b) => b - a));
        expect(values.every((value) => value > 0)).toBe(true);
        const used = patches.flatMap(({ file }) => [...new Set(origins.get(file))]);
        expect(new Set(used).size, `${layer}, channel ${channel}`).toBe(used.length);
      }
  });

  onEachBackend((backend) => {
    it.each(models)(
      'have the values that the engine computes: %s',
      async (id) => {
        // One network is enough on the slow backend.
        if (backend === 'cpu' && id !== 'smallcnn-cifar10') return;
        const atlas = parsePatchFile(await readAtlas(id));
        const { preprocessing } = await readManifest(id);
        const model = await shippedModel(id);
        let compared = 0;
        for (const [layer, { shape }] of Object.entries(atlas.layers))
          for (const channel of probes(shape[0]))
            for (const patch of storedPatches(atlas, layer, channel).filter(
              (_, i) => i % 8 === 0,
            )) {
              const value = await valueAt(model, preprocessing, { layer, channel, patch });
              // Stored with five digits.
              expect(Math.abs(value - patch.value) / patch.value).toBeLessThan(nodeBound);
              compared++;
            }
        expect(compared).toBeGreaterThan(8);
        await model.dispose();
      },
      300_000,
    );
  });
});
