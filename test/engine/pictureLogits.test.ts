import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { readPicture } from '../../cli/nodePicture.ts';
import { capture } from '../../src/engine/capture.ts';
import { networkView, normalize } from '../../src/engine/preprocess.ts';
import { nodeBound, onEachBackend } from '../support/backends.ts';
import { beyond, ErrorTable } from '../support/closeness.ts';
import { readGoldenFile } from '../support/goldens.ts';
import { readManifest, shippedModel } from '../support/models.ts';
import { filesIn, goldenFolder, readCredits, root } from '../support/repository.ts';
import { noteWorst } from '../support/worst.ts';

const models = filesIn(join(goldenFolder, 'picture-logits'), '.safetensors').map((file) =>
  file.replace('.safetensors', ''),
);

/**
 * On the plain JavaScript backend ResNet-18 takes seconds for a picture, and what it computes with is
 * compared layer by layer in goldens.test.ts: its first pictures stand for all. WASM gets every one.
 */
const firstOnCpu: Readonly<Record<string, number>> = { 'resnet18-objects11': 4 };

describe('logits of the shipped pictures', () => {
  it('are stored for every network that takes photographs', () => {
    expect(models).toEqual(expect.arrayContaining(['resnet18-objects11', 'smallcnn-cifar10']));
  });

  onEachBackend((backend) => {
    it.for(models)('agree with PyTorch: %s', { timeout: 200_000 }, async (id, { task }) => {
      const { tensors } = await readGoldenFile(`picture-logits/${id}.safetensors`);
      const { preprocessing } = await readManifest(id);
      const model = await shippedModel(id);
      const all = await readCredits();
      const pictures = backend === 'cpu' ? all.slice(0, firstOnCpu[id]) : all;
      const table = new ErrorTable();
      for (const { id: picture, file } of pictures) {
        const bitmap = await readPicture(join(root, 'public/images', file));
        const run = model.run(normalize(networkView(bitmap, preprocessing), preprocessing));
        const { logits } = await capture(run, { target: { kind: 'logit', class: 0 } });
        const expected = tensors.get(picture)!;
        table.add(picture, logits!, { shape: [1, ...expected.shape], data: expected.data });
        run.dispose();
      }
      await model.dispose();
      noteWorst(task, `${backend} in Node`, table.errors, nodeBound);
      expect(Object.keys(table.errors)).toHaveLength(pictures.length);
      expect(beyond(table.errors, nodeBound)).toEqual([]);
    });
  });
});
