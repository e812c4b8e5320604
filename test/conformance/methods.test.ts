import { memory } from '@tensorflow/tfjs-core';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '../../src/engine/archs/architecture.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { sizeOf } from '../../src/engine/layout.ts';
import { allMethods, methodIds, methodNamed } from '../../src/engine/methods/index.ts';
import type { Attribution, Method, Progress } from '../../src/engine/methods/method.ts';
import { resolveOptions } from '../../src/engine/methods/options.ts';
import { Model } from '../../src/engine/model.ts';
import { onEachBackend } from '../support/backends.ts';
import { briefOptions, briefSize } from '../support/briefOptions.ts';
import { noise, smallManifest, smallModel } from '../support/models.ts';
import { filesIn, root } from '../support/repository.ts';

const folder = join(root, 'src/engine/methods');
const modules = filesIn(folder, '.ts').filter((file) => file !== 'index.ts');

const isMethod = (value: unknown): value is Method =>
  typeof value === 'object' && value !== null && 'explain' in value && 'id' in value;

const methods = await allMethods();
const target = { kind: 'logit', class: 3 } as const;
const { preprocessing } = smallManifest();
/** The two kinds of input that shipped models have. */
const inputs = [
  { kind: 'colour', channels: 3 },
  { kind: 'grey', channels: 1 },
];

/** A network whose weights are all 0: its activations, gradients and logits are 0, too. */
function silentModel(size: number): Model {
  const { config } = smallModel(size);
  const load = async (specs: readonly ParameterSpec[]) =>
    new Map(
      specs.map(({ name, shape }) => {
        const fill = name.endsWith('running_var') ? 1 : 0;
        return [name, new Float32Array(sizeOf(shape)).fill(fill)] as const;
      }),
    );
  return new Model('silent', config, { load });
}

describe('every method', () => {
  it.each(modules)('of %s is registered, under its own file', async (file) => {
    const exports = (await import(join(folder, file))) as Record<string, unknown>;
    const found = Object.entries(exports).filter(([, value]) => isMethod(value));
    for (const [name, method] of found) {
      expect(methods).toContain(method);
      expect(name).toBe(basename(file, '.ts'));
    }
  });

  it('is known under an id of its own', async () => {
    expect(methods.map(({ id }) => id)).toEqual(methodIds);
    for (const method of methods) {
      expect(method.id).toMatch(/^[a-z0-9-]+$/);
      expect(await methodNamed(method.id)).toBe(method);
      expect(method.unit).not.toBe('');
    }
    await expect(methodNamed('nothing')).rejects.toThrow(EngineError);
  });

  describe.each(methods)('$id', (method) => {
    const size = briefSize(method);
    const picture = [1, 3, size, size];
    /** What every kind of method may need besides the target. */
    const request = {
      ...{ target, preprocessing, options: briefOptions(method) },
      references: noise([2, 3, size, size], 6),
    };

    it('starts with a value that it allows', () => {
      const names = method.options.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      const defaults = Object.fromEntries(
        method.options.map((option) => [option.name, option.default]),
      );
      expect(() => resolveOptions(method, defaults)).not.toThrow();
    });

    onEachBackend(() => {
      it.each(inputs)(
        'explains a $kind picture and leaves no tensor behind',
        async ({ channels }) => {
          const model = smallModel(size, channels);
          const run = model.run(noise([1, channels, size, size]));
          const given = {
            target,
            preprocessing: smallManifest(size, channels).preprocessing,
            references: noise([2, channels, size, size], 6),
            options: briefOptions(method),
          };
          const first = await method.explain(run, given);
          const before = memory().numTensors;
          const again = await method.explain(run, given);
          expect(memory().numTensors).toBe(before);
          expect(again).toEqual(first);
          expect(first.target.class).toBe(3);
          expect(first.logits.shape).toEqual([1, 10]);
          const [height, width] =
            first.layer && method.family === 'class-activation'
              ? model.module(first.layer).outputShape.slice(1)
              : [size, size];
          expect(first.map.shape).toEqual([height, width]);
          for (const { data } of [first.map, ...Object.values(first.details)])
            expect(data.every(Number.isFinite)).toBe(true);
          expect(first.range.min).toBeLessThanOrEqual(first.range.max);
          run.dispose();
          await model.dispose();
        },
      );

      it('refuses an option it does not have', async () => {
        const model = smallModel(size);
        const run = model.run(noise(picture));
        const options = { 'no such option': 'x' };
        await expect(method.explain(run, { ...request, options })).rejects.toMatchObject({
          code: 'invalid-option',
        });
        run.dispose();
        await model.dispose();
      });

      it('gives finite numbers for a blank picture and for a network that sees nothing', async () => {
        const model = silentModel(size);
        const run = model.run({ shape: picture, data: new Float32Array(3 * size ** 2) });
        const { map, details } = await method.explain(run, request);
        for (const { data } of [map, ...Object.values(details)])
          expect(data.every(Number.isFinite)).toBe(true);
        run.dispose();
        await model.dispose();
      });

      it('stops when it is cancelled', async () => {
        const model = smallModel(size);
        const run = model.run(noise(picture));
        await method.explain(run, request);
        const before = memory().numTensors;
        const signal = AbortSignal.abort();
        await expect(method.explain(run, { ...request, signal })).rejects.toMatchObject({
          code: 'aborted',
        });
        expect(memory().numTensors).toBe(before);
        run.dispose();
        await model.dispose();
      });

      if (method.long)
        it('tells how far it has come, and stops between its steps', async () => {
          const model = smallModel(size);
          const run = model.run(noise(picture));
          const steps: Progress[] = [];
          const maps: Attribution[] = [];
          const reports = {
            options: briefOptions(method),
            reportEvery: 0,
            onStep: (step: Progress) => steps.push(step),
            onPartial: (partial: Attribution) => maps.push(partial),
          };
          const { map } = await method.explain(run, { ...request, ...reports });
          const last = steps.at(-1)!;
          expect(last.done).toBe(last.total);
          expect(steps.map(({ done }) => done)).toEqual(
            steps.map(({ done }) => done).toSorted((a, b) => a - b),
          );
          for (const partial of maps) {
            expect(partial.map.shape).toEqual(map.shape);
            expect(partial.map.data.every(Number.isFinite)).toBe(true);
          }
          const before = memory().numTensors;
          const controller = new AbortController();
          const cancelled = method.explain(run, {
            ...request,
            options: briefOptions(method),
            reportEvery: 0,
            signal: controller.signal,
            onStep: () => controller.abort(),
          });
          if (last.total > 1) await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
          else await cancelled;
          expect(memory().numTensors).toBe(before);
          run.dispose();
          await model.dispose();
        });

      if (method.atLayer)
        it('refuses a layer after the pooling', async () => {
          const model = smallModel(size);
          const run = model.run(noise(picture));
          await expect(method.explain(run, { ...request, layer: 'pool' })).rejects.toMatchObject({
            code: 'no-spatial-extent',
            message: expect.stringContaining('choose a layer before the pooling'),
          });
          run.dispose();
          await model.dispose();
        });
    });
  });
});
