import { add, dispose, memory, mul, relu, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { capture } from '../../src/engine/capture.ts';
import { concatenated } from '../../src/engine/layout.ts';
import type { Model, Run } from '../../src/engine/model.ts';
import { untrainedTwin } from '../../src/engine/openModel.ts';
import { nodeBound, onEachBackend } from '../support/backends.ts';
import { relativeError } from '../support/closeness.ts';
import { noise, smallManifest, smallModel } from '../support/models.ts';
import { download, upload } from '../support/tensors.ts';

/** ResNet-18 at the smallest size it takes, untrained. */
function smallResnet(): Model {
  const manifest = smallManifest(64);
  return untrainedTwin({
    ...manifest,
    architecture: { ...manifest.architecture, name: 'resnet18' },
  });
}

const valueOf = (run: Run, name: string) => run.trace.value(name);

describe('replaying', () => {
  onEachBackend(() => {
    it('from the input on is running the network again', async () => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8], 1));
      const others = concatenated([noise([1, 3, 8, 8], 2), noise([1, 3, 8, 8], 3)]);
      await capture(run, { layers: [model.output] });
      const pixels = upload(others);
      const replayed = run.trace.replay(run.trace.input, pixels, valueOf(run, model.output));
      const again = model.run(others);
      const { activations } = await capture(again, { layers: [model.output] });
      const { data } = await download(replayed);
      expect(relativeError(data, activations[model.output]!.data)).toBeLessThan(1e-6);
      dispose([pixels, replayed]);
      run.dispose();
      again.dispose();
      await model.dispose();
    });

    it("takes a residual block's other branch as it was, for each of a batch", async () => {
      const model = smallResnet();
      const run = model.run(noise([1, 3, 64, 64]));
      await run.forward(['layer2.0']);
      const branch = valueOf(run, 'layer2.0.bn2');
      const shortcut = valueOf(run, 'layer2.0.downsample').tensor;
      const replacement = upload(noise([3, 128, 8, 8], 5));
      const before = memory().numTensors;
      const replayed = run.trace.replay(branch, replacement, valueOf(run, 'layer2.0'));
      expect(memory().numTensors).toBe(before + 1);
      const sum = add(replacement, shortcut);
      const expected = relu(sum);
      const [found, wanted] = [await download(replayed), await download(expected)];
      expect(found.shape).toEqual([3, 128, 8, 8]);
      expect(relativeError(found.data, wanted.data)).toBeLessThan(1e-6);
      dispose([replacement, replayed, sum, expected]);
      run.dispose();
      await model.dispose();
    });

    it('a block whose input both branches read follows both', async () => {
      const model = smallResnet();
      const [first, second] = [noise([1, 3, 64, 64], 1), noise([1, 3, 64, 64], 2)];
      const runs = [model.run(first), model.run(second)] as const;
      await Promise.all(runs.map((run) => run.forward(['layer2.0'])));
      const [run, other] = runs;
      const replacement = valueOf(other, 'maxpool').tensor;
      const replayed = run.trace.replay(
        valueOf(run, 'maxpool'),
        replacement,
        valueOf(run, 'layer2.0'),
      );
      const [found, wanted] = [
        await download(replayed),
        await download(valueOf(other, 'layer2.0').tensor),
      ];
      expect(relativeError(found.data, wanted.data)).toBeLessThan(1e-6);
      replayed.dispose();
      runs.forEach((each) => each.dispose());
      await model.dispose();
    });

    it('moves the logits as the gradient says', async () => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8]));
      const layer = 'features.3.1';
      const target = { kind: 'logit', class: 4 } as const;
      const { gradients } = await capture(run, { gradients: [layer], target });
      const { tensor } = valueOf(run, layer);
      // Untrained, every step is homogeneous: along the activation itself no ReLU meets its kink.
      const direction = tensor.clone();
      const step = 1e-3;
      const at = async (by: number) => {
        const factor = scalar(by);
        const move = mul(direction, factor);
        const moved: Tensor = add(tensor, move);
        const logits = run.trace.replay(valueOf(run, layer), moved, valueOf(run, model.output));
        const { data } = await download(logits);
        dispose([factor, move, moved, logits]);
        return data[target.class]!;
      };
      const slope = ((await at(step)) - (await at(-step))) / (2 * step);
      const along = await download(direction);
      const expected = gradients[layer]!.data.reduce((sum, g, i) => sum + g * along.data[i]!, 0);
      expect(Math.abs(slope - expected)).toBeLessThan(20 * nodeBound * Math.abs(expected));
      direction.dispose();
      run.dispose();
      await model.dispose();
    });
  });
});
