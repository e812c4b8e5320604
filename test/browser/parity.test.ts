import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beyond } from '../support/closeness.ts';
import { launchChromium } from '../support/chromium.ts';
import { goldenNames } from '../support/goldens.ts';
import { servePage } from '../support/pageBundle.ts';
import { root } from '../support/repository.ts';
import { noteWorst } from '../support/worst.ts';

/** Largest error relative to the golden's maximum, as docs/architecture.md promises it. */
const bounds = { webgpu: 2e-3, webgl: 2e-3, wasm: 1e-4 } as const;
type Backend = keyof typeof bounds;

/** Software adapters take a minute for a ResNet: there they compare a picture, and noise of a smaller size. */
const slowInputs = ['horse', 'noise-96'];
const namesOn = (backend: Backend) =>
  goldenNames().filter(
    ({ model, input }) =>
      backend === 'wasm' || !model.startsWith('resnet') || slowInputs.includes(input),
  );

/** The gradient at the picture, by two rules, and maps of a layer: ResNet-18 takes a minute for these as well. */
const methods = [
  ...['saliency', 'guided-backprop'],
  ...['grad-cam', 'hires-cam', 'layer-cam', 'grad-cam-plus-plus'],
];

const withMethods = ['smallcnn-cifar10', 'resnet18-objects11'];

let browser: Browser;
let server: Awaited<ReturnType<typeof servePage>>;

beforeAll(async () => {
  server = await servePage(join(root, 'test/browser/page/parity.ts'));
  browser = await launchChromium('webgpu', 'webgl');
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.each(Object.keys(bounds) as Backend[])('%s in Chromium', (backend) => {
  let page: Page;
  let missing: string | undefined;

  beforeAll(async () => {
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => window.parity);
    const report = await page.evaluate((name) => window.parity.start(name), backend);
    if (typeof report === 'string') missing = report;
    else expect(report.name).toBe(backend);
  });
  afterAll(() => page?.close());

  describe.each(namesOn(backend))('$model, $input', ({ model, input }) => {
    it('every activation and gradient', async ({ skip, task }) => {
      skip(missing !== undefined, missing);
      const errors = await page.evaluate(([id, name]) => window.parity.model(id, name), [
        model,
        input,
      ] as const);
      noteWorst(task, `${backend} in Chromium`, errors, bounds[backend]);
      expect(beyond(errors, bounds[backend])).toEqual([]);
    });

    it.for(withMethods.includes(model) && input === 'horse' ? [methods] : [])(
      'maps of methods',
      async (ids, { skip, task }) => {
        skip(missing !== undefined, missing);
        const errors = await page.evaluate(
          ([id, name, asked]) => window.parity.methods(id, name, asked),
          [model, input, ids] as const,
        );
        noteWorst(task, `${backend} in Chromium, methods`, errors, bounds[backend]);
        expect(Object.keys(errors)).toEqual(methods);
        expect(beyond(errors, bounds[backend])).toEqual([]);
      },
    );
  });

  it('had models with methods to compare', () => {
    const horses = namesOn(backend).filter(({ input }) => input === 'horse');
    expect(horses.map(({ model }) => model)).toEqual(expect.arrayContaining(withMethods));
  });

  it('counts the zeros that its activations have', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const { counted, read } = await page.evaluate(() =>
      window.parity.zeros('smallcnn-cifar10', 'horse'),
    );
    expect(counted).toEqual(read);
    expect(counted).toHaveLength(6);
    expect(counted.every((text) => Number(text.split(' ')[1]) > 0)).toBe(true);
  });

  it.for(['max_pool2d', 'conv2d'])('%s forward and backward', async (op, { skip }) => {
    skip(missing !== undefined, missing);
    const errors = await page.evaluate((name) => window.parity.operations(name), op);
    expect(beyond(errors, bounds[backend])).toEqual([]);
  });

  it('leaves no tensor behind', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const [{ model, input }] = goldenNames() as [{ model: string; input: string }];
    const before = await page.evaluate(() => window.parity.tensors());
    await page.evaluate(([id, name]) => window.parity.model(id!, name!), [model, input]);
    expect(await page.evaluate(() => window.parity.tensors())).toBe(before);
  });

  if (backend !== 'webgl') return;
  it('says that its context was lost', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const [{ model, input }] = goldenNames() as [{ model: string; input: string }];
    await page.evaluate(() => window.parity.loseContext());
    const failure = () =>
      page.evaluate(([id, name]) => window.parity.failure(id!, name!), [model, input]);
    expect(await failure()).toBe('device-lost');
  });
});
