import { memory } from '@tensorflow/tfjs-core';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/engine/errors.ts';
import { methodNamed, methods } from '../../src/engine/methods/index.ts';
import type { Method } from '../../src/engine/methods/method.ts';
import { onEachBackend } from '../support/backends.ts';
import { noise, smallModel } from '../support/models.ts';
import { filesIn, root } from '../support/repository.ts';

const folder = join(root, 'src/engine/methods');
const modules = filesIn(folder, '.ts').filter((file) => file !== 'index.ts');

const isMethod = (value: unknown): value is Method =>
  typeof value === 'object' && value !== null && 'explain' in value && 'id' in value;

const target = { kind: 'logit', class: 3 } as const;

/** The two kinds of input that shipped models have. */
const inputs = [
  { kind: 'colour', size: 8, channels: 3 },
  { kind: 'grey', size: 12, channels: 1 },
];

describe('every method', () => {
  it.each(modules)('of %s is registered, under its own file', async (file) => {
    const exports = (await import(join(folder, file))) as Record<string, unknown>;
    const found = Object.entries(exports).filter(([, value]) => isMethod(value));
    for (const [name, method] of found) {
      expect(methods).toContain(method);
      expect(name).toBe(basename(file, '.ts'));
    }
  });

  it('is known under an id of its own', () => {
    expect(new Set(methods.map(({ id }) => id)).size).toBe(methods.length);
    for (const method of methods) {
      expect(method.id).toMatch(/^[a-z0-9-]+$/);
      expect(methodNamed(method.id)).toBe(method);
      expect(method.unit).not.toBe('');
    }
    expect(() => methodNamed('nothing')).toThrow(EngineError);
  });

  describe.each(methods)('$id', (method) => {
    it('starts with a choice that it offers', () => {
      for (const option of method.options) expect(option.choices).toContain(option.default);
    });

    onEachBackend(() => {
      it.each(inputs)(
        'explains a $kind picture and leaves no tensor behind',
        async ({ size, channels }) => {
          const model = smallModel(size, channels);
          const run = model.run(noise([1, channels, size, size]));
          const first = await method.explain(run, { target });
          const before = memory().numTensors;
          const again = await method.explain(run, { target });
          expect(memory().numTensors).toBe(before);
          expect(again).toEqual(first);
          expect(first.target.class).toBe(3);
          expect(first.logits.shape).toEqual([1, 10]);
          const [height, width] = first.layer
            ? model.module(first.layer).outputShape.slice(1)
            : [size, size];
          expect(first.map.shape).toEqual([height, width]);
          expect(first.map.data.every(Number.isFinite)).toBe(true);
          run.dispose();
          await model.dispose();
        },
      );

      it('refuses an option it does not have', async () => {
        const model = smallModel();
        const run = model.run(noise([1, 3, 8, 8]));
        const options = { 'no such option': 'x' };
        await expect(method.explain(run, { target, options })).rejects.toMatchObject({
          code: 'invalid-option',
        });
        run.dispose();
        await model.dispose();
      });
    });
  });
});
