import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { architectureNamed } from '../../../src/engine/archs/index.ts';
import { rectifiedLayers, sparsity } from '../../../src/engine/lenses/sparsity.ts';
import { onEachBackend } from '../../support/backends.ts';
import { goldenNames, readGoldenFile } from '../../support/goldens.ts';
import { noise, shippedModel, smallModel } from '../../support/models.ts';

const modulesOf = (name: string, inputSize: number) =>
  architectureNamed(name)
    .stages({ name, inputChannels: 3, inputSize, classCount: 10 })
    .flatMap((stage) => stage.modules);

describe('the rectified layers', () => {
  it('of SmallCNN are its blocks', () => {
    expect(rectifiedLayers(modulesOf('smallcnn', 32))).toEqual(
      [0, 1, 2, 3, 4, 5].map((block) => `features.${block}`),
    );
  });

  it('of ResNet-18 are its first ReLU and its blocks, none of them twice', () => {
    expect(rectifiedLayers(modulesOf('resnet18', 224))).toEqual([
      'relu',
      ...[1, 2, 3, 4].flatMap((layer) => [`layer${layer}.0`, `layer${layer}.1`]),
    ]);
  });
});

/** Share of zeros and channels of nothing but zeros, from `[1, C, H, W]`. */
function counted(data: ArrayLike<number>, channels: number) {
  const cells = data.length / channels;
  const zeros = Array.from({ length: channels }, (_, channel) => {
    let count = 0;
    for (let cell = 0; cell < cells; cell++) if (data[channel * cells + cell] === 0) count++;
    return count;
  });
  return {
    zeroShare: zeros.reduce((a, b) => a + b) / data.length,
    silentChannels: zeros.filter((count) => count === cells).length,
  };
}

const smallGoldens = goldenNames().filter(({ model }) => model === 'smallcnn-cifar10');

describe('sparsity', () => {
  onEachBackend(() => {
    it('counts zeros, and channels that have nothing else', async () => {
      const model = smallModel();
      const input = noise([1, 3, 8, 8]);
      // Channel 0 has 16 zeros of 64, channel 1 only zeros (one of them negative), channel 2 none.
      input.data.fill(0, 0, 16);
      input.data.fill(0, 64, 128);
      input.data[70] = -0;
      const run = model.run(input);
      expect(await sparsity(run, ['input'])).toEqual([
        { layer: 'input', zeroShare: 80 / 192, silentChannels: 1, channels: 3 },
      ]);
      run.dispose();
      await model.dispose();
    });

    it.each(smallGoldens)('of $model for $input is what PyTorch counts', async (golden) => {
      const { tensors } = await readGoldenFile(`${golden.model}/${golden.input}.safetensors`);
      const model = await shippedModel(golden.model);
      const pixels = tensors.get('input')!;
      const run = model.run({ shape: pixels.shape, data: pixels.data });
      const layers = rectifiedLayers(model.modules);
      for (const { layer, channels, zeroShare, silentChannels } of await sparsity(run, layers)) {
        const expected = counted(tensors.get(`activation.${layer}.2`)!.data, channels);
        // A sum that ends within rounding of zero may fall on either side of it.
        expect(zeroShare).toBeCloseTo(expected.zeroShare, 3);
        expect(silentChannels).toBe(expected.silentChannels);
      }
      run.dispose();
      await model.dispose();
    });

    it('leaves no tensor behind, whether it ends well or not', async () => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8]));
      const layers = rectifiedLayers(model.modules);
      await run.forward(layers);
      const before = memory().numTensors;
      await sparsity(run, layers);
      await expect(sparsity(run, ['nowhere'])).rejects.toThrow(/unknown layer/);
      await expect(sparsity(run, layers, { signal: AbortSignal.abort() })).rejects.toThrow();
      expect(memory().numTensors).toBe(before);
      run.dispose();
      await model.dispose();
    });
  });
});
