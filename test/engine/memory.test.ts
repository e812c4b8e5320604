import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { capture, type CaptureRequest } from '../../src/engine/capture.ts';
import { allMethods } from '../../src/engine/methods/index.ts';
import { onEachBackend } from '../support/backends.ts';
import { briefOptions } from '../support/briefOptions.ts';
import { noise, smallManifest, smallModel } from '../support/models.ts';

const captures = 50;
/** Every method several times. */
const slow = { timeout: 240_000 };
const target = { kind: 'logit', class: 3 } as const;

describe('tensors', () => {
  onEachBackend(() => {
    it(`are as many after ${captures} captures as after the first`, async () => {
      const start = memory().numTensors;
      const model = smallModel();
      const names = model.modules.map(({ name }) => name);
      const once = async (seed: number) => {
        const run = model.run(noise([1, 3, 8, 8], seed));
        await capture(run, { layers: names, gradients: ['input', ...names], target });
        run.dispose();
      };
      await once(0);
      const { numTensors, numBytes } = memory();
      for (let i = 1; i <= captures; i++) await once(i);
      expect(memory().numTensors).toBe(numTensors);
      expect(memory().numBytes).toBe(numBytes);
      await model.dispose();
      expect(memory().numTensors).toBe(start);
    });

    it('are as many after every method, with every choice of its options', slow, async () => {
      const size = 12;
      const model = smallModel(size);
      const { preprocessing } = smallManifest(size);
      const references = noise([2, 3, size, size], 6);
      const run = model.run(noise([1, 3, size, size]));
      await capture(run, { target, gradients: ['input'] });
      const before = memory().numTensors;
      for (const method of await allMethods()) {
        const brief = briefOptions(method);
        for (const option of method.options)
          for (const choice of option.kind === 'choice' ? option.choices : []) {
            const options = { ...brief, [option.name]: choice };
            await method.explain(run, { target, preprocessing, references, options });
          }
        expect(memory().numTensors, method.id).toBe(before);
      }
      run.dispose();
      await model.dispose();
    });

    it.each<[string, CaptureRequest]>([
      ['a gradient at an unknown layer', { target, gradients: ['nowhere'] }],
      ['an activation of an unknown layer', { target, layers: ['nowhere'] }],
      [
        'a class that does not exist',
        { target: { kind: 'logit', class: 10 }, gradients: ['input'] },
      ],
      ['a cancelled request', { target, gradients: ['input'], signal: AbortSignal.abort() }],
    ])('are as many after %s', async (_, request) => {
      const model = smallModel();
      const run = model.run(noise([1, 3, 8, 8]));
      await capture(run, { target, gradients: ['input'] });
      const before = memory().numTensors;
      await expect(capture(run, request)).rejects.toThrow();
      expect(memory().numTensors).toBe(before);
      run.dispose();
      await model.dispose();
    });
  });
});
