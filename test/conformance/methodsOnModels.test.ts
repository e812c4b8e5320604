/** What every method must keep on the networks that ship. What it computes is compared in `methodGoldens.test.ts`. */
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { capture } from '../../src/engine/capture.ts';
import { allMethods } from '../../src/engine/methods/index.ts';
import type { Method, Progress } from '../../src/engine/methods/method.ts';
import type { Model, Run } from '../../src/engine/model.ts';
import { noise, readManifest, shippedModel } from '../support/models.ts';

/** The weights that ship, on pictures as small as the architecture allows; plain JavaScript takes minutes even so. */
const sizes = { 'smallcnn-cifar10': 32, 'resnet18-objects11': 64 };
/** Milliseconds, on a busy processor. */
const slow = 240_000;
const target = { kind: 'logit', class: 3 } as const;
type Counts = Readonly<Record<string, number>>;
/** One batch of a long method, and windows that cover the picture in 9 passes. */
const few: Counts = {
  ...{ samples: 3, steps: 3, masks: 3, channels: 3 },
  ...{ window: 0.5, stride: 0.5 },
};
/** Two batches, of 16 pictures and of the rest; 25 windows. */
const twoBatches: Counts = {
  ...{ samples: 17, steps: 17, masks: 17, channels: 17 },
  ...{ window: 0.5, stride: 0.25 },
};
/** Behind the last block it has all channels in one batch. */
const inOneGo = 'ablation-cam';

const brief = ({ options }: Method, counts = few) =>
  Object.fromEntries(
    options.flatMap(({ name }) => (name in counts ? [[name, counts[name]!]] : [])),
  );

const seeded = (method: Method, seed: number) =>
  method.options.some(({ name }) => name === 'seed') ? { ...brief(method), seed } : brief(method);

/** Methods that draw by default: their maps are another's for another seed. */
const random = new Set(['smoothgrad', 'expected-gradients', 'rise', 'random-cam']);

const methods = await allMethods();

describe.each(Object.entries(sizes))('every method on %s', (id, size) => {
  let model: Model;
  let run: Run;
  /** Of the same picture: what has been computed on the one is computed again here. */
  let twin: Run;
  const request = { target, references: noise([2, 3, size, size], 6) };
  let preprocessing: Awaited<ReturnType<typeof readManifest>>['preprocessing'];

  beforeAll(async () => {
    await startNodeBackend('wasm');
    ({ preprocessing } = await readManifest(id));
    model = await shippedModel(id, size);
    run = model.run(noise([1, 3, size, size]));
    twin = model.run(noise([1, 3, size, size]));
    // The first pass puts 22 MB of weights on the backend.
    await capture(run, { target, gradients: ['input'] });
    await capture(twin, { target });
  }, slow);

  afterAll(async () => {
    run.dispose();
    twin.dispose();
    await model.dispose();
  });

  it.each(methods.map((method) => [method.id, method] as const))(
    '%s is finite, has its shape, leaves no tensor and repeats itself under a seed',
    async (_, method) => {
      const explain = (seed: number, on = run) =>
        method.explain(on, { ...request, preprocessing, options: seeded(method, seed) });
      const first = await explain(1);
      const before = memory().numTensors;
      expect(await explain(1, twin)).toEqual(first);
      expect(memory().numTensors).toBe(before);
      const [height, width] =
        first.layer && method.family === 'class-activation'
          ? model.module(first.layer).outputShape.slice(1)
          : [size, size];
      expect(first.map.shape).toEqual([height, width]);
      expect(first.logits.shape).toEqual([1, model.config.classCount]);
      for (const { data } of [first.map, ...Object.values(first.details)])
        expect(data.every(Number.isFinite)).toBe(true);
      if (random.has(method.id)) expect((await explain(2)).map).not.toEqual(first.map);
    },
    slow,
  );

  it.each(methods.map((method) => [method.id, method] as const))(
    '%s stops when it is cancelled, before and on its way',
    async (_, method) => {
      const options = brief(method, twoBatches);
      await method.explain(run, { ...request, preprocessing, options });
      const before = memory().numTensors;
      const cancelled = (signal: AbortSignal, onStep?: (step: Progress) => void) =>
        method.explain(run, {
          ...{ ...request, preprocessing, options, signal, reportEvery: 0 },
          ...(onStep && { onStep }),
        });
      await expect(cancelled(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
      const controller = new AbortController();
      let last: Progress | undefined;
      const running = cancelled(controller.signal, (step) => {
        last = step;
        controller.abort();
      });
      const outcome = await running.catch((error: unknown) => error);
      if (method.long) expect(last).toBeDefined();
      // What is done in one go is over before anybody could stop it.
      if (method.long && method.id !== inOneGo) expect(outcome).toMatchObject({ code: 'aborted' });
      else expect(outcome).toHaveProperty('map');
      expect(memory().numTensors).toBe(before);
    },
  );
});
