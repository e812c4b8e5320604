import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startNodeBackend } from '../../cli/nodeBackend.ts';
import { diskModelFiles } from '../../cli/nodeModels.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { Model, Run } from '../../src/engine/model.ts';
import { Trace } from '../../src/engine/trace.ts';
import { describeError, Dispatcher } from '../../src/worker/dispatch.ts';
import type { Params, RequestKind } from '../../src/worker/protocol.ts';
import { flatPicture } from '../support/flatPicture.ts';
import { memoryModels, type MemoryModels } from '../support/memoryModels.ts';
import { value } from '../support/reply.ts';

await startNodeBackend('wasm');

let models: MemoryModels;
let dispatcher: Dispatcher;
let model: string;
let lastId: number;

beforeEach(async () => {
  models = await memoryModels();
  dispatcher = new Dispatcher(models);
  model = models.manifestOf.id;
  lastId = 0;
});
afterEach(() => void vi.restoreAllMocks());

function ask<K extends RequestKind>(kind: K, params: Params<K>) {
  return dispatcher.request(++lastId, kind, params);
}

const target = { kind: 'logit', class: 2 } as const;

describe('the dispatcher answers', () => {
  it('what a model is', async () => {
    const described = await value(ask('describe', { model }));
    expect(described).toMatchObject({ id: model, labels: models.manifestOf.labels });
    expect(described.modules.at(-1)).toMatchObject({
      name: 'head',
      type: 'Linear',
      outputShape: [10],
    });
  });

  it('a parameter, the picture as the network sees it, and a capture', async () => {
    const weight = await value(ask('parameter', { model, name: 'features.0.0.weight' }));
    expect(weight.shape).toEqual([32, 3, 3, 3]);
    const view = await value(ask('view', { model, picture: flatPicture('a') }));
    expect(view).toMatchObject({ width: 8, height: 8, channels: 3 });
    const captured = await value(
      ask('capture', {
        model,
        picture: flatPicture('a'),
        layers: ['features.0'],
        gradients: ['input'],
        target,
      }),
    );
    expect(captured.activations['features.0']!.shape).toEqual([1, 32, 8, 8]);
    expect(captured.gradients['input']!.shape).toEqual([1, 3, 8, 8]);
    expect(captured.logits).toHaveLength(10);
    expect(captured.target).toEqual({ class: 2, value: captured.logits[2] });
  });

  it('an explanation with its unit', async () => {
    const explained = await value(
      ask('explain', {
        model,
        picture: flatPicture('a'),
        method: 'grad-cam',
        target,
        layer: 'features.1',
      }),
    );
    expect(explained.map.shape).toEqual([4, 4]);
    expect(explained).toMatchObject({
      unit: 'target units',
      layer: 'features.1',
      target: { class: 2 },
    });
  });

  it('that a model without a history has none, nor has a twin', async () => {
    const none = { epochs: [], weights: undefined };
    expect(await value(ask('history', { model }))).toEqual(none);
    expect(await value(ask('history', { model: `${model}@untrained`, epoch: 0 }))).toEqual(none);
  });

  it("what the lab's network had learned after its first epoch", async () => {
    dispatcher = new Dispatcher(diskModelFiles());
    const lab = 'smallcnn-cifar10';
    const { epochs } = await value(ask('history', { model: lab }));
    expect(epochs.slice(0, 2)).toEqual([0, 1]);
    const after = await value(ask('history', { model: lab, epoch: 1 }));
    expect(after.weights!.shape).toEqual([32, 3, 3, 3]);
  });

  it('how sparse every ReLU is, or the layers named, from the pass that others share', async () => {
    const runs = vi.spyOn(Model.prototype, 'run');
    const a = flatPicture('a');
    const { activations } = await value(
      ask('capture', { model, picture: a, layers: ['features.3'] }),
    );
    const found = await value(ask('sparsity', { model, picture: a }));
    expect(found.map(({ layer, channels }) => [layer, channels])).toEqual(
      [32, 32, 64, 64, 128, 128].map((channels, block) => [`features.${block}`, channels]),
    );
    const { data } = activations['features.3']!;
    expect(found[3]!.zeroShare).toBe(data.filter((activation) => activation === 0).length / 256);
    const [last] = await value(
      ask('sparsity', { model, picture: a, layers: ['features.5', 'features.0'] }),
    );
    expect(last).toEqual(found[5]);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('the receptive fields of a model, and the gradient of one unit', async () => {
    const { fields, steps } = await value(ask('receptiveFields', { model }));
    expect(fields['features.5']).toEqual({ size: 29, stride: 8, start: -14 });
    expect(steps.map(({ name }) => name)).toEqual(
      [0, 1, 2, 3, 4, 5].map((block) => `features.${block}.0`),
    );
    const unit = { channel: 3, row: 1, column: 2 };
    const layer = 'features.2.0';
    const found = await value(
      ask('unitGradient', { model, picture: flatPicture('a'), layer, unit }),
    );
    expect(found.magnitude.shape).toEqual([8, 8]);
    expect(found.field).toEqual(fields[layer]);
    const { activations } = await value(
      ask('capture', { model, picture: flatPicture('a'), layers: [layer] }),
    );
    expect(found.value).toBe(activations[layer]!.data[(3 * 4 + 1) * 4 + 2]);
  });

  it('for the untrained twin, which needs no weight file', async () => {
    const trained = await value(ask('parameter', { model, name: 'head.weight' }));
    const twin = await value(
      ask('parameter', { model: `${model}@untrained`, name: 'head.weight' }),
    );
    expect(twin.shape).toEqual(trained.shape);
    expect(twin.data).not.toEqual(trained.data);
    expect(models.manifestsRead).toEqual([model]);
  });
});

describe('the dispatcher shares', () => {
  it('one forward pass for each model and picture among all requests', async () => {
    const runs = vi.spyOn(Model.prototype, 'run');
    const operations = vi.spyOn(Trace.prototype, 'apply');
    const a = flatPicture('a');
    await Promise.all([
      ask('capture', { model, picture: a, target }),
      ask('capture', {
        model,
        picture: a,
        target: { kind: 'probability', class: 5 },
        gradients: ['input'],
      }),
      ask('explain', { model, picture: a, method: 'saliency', target }),
      ask('explain', { model, picture: a, method: 'grad-cam', target }),
    ]);
    expect(runs).toHaveBeenCalledTimes(1);
    expect(operations).toHaveBeenCalledTimes(6 * 3 + 2);
    await ask('capture', { model, picture: flatPicture('b'), target });
    await ask('capture', { model: `${model}@untrained`, picture: a, target });
    expect(runs).toHaveBeenCalledTimes(3);
  });

  it('one copy of each model', async () => {
    await Promise.all([
      ask('describe', { model }),
      ask('describe', { model }),
      ask('view', { model, picture: flatPicture('a') }),
    ]);
    expect(models.manifestsRead).toEqual([model]);
  });
});

describe('requests', () => {
  it('run one after the other, in the order in which they came', async () => {
    await ask('capture', { model, picture: flatPicture('weights'), target });
    const log: string[] = [];
    const forward = Run.prototype.forward;
    vi.spyOn(Run.prototype, 'forward').mockImplementation(async function (
      this: Run,
      ...parameters
    ) {
      log.push('begin');
      await new Promise((resolve) => setTimeout(resolve, 5));
      await forward.apply(this, parameters);
      log.push('end');
    });
    const order: string[] = [];
    const note = (key: string) => () => void order.push(key);
    await Promise.all(
      ['a', 'b', 'c'].map((key) =>
        ask('capture', { model, picture: flatPicture(key), target }).then(note(key)),
      ),
    );
    expect(order).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  });

  it('that are cancelled while they wait do not run', async () => {
    const runs = vi.spyOn(Model.prototype, 'run');
    const first = ask('capture', { model, picture: flatPicture('a'), target });
    const second = ask('capture', { model, picture: flatPicture('b'), target });
    dispatcher.cancel(2);
    expect(await second).toMatchObject({
      ok: false,
      code: 'aborted',
      message: 'the request was cancelled',
    });
    expect(await first).toMatchObject({ ok: true });
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('can be cancelled twice, after they ended, or without existing', async () => {
    const reply = ask('describe', { model });
    dispatcher.cancel(99);
    expect(await reply).toMatchObject({ ok: true });
    dispatcher.cancel(1);
    dispatcher.cancel(1);
    expect(await ask('describe', { model })).toMatchObject({ ok: true });
  });

  it('that fail do not stop those behind them, and can be repeated', async () => {
    models.offline = true;
    expect(await ask('describe', { model })).toMatchObject({ ok: false, code: 'network' });
    models.offline = false;
    expect(await ask('describe', { model })).toMatchObject({ ok: true });
  });
});

describe('errors come as values with a code', () => {
  const params = () => ({ model, picture: flatPicture('a'), target });
  it.each<[string, () => Promise<unknown>, string]>([
    ['an unknown model', () => ask('describe', { model: 'nothing' }), 'unknown-model'],
    ['an unknown layer', () => ask('capture', { ...params(), layers: ['conv9'] }), 'unknown-layer'],
    [
      'an unknown parameter',
      () => ask('parameter', { model, name: 'head.weights' }),
      'unknown-layer',
    ],
    [
      'an unknown method',
      () => ask('explain', { ...params(), method: 'tea-leaves' }),
      'unknown-method',
    ],
    [
      'a class that does not exist',
      () => ask('capture', { ...params(), target: { kind: 'logit', class: 10 } }),
      'invalid-option',
    ],
    [
      'an unknown option',
      () => ask('explain', { ...params(), method: 'saliency', options: { size: '3' } }),
      'invalid-option',
    ],
    [
      'a choice that does not exist',
      () => ask('explain', { ...params(), method: 'saliency', options: { reduction: 'mean' } }),
      'invalid-option',
    ],
    [
      'a gradient without a target',
      () => ask('capture', { model, picture: flatPicture('a'), gradients: ['input'] }),
      'invalid-option',
    ],
    [
      'a map of a layer without pixels',
      () => ask('explain', { ...params(), method: 'grad-cam', layer: 'pool' }),
      'no-spatial-extent',
    ],
    [
      'an empty picture',
      () =>
        ask('view', {
          model,
          picture: {
            key: 'x',
            bitmap: { width: 0, height: 0, channels: 3, data: new Uint8Array(0) },
          },
        }),
      'invalid-picture',
    ],
  ])('%s', async (_, asking, code) => {
    expect(await asking()).toMatchObject({ ok: false, code, message: expect.stringMatching(/\w/) });
  });

  it('whatever was thrown', () => {
    expect(describeError(new EngineError('network', 'gone'))).toEqual({
      code: 'network',
      message: 'gone',
    });
    expect(describeError(new Error('Device lost'))).toEqual({
      code: 'internal',
      message: 'Device lost',
    });
    expect(describeError(new RangeError('Array buffer allocation failed')).code).toBe(
      'out-of-memory',
    );
    expect(describeError('a string')).toEqual({ code: 'internal', message: 'a string' });
  });
});
