import { describe, expect, it } from 'vitest';
import { capture } from '../../src/engine/capture.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { Model } from '../../src/engine/model.ts';
import { SeededWeights } from '../../src/engine/weights/seededWeights.ts';
import type { WeightProvider } from '../../src/engine/weights/lazyWeights.ts';
import { onEachBackend } from '../support/backends.ts';
import { noise, smallManifest, smallModel } from '../support/models.ts';

const { architecture } = smallManifest();
const target = { kind: 'logit', class: 0 } as const;

/** Seeded weights that note what is asked of them, and fail as often as told. */
function watchedWeights(failures = 0) {
  const seeded = new SeededWeights(1);
  const calls: string[][] = [];
  const provider: WeightProvider = {
    async load(specs) {
      if (specs.length > 0) calls.push(specs.map(({ name }) => name));
      if (specs.length > 0 && failures-- > 0) throw new EngineError('network', 'no connection');
      return seeded.load(specs);
    },
  };
  return { provider, calls };
}

/** Seeded weights of which the named ones are handed over when told. */
function deliveredWeights() {
  const seeded = new SeededWeights(1);
  const calls: string[][] = [];
  let deliver: (names: RegExp) => void = () => undefined;
  const provider: WeightProvider = {
    async load(specs, { signal, onTensor } = {}) {
      calls.push(specs.map(({ name }) => name));
      const values = await seeded.load(specs);
      const left = new Set(values.keys());
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new EngineError('aborted', 'given up')));
        deliver = (names) => {
          for (const name of left)
            if (names.test(name) && left.delete(name)) onTensor!(name, values.get(name)!);
          if (left.size === 0) resolve(values);
        };
      });
    },
  };
  /** Waits until the weights have been asked for. */
  const delivering = (names: RegExp) => void setTimeout(() => deliver(names), 1);
  return { provider, calls, deliver: delivering };
}

describe('a model', () => {
  it("has PyTorch's modules and their parameters", () => {
    const model = new Model('lab', { ...architecture, inputSize: 32 }, new SeededWeights(1));
    const names = model.modules.map(({ name }) => name);
    const block = (i: number) => [
      `features.${i}.0`,
      `features.${i}.1`,
      `features.${i}.2`,
      `features.${i}`,
    ];
    expect(names).toEqual([...[0, 1, 2, 3, 4, 5].flatMap(block), 'features', 'pool', 'head']);
    expect(model.output).toBe('head');
    expect(model.module('features.3.0').outputShape).toEqual([64, 8, 8]);
    expect(model.module('features.0.0').parameters).toBe(32 * 3 * 9);
    expect(model.module('features.0.1').parameters).toBe(64);
    expect(model.module('features').outputShape).toEqual([128, 4, 4]);
    const specs = model.stages.flatMap((stage) => stage.parameters);
    expect(specs).toHaveLength(6 * 5 + 2);
  });

  it('refuses an unknown architecture, layer and parameter by name', async () => {
    const unknown = { ...architecture, name: 'vgg' };
    expect(() => new Model('x', unknown, new SeededWeights(1))).toThrow(
      'unknown architecture: vgg',
    );
    const model = smallModel();
    expect(() => model.module('layer9')).toThrow(
      /^unknown layer: layer9, expected one of features\.0\.0/,
    );
    await expect(model.parameter('features.0.0.bias')).rejects.toThrow(
      /^unknown parameter: features\.0\.0\.bias/,
    );
  });

  it.each([[[1, 1, 8, 8]], [[1, 3, 8, 9]], [[3, 8, 8]], [[1, 3, 8, 8, 1]]])(
    'refuses an input of shape %j',
    (shape) => {
      expect(() => smallModel().run(noise(shape))).toThrow(
        `the input has shape [${shape.join(', ')}], expected [N, 3, 8, 8]`,
      );
    },
  );

  it('gives a parameter in the layout of PyTorch', async () => {
    const { shape, data } = await smallModel().parameter('features.1.0.weight');
    expect(shape).toEqual([32, 32, 3, 3]);
    expect(data).toHaveLength(32 * 32 * 9);
  });

  onEachBackend(() => {
    it('fetches the weights of the stages it runs, in one request, once', async () => {
      const { provider, calls } = watchedWeights();
      const model = new Model('watched', architecture, provider);
      const run = model.run(noise([1, 3, 8, 8]));
      await run.forward(['features.1']);
      expect(calls).toHaveLength(1);
      expect(calls[0]!.filter((name) => !/^features\.[01]\./.test(name))).toEqual([]);
      expect(run.trace.has('features.1')).toBe(true);
      expect(run.trace.has('features.2')).toBe(false);
      await capture(run, { target });
      await capture(run, { target, gradients: ['input'] });
      expect(calls).toHaveLength(2);
      expect(calls[1]!.filter((name) => /^features\.[01]\./.test(name))).toEqual([]);
      run.dispose();
      await model.dispose();
    });

    it('computes a stage as soon as its own weights are there', async () => {
      const { provider, deliver } = deliveredWeights();
      const model = new Model('slow', architecture, provider);
      const run = model.run(noise([1, 3, 8, 8]));
      const waits: boolean[] = [];
      const forward = run.forward(['features.1'], {
        waiting: (bytes) => {
          waits.push(run.trace.has('features.0'));
          return bytes;
        },
      });
      deliver(/^features\.0\./);
      await expect.poll(() => run.trace.has('features.0')).toBe(true);
      expect(run.trace.has('features.1')).toBe(false);
      deliver(/^features\.1\./);
      await forward;
      expect(run.trace.has('features.1')).toBe(true);
      expect(waits).toEqual([false, true]);
      await run.forward(['features.1', 'features.0.2']);
      expect(waits).toHaveLength(2);
      run.dispose();
      await model.dispose();
    });

    it('takes up a download that another request has cancelled', async () => {
      const { provider, deliver, calls } = deliveredWeights();
      const model = new Model('shared', architecture, provider);
      const run = model.run(noise([1, 3, 8, 8]));
      const controller = new AbortController();
      const first = run.forward(['features.1'], { signal: controller.signal });
      const second = run.forward(['features.1']);
      deliver(/^features\.0\./);
      await expect.poll(() => run.trace.has('features.0')).toBe(true);
      controller.abort();
      await expect(first).rejects.toMatchObject({ code: 'aborted' });
      await expect.poll(() => calls.length).toBe(2);
      expect(calls[1]!.filter((name) => !name.startsWith('features.1.'))).toEqual([]);
      deliver(/./);
      await second;
      expect(run.trace.has('features.1')).toBe(true);
      run.dispose();
      await model.dispose();
    });

    it('can be asked again after its weights failed to load', async () => {
      const { provider } = watchedWeights(1);
      const model = new Model('flaky', architecture, provider);
      const run = model.run(noise([1, 3, 8, 8]));
      await expect(capture(run, { target })).rejects.toMatchObject({ code: 'network' });
      const { logits } = await capture(run, { target });
      expect(logits!.shape).toEqual([1, 10]);
      run.dispose();
      await model.dispose();
    });

    it('answers two requests at once with one forward pass', async () => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8]));
      const [a, b] = await Promise.all([capture(run, { target }), capture(run, { target })]);
      expect(a.logits).toEqual(b.logits);
      run.dispose();
      await model.dispose();
    });

    it('treats the pictures of a batch one by one', async () => {
      const model = smallModel();
      const parts = [noise([1, 3, 8, 8], 1), noise([1, 3, 8, 8], 2)];
      const request = { target, layers: ['features.2'], gradients: ['input'] };
      const capturing = async (input: { shape: readonly number[]; data: Float32Array }) => {
        const run = model.run(input);
        const result = await capture(run, request);
        run.dispose();
        return result;
      };
      const batch = await capturing({
        shape: [2, 3, 8, 8],
        data: Float32Array.from(parts.flatMap(({ data }) => [...data])),
      });
      const singles = await Promise.all(parts.map(capturing));
      const joined = (pick: (result: (typeof singles)[0]) => Float32Array) =>
        singles.flatMap((s) => [...pick(s)]);
      const near = (actual: Float32Array, expected: number[]) =>
        actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
      near(
        batch.logits!.data,
        joined((s) => s.logits!.data),
      );
      near(
        batch.activations['features.2']!.data,
        joined((s) => s.activations['features.2']!.data),
      );
      near(
        batch.gradients['input']!.data,
        joined((s) => s.gradients['input']!.data),
      );
      await model.dispose();
    });
  });
});
