import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeWorker, follow, workers } from '../support/fakeWorker.ts';

vi.stubGlobal('Worker', FakeWorker);
vi.stubGlobal('location', { href: 'https://reader.example/chapter/' });

const never = () => new Promise<never>(() => undefined);
const refusal = (code: string, message: string) => ({ ok: false, code, message });
const model = { model: 'm' };

/** The module keeps one worker for its page: each test is a page of its own. */
async function openPage() {
  vi.resetModules();
  return import('../../src/client/engine.ts');
}

beforeEach(() => follow({}));

describe('asking the engine', () => {
  it('starts one worker, with the site it is on, and answers', async () => {
    const page = await openPage();
    const answers = await Promise.all([
      page.request('describe', model),
      page.request('describe', model),
    ]);
    expect(answers).toEqual(['describe', 'describe']);
    expect(workers).toHaveLength(1);
    expect(workers[0]!.started).toEqual([
      { base: 'https://reader.example/', preferred: undefined, excluded: {} },
    ]);
    expect(page.$backend.get()?.name).toBe('wasm');
  });

  it('passes on progress', async () => {
    const report = { loadedBytes: 1, totalBytes: 2 };
    follow({
      async request(_id, _kind, _params, onProgress) {
        await onProgress!(report);
        return { ok: true, value: 'done' };
      },
    });
    const page = await openPage();
    const onProgress = vi.fn();
    await page.request('describe', model, { onProgress });
    expect(onProgress).toHaveBeenCalledWith(report);
  });

  it('keeps the code of an error, and does not repeat what cannot succeed', async () => {
    follow({ request: async () => refusal('unknown-layer', 'no such layer') });
    const page = await openPage();
    await expect(page.request('describe', model)).rejects.toMatchObject({
      name: 'RequestError',
      code: 'unknown-layer',
      message: 'no such layer',
    });
    expect(workers).toHaveLength(1);
    expect(workers[0]!.asked).toHaveLength(1);
  });
});

describe('a newer request of the same group', () => {
  it('takes the place of the older one, in the worker too', async () => {
    follow({
      request: (_id, kind) =>
        kind === 'view' ? never() : Promise.resolve({ ok: true, value: 'new' }),
    });
    const page = await openPage();
    const older = page.request(
      'view',
      { ...model, picture: { key: 'a', bitmap: {} as never } },
      { group: 'figure' },
    );
    await page.request('describe', model);
    const newer = page.request('describe', model, { group: 'figure' });
    await expect(older).rejects.toMatchObject({ code: 'cancelled' });
    expect(await newer).toBe('new');
    await vi.waitFor(() => expect(workers[0]!.cancelled).toEqual([1]));
  });

  it('leaves other groups alone', async () => {
    const page = await openPage();
    const both = [
      page.request('describe', model, { group: 'a' }),
      page.request('describe', model, { group: 'b' }),
    ];
    expect(await Promise.all(both)).toEqual(['describe', 'describe']);
  });
});

describe('a request whose worker is replaced', () => {
  it('is repeated', async () => {
    follow({ request: never }, {});
    const page = await openPage();
    const asking = page.request('describe', model, { group: 'figure' });
    await vi.waitFor(() => expect(workers[0]!.asked).toHaveLength(1));
    page.switchBackend('cpu');
    expect(await asking).toBe('describe');
  });

  it('does not take the place of a newer one', async () => {
    follow({ request: never }, {});
    const page = await openPage();
    const older = page.request('describe', model, { group: 'figure' });
    await vi.waitFor(() => expect(workers[0]!.asked).toHaveLength(1));
    page.switchBackend('cpu');
    const newer = page.request('describe', model, { group: 'figure' });
    await expect(older).rejects.toMatchObject({ code: 'cancelled' });
    expect(await newer).toBe('describe');
    expect(workers[1]!.asked).toHaveLength(1);
  });
});

describe('a worker that fails', () => {
  it('by crashing is replaced once, without its backend, and the request repeated', async () => {
    follow({ request: never }, {});
    const page = await openPage();
    const asking = page.request('describe', model);
    await vi.waitFor(() => expect(workers[0]!.asked).toHaveLength(1));
    workers[0]!.crash('device lost');
    expect(await asking).toBe('describe');
    expect(workers).toHaveLength(2);
    expect(workers[0]!.terminated).toBe(true);
    expect(workers[1]!.started[0]!.excluded).toEqual({
      wasm: expect.stringContaining('device lost'),
    });
  });

  it.each(['internal', 'out-of-memory'])('with "%s" is replaced as well', async (code) => {
    follow({ request: async () => refusal(code, 'too big') }, {});
    const page = await openPage();
    expect(await page.request('describe', model)).toBe('describe');
    expect(workers[1]!.started[0]!.excluded).toEqual({ wasm: 'it failed on this page: too big' });
  });

  it('again tells the reader', async () => {
    follow({ request: async () => refusal('internal', 'broken') });
    const page = await openPage();
    await expect(page.request('describe', model)).rejects.toMatchObject({
      code: 'internal',
      message: 'broken',
    });
    expect(workers).toHaveLength(2);
  });

  it('to start is dropped, and the next request tries anew', async () => {
    follow({ start: async () => refusal('backend-unavailable', 'no backend') as never }, {});
    const page = await openPage();
    await expect(page.request('describe', model)).rejects.toMatchObject({
      code: 'backend-unavailable',
    });
    expect(workers[0]!.terminated).toBe(true);
    expect(await page.request('describe', model)).toBe('describe');
  });
});

describe('choosing a backend', () => {
  it('before the first request starts nothing', async () => {
    const page = await openPage();
    page.preferBackend('webgl');
    expect(workers).toHaveLength(0);
    await page.request('describe', model);
    expect(workers[0]!.started[0]!.preferred).toBe('webgl');
    expect(page.$generation.get()).toBe(0);
  });

  it('that a link asks for and that is missing takes another', async () => {
    const missing = refusal('backend-unavailable', 'no WebGPU') as never;
    const report = { ok: true, value: { name: 'wasm', reason: '', candidates: [] } } as never;
    follow({ start: async ({ preferred }) => (preferred ? missing : report) });
    const page = await openPage();
    page.preferBackend('webgpu');
    expect(await page.request('describe', model)).toBe('describe');
    expect(page.$backend.get()?.name).toBe('wasm');
    page.switchBackend('webgl');
    await expect(page.request('describe', model)).rejects.toMatchObject({
      code: 'backend-unavailable',
    });
  });

  it('later starts a new worker and lets the figures know', async () => {
    const page = await openPage();
    await page.request('describe', model);
    page.switchBackend('cpu');
    expect(workers[0]!.terminated).toBe(true);
    expect(page.$generation.get()).toBe(1);
    await page.request('describe', model);
    expect(page.$backend.get()?.name).toBe('cpu');
    page.switchBackend('cpu');
    expect(page.$generation.get()).toBe(1);
  });
});

describe('models that no folder of the site holds', () => {
  const file = { model: 'own:1', file: new Blob(['weights']), name: 'my.pt' };

  it('are opened again by every new worker, before anything else', async () => {
    const page = await openPage();
    await page.request('openModel', file);
    page.keepOpen('openModel', file);
    page.switchBackend('cpu');
    await page.request('describe', { model: 'own:1' });
    expect(workers[1]!.asked.map(({ kind }) => kind)).toEqual(['openModel', 'describe']);
  });

  it('survive a worker that crashes in the middle of a request', async () => {
    follow({ request: never }, {});
    const page = await openPage();
    page.keepOpen('openModel', file);
    const asking = page.request('describe', { model: 'own:1' });
    await vi.waitFor(() => expect(workers[0]!.asked).toHaveLength(2));
    workers[0]!.crash('device lost');
    expect(await asking).toBe('describe');
    expect(workers[1]!.asked.map(({ kind }) => kind)).toEqual(['openModel', 'describe']);
  });

  it('are freed and forgotten when they are closed', async () => {
    const page = await openPage();
    page.keepOpen('openModel', file);
    await page.request('describe', model);
    page.closeModel('own:1');
    await vi.waitFor(() => expect(workers[0]!.asked.at(-1)).toMatchObject({ kind: 'closeModel' }));
    page.switchBackend('cpu');
    await page.request('describe', model);
    expect(workers[1]!.asked.map(({ kind }) => kind)).toEqual(['describe']);
  });

  it('that are still on their way can be given up', async () => {
    follow({ request: never });
    const page = await openPage();
    const asking = page.request('openModel', file, { group: 'fetch' });
    await vi.waitFor(() => expect(workers[0]!.asked).toHaveLength(1));
    page.cancel('fetch');
    page.cancel('nothing');
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(workers[0]!.cancelled).toEqual([1]));
  });
});
