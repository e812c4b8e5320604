/** Gradients of single units of the shipped networks beside PyTorch's, where there is a PyTorch. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unitGradient } from '../../../src/engine/lenses/effectiveField.ts';
import { nodeBound, onEachBackend } from '../../support/backends.ts';
import { noise, shippedModel } from '../../support/models.ts';
import { pythonWithTorch, withoutTorch } from '../../support/pytorch.ts';
import { foldersIn, modelsFolder, root } from '../../support/repository.ts';

const torch = pythonWithTorch();

/** A unit before a ReLU in the first, the middle and the last block of an architecture. */
const units: Readonly<Record<string, readonly string[]>> = {
  smallcnn: ['features.0.0:3:5:9', 'features.3.0:40:3:2', 'features.5.0:100:1:2'],
  resnet18: ['conv1:7:50:60', 'layer2.1.conv2:100:14:13', 'layer4.1.conv2:300:3:3'],
};

/** Magnitudes `[H, W]` of each unit's gradient. */
function torchGradients(model: string, input: Float32Array, asked: readonly string[]) {
  const output = execFileSync(
    torch!.python,
    [join(root, 'training/unit_gradient.py'), join(modelsFolder, model), ...asked],
    { input: new Uint8Array(input.buffer), maxBuffer: 64_000_000 },
  );
  const values = new Float32Array(new Uint8Array(output).buffer);
  const plane = values.length / asked.length;
  return asked.map((_, i) => values.subarray(i * plane, (i + 1) * plane));
}

/** Share of the values that differ by more than the bound, relative to the largest expected. */
function shareBeyond(actual: Float32Array, expected: Float32Array, bound: number): number {
  const largest = Math.max(...expected);
  const beyond = actual.filter((value, i) => Math.abs(value - expected[i]!) > bound * largest);
  return beyond.length / expected.length;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe("a unit's gradient in a shipped network", () => {
  onEachBackend((backend) => {
    it.for(foldersIn(modelsFolder))('of %s is that of PyTorch', async (id, { skip }) => {
      skip(!torch, withoutTorch);
      const model = await shippedModel(id);
      const { name, inputChannels, inputSize } = model.config;
      skip(
        backend === 'cpu' && inputSize > 64,
        'plain JavaScript takes minutes for large pictures',
      );
      const asked = units[name] ?? [];
      expect(asked).not.toEqual([]);
      const input = noise([1, inputChannels, inputSize, inputSize], 11);
      const expected = torchGradients(id, input.data, asked);
      const run = model.run(input);
      for (const [i, text] of asked.entries()) {
        const [layer, ...place] = text.split(':');
        const [channel, row, column] = place.map(Number) as [number, number, number];
        const { magnitude } = await unitGradient(run, {
          layer: layer!,
          unit: { channel, row, column },
        });
        // Where a ReLU's input is almost 0, rounding decides whether it passes a gradient on.
        expect(cosine(magnitude.data, expected[i]!), text).toBeGreaterThan(1 - nodeBound);
        expect(shareBeyond(magnitude.data, expected[i]!, nodeBound), text).toBeLessThan(0.01);
      }
      run.dispose();
      await model.dispose();
    });
  });
});
