import { memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { Model, Run } from '../../src/engine/model.ts';
import { Dispatcher } from '../../src/worker/dispatch.ts';
import { KeptRuns } from '../../src/worker/keptRuns.ts';
import { memoryModels } from '../support/memoryModels.ts';
import { noise, smallModel } from '../support/models.ts';

const mebibyte = 2 ** 20;
let model: Model;
beforeAll(async () => {
  await startNodeBackend('wasm');
  model = smallModel();
});

/** A run that says how much room it takes, and notes whether it was freed. */
function runOf(bytes: number): Run & { readonly freed: boolean } {
  const run = model.run(noise([1, 3, 8, 8]));
  let freed = false;
  const dispose = run.dispose.bind(run);
  return Object.defineProperties(run, {
    bytes: { value: bytes },
    freed: { get: () => freed },
    dispose: { value: () => ((freed = true), dispose()) },
  }) as Run & { freed: boolean };
}

/** Uses runs of these sizes in mebibytes, one after the other. */
function used(runs: KeptRuns, ...sizes: number[]) {
  return sizes.map((size, i) => {
    const run = runOf(size * mebibyte);
    const user = {};
    runs.use(user, `${i}`, () => run);
    runs.done(user);
    return run;
  });
}

const freed = (runs: ReadonlyArray<{ readonly freed: boolean }>) => runs.map((run) => run.freed);

afterEach(() => void vi.restoreAllMocks());

describe('kept runs', () => {
  it('are six at most', () => {
    const all = used(new KeptRuns(), 1, 1, 1, 1, 1, 1, 1, 1);
    expect(freed(all)).toEqual([true, true, ...Array<boolean>(6).fill(false)]);
  });

  it('take 256 MiB at most, and the newest may take more', () => {
    expect(freed(used(new KeptRuns(), 100, 100, 56))).toEqual([false, false, false]);
    expect(freed(used(new KeptRuns(), 100, 100, 57))).toEqual([true, false, false]);
    expect(freed(used(new KeptRuns(), 10, 10, 300))).toEqual([true, true, false]);
  });

  it('are freed in the order of their last use', () => {
    const runs = new KeptRuns();
    const [a, b] = used(runs, 100, 100);
    const user = {};
    expect(runs.use(user, '0', () => runOf(0))).toBe(a);
    runs.done(user);
    const last = runOf(100 * mebibyte);
    runs.use(user, 'last', () => last);
    runs.done(user);
    expect([a!.freed, b!.freed, last.freed]).toEqual([false, true, false]);
  });

  it('are not freed while somebody uses them', () => {
    const runs = new KeptRuns();
    const user = {};
    const busy = runs.use(user, 'busy', () => runOf(200 * mebibyte)) as Run & { freed: boolean };
    used(runs, 200);
    runs.drop((name) => name === 'busy');
    expect(busy.freed).toBe(false);
    runs.done(user);
    expect(busy.freed).toBe(true);
  });

  it('count what their activations take', async () => {
    const before = memory().numBytes;
    const run = model.run(noise([1, 3, 8, 8]));
    expect(run.bytes).toBe(4 * 3 * 8 * 8);
    await run.forward(['features.0']);
    // The input and, of 32 maps of 8x8, those after convolution, BatchNorm2d and ReLU.
    expect(run.bytes).toBe(4 * 64 * (3 + 3 * 32));
    run.dispose();
    await model.dispose();
    expect(memory().numBytes).toBe(before);
  });
});

describe('the dispatcher keeps', () => {
  it('six forward passes at most; the one unused for longest is freed', async () => {
    const models = await memoryModels();
    const dispatcher = new Dispatcher(models);
    const bitmap = { width: 10, height: 8, channels: 3, data: new Uint8Array(240) } as const;
    let lastId = 0;
    const capture = async (key: string) => {
      const params = { model: models.manifestOf.id, picture: { key, bitmap }, layers: ['head'] };
      expect(await dispatcher.request(++lastId, 'capture', params)).toMatchObject({ ok: true });
    };
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await capture(key);
    const disposed = vi.spyOn(Run.prototype, 'dispose');
    const full = memory().numTensors;
    await capture('a');
    expect(disposed).not.toHaveBeenCalled();
    for (const key of ['g', 'h', 'i']) {
      await capture(key);
      expect(memory().numTensors).toBe(full);
    }
    expect(disposed).toHaveBeenCalledTimes(3);
    const runs = vi.spyOn(Model.prototype, 'run');
    await capture('a');
    expect(runs).not.toHaveBeenCalled();
    await capture('b');
    expect(runs).toHaveBeenCalledTimes(1);
  });
});
