/** Choosing the network of a figure: the site's, the reader's own, torchvision's from elsewhere. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { modelsFolder } from '../support/repository.ts';
import { figureOf, openWatched, serveSite, untilLive, type Site } from '../support/site.ts';
import { standIn, startWeightHost, type WeightHost } from '../support/standIn.ts';
import { readTensors } from '../support/tensorFile.ts';
import { torchFile } from '../support/torchFile.ts';
import { appearance, changes, overflow } from '../support/visit.ts';

let browser: Browser;
let site: Site;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  const watched = await openWatched(browser, site);
  ({ page } = watched);
  complaints = watched.complaints as string[];
  context = page.context();
});
afterEach(() => context.close());

async function open(query = '', path = 'saliency/'): Promise<Locator> {
  await page.goto(`${site.address}${path}${query}`);
  await untilLive(page, 'saliency');
  return figureOf(page, 'saliency');
}

const button = (figure: Locator) => figure.locator('.model-picker > button');
const title = (figure: Locator) => figure.locator('.model-picker .title').first().innerText();
const logit = (figure: Locator) => figure.locator('[data-number=logit]').innerText();
const note = (figure: Locator) => figure.locator('[role=alert]');

async function openPanel(figure: Locator): Promise<Locator> {
  await button(figure).click();
  const panel = figure.locator('.model-panel');
  await panel.getByRole('radiogroup').waitFor();
  return panel;
}

interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function drop(onto: Locator, ...files: Dropped[]): Promise<void> {
  const encoded = files.map(({ name, bytes }) => ({
    name,
    base64: Buffer.from(bytes).toString('base64'),
  }));
  const dataTransfer = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of all) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    return transfer;
  }, encoded);
  await onto.dispatchEvent('drop', { dataTransfer });
}

/** The lab's network as PyTorch would save it. */
async function labCheckpoint(): Promise<Dropped> {
  const file = join(modelsFolder, 'smallcnn-cifar10/model.safetensors');
  const { tensors } = readTensors(new Uint8Array(await readFile(file)));
  return { name: 'smallcnn.pt', bytes: torchFile(Object.fromEntries(tensors)) };
}

const words = (count: number) =>
  new TextEncoder().encode(
    `${Array.from({ length: count }, (_, i) => `thing ${i}`).join('\r\n')}\n`,
  );

describe('the networks of the site', () => {
  it('are chosen by keyboard, and the address follows', async () => {
    const figure = await open('?class=3');
    expect(await title(figure)).toBe('SmallCNN, trained on CIFAR-10');
    await button(figure).focus();
    await page.keyboard.press('Enter');
    await figure.locator('.model-panel input:checked').waitFor();
    await expect
      .poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).value))
      .toBe('smallcnn-cifar10');
    await changes(figure, () => page.keyboard.press('ArrowDown'));
    expect(await title(figure)).toBe("SmallCNN's layers, trained on MNIST digits");
    await expect.poll(() => page.url()).toContain('model=mnistcnn');
    // A number means another class there.
    await expect.poll(() => page.url()).not.toContain('class=');
    await page.keyboard.press('Enter');
    expect(await figure.locator('.model-panel').isVisible()).toBe(false);
    expect(await button(figure).evaluate((one) => one === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('come with their untrained twins', async () => {
    const figure = await open();
    const panel = await openPanel(figure);
    await changes(figure, () => panel.getByRole('switch', { name: /before training/ }).click());
    expect(await title(figure)).toBe('SmallCNN for 10 classes, untrained');
    await expect.poll(() => page.url()).toContain('model=smallcnn-cifar10%40untrained');
    await page.keyboard.press('Escape');
    expect(await panel.isVisible()).toBe(false);
  });

  it('are opened by a link; a name that there is not shows the own network of the figure', async () => {
    const figure = await open('?model=mnistcnn&class=9');
    expect(await title(figure)).toContain('MNIST');
    expect(await figure.locator('.prediction-bars li.target').innerText()).toMatch(/^9/);
    const other = await open('?model=vgg16&cam.layer=layer9');
    expect(await title(other)).toContain('CIFAR-10');
    expect(complaints).toEqual([]);
  });

  it('say what they make of each picture', async () => {
    const figure = await open();
    const caption = () => figure.locator('.picture-picker .caption').innerText();
    expect(await caption()).toMatch(/^Horse, called horse \d\.\d\d, right$/);
    const panel = await openPanel(figure);
    await changes(figure, () => panel.getByText('MNIST digits').click());
    expect(await panel.isVisible()).toBe(false);
    expect(await caption()).toBe('Horse');
  });
});

describe("a state dict of the reader's own", () => {
  it('dropped on the figure computes what the same weights of the site do, on any backend', async () => {
    const figure = await open('?class=4');
    const before = await logit(figure);
    const checkpoint = await labCheckpoint();
    await changes(figure, () => drop(figure.locator('.stage'), checkpoint));
    expect(await title(figure)).toBe('SmallCNN, smallcnn.pt');
    expect(await figure.locator('.prediction-bars').innerText()).toContain('class 7');
    await changes(figure, () => figure.getByTitle('Explain class 4').click());
    expect((await logit(figure)).replace('class 4', 'deer')).toBe(before);
    expect(page.url()).not.toContain('model=');

    await figure.getByRole('button', { name: /runs on/ }).click();
    await figure.getByRole('button', { name: /plain JavaScript/ }).click();
    await page.locator('[data-live=saliency][data-state=live][data-backend=cpu]').waitFor();
    expect(await title(figure)).toBe('SmallCNN, smallcnn.pt');
    expect((await logit(figure)).replace('class 4', 'deer')).toBe(before);
    expect(complaints).toEqual([]);
  });

  it('takes labels along, later ones too, if there are as many as classes', async () => {
    const figure = await open();
    const labels = { name: 'labels.txt', bytes: words(10) };
    await changes(figure, async () => drop(figure, labels, await labCheckpoint()));
    expect(await figure.locator('.prediction-bars').innerText()).toContain('thing 7');
    const panel = await openPanel(figure);
    await panel.getByLabel(/^Labels/).fill('one\ntwo');
    await panel.getByRole('button', { name: 'Apply' }).click();
    await note(figure).waitFor();
    expect(await note(figure).innerText()).toContain(
      'Got 2 labels, expected 10, one for each class.',
    );
    expect(await figure.locator('.prediction-bars').innerText()).toContain('thing 7');
    await button(figure).click();
    await panel
      .getByRole('button', { name: 'Take those of SmallCNN, trained on CIFAR-10' })
      .click();
    await changes(figure, () => panel.getByRole('button', { name: 'Apply' }).click());
    expect(await figure.locator('.prediction-bars li.target').innerText()).toMatch(/^horse/);
    expect(await note(figure).count()).toBe(0);
  });

  it('may have another input size', async () => {
    const figure = await open();
    await changes(figure, async () => drop(figure, await labCheckpoint()));
    const panel = await openPanel(figure);
    await panel.getByLabel(/^Input size/).fill('48');
    await changes(figure, () => panel.getByRole('button', { name: 'Apply' }).click());
    const seen = figure.getByRole('img', { name: /as the network sees it/ });
    expect(await seen.getAttribute('aria-label')).toContain('48 by 48');
  });

  it('is refused in one sentence where it is none, and what is there stays', async () => {
    const figure = await open();
    const before = await appearance(figure);
    await drop(figure, { name: 'thesis.pt', bytes: words(3) });
    await note(figure).waitFor();
    expect(await note(figure).innerText()).toMatch(
      /thesis\.pt is neither a safetensors file nor a PyTorch checkpoint[^.]*\.$/,
    );
    expect(await appearance(figure)).toBe(before);
    expect(await title(figure)).toContain('CIFAR-10');
    expect(await figure.getAttribute('data-state')).toBe('live');
    expect(complaints).toEqual([]);
  });
});

describe("torchvision's weights from elsewhere", () => {
  let host: WeightHost;
  beforeAll(async () => {
    host = await startWeightHost(standIn().bytes);
  });
  afterAll(() => host?.close());
  beforeEach(async () => {
    Object.assign(host, { delivery: 'whole', asked: 0 });
    // Stands in for the place that the page names; nothing else may be reached.
    await context.route('https://huggingface.co/**', (route) =>
      route.fulfill({
        status: 302,
        headers: { Location: host.url, 'Access-Control-Allow-Origin': '*' },
      }),
    );
  });

  const load = (panel: Locator) =>
    panel.getByRole('button', { name: /Load torchvision’s ImageNet-1k weights/ });

  it('arrive on a click, serve every figure, and are kept until they are deleted', async () => {
    const figure = await open();
    expect(host.asked).toBe(0);
    const panel = await openPanel(figure);
    expect(await load(panel).innerText()).toContain('(46.8 MB, from huggingface.co)');
    await changes(figure, () => load(panel).click());
    expect(await title(figure)).toBe('ResNet-18, torchvision’s ImageNet-1k weights');
    await expect.poll(() => page.url()).toContain('model=resnet18-imagenet1k');

    // A class among a thousand is found by its name.
    await page.keyboard.press('Escape');
    const search = figure.getByRole('combobox', { name: 'Class explained' });
    await search.click();
    await search.fill('golden ret');
    await changes(figure, () => page.keyboard.press('Enter'));
    await expect.poll(() => page.url()).toContain('class=207');
    expect(await logit(figure)).toContain('golden retriever');

    host.delivery = { status: 500 };
    const again = await open('?model=resnet18-imagenet1k&class=207');
    await expect.poll(() => title(again)).toContain('ImageNet-1k');
    await untilLive(page, 'saliency');
    expect(await logit(again)).toContain('golden retriever');
    expect(host.asked).toBe(1);

    // A link's layer of another network gives way; long names stay inside a narrow page.
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${site.address}grad-cam/?model=resnet18-imagenet1k&cam.layer=features.5`);
    await untilLive(page, 'grad-cam');
    const cam = figureOf(page, 'grad-cam');
    await expect.poll(() => cam.getAttribute('data-layer'), { timeout: 60_000 }).toBe('layer4');
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(host.asked).toBe(1);

    const last = await open('?model=resnet18-imagenet1k');
    await expect.poll(() => title(last)).toContain('ImageNet-1k');
    const second = await openPanel(last);
    await second.getByRole('button', { name: /^Delete the ImageNet-1k/ }).click();
    const third = await open('?model=resnet18-imagenet1k');
    expect(await title(third)).toContain('CIFAR-10');
    expect(await third.locator('.asked').innerText()).toContain('load them (46.8 MB');
  });

  it('show how much has arrived and can be given up', async () => {
    host.delivery = 'stalls';
    const figure = await open();
    const before = await appearance(figure);
    const panel = await openPanel(figure);
    await load(panel).click();
    await expect
      .poll(() => figure.locator('.busy').innerText())
      .toMatch(/[1-9]\d*\.\d of \d+\.\d MB/);
    await panel.getByRole('progressbar').waitFor();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await load(panel).waitFor();
    expect(await note(figure).count()).toBe(0);
    expect(await appearance(figure)).toBe(before);
    host.delivery = 'whole';
    await changes(figure, () => load(panel).click());
    expect(await title(figure)).toContain('ImageNet-1k');
  });

  it.each([
    { what: 'without network', sentence: 'huggingface.co could not be reached.' },
    { what: 'from a server that refuses', sentence: 'huggingface.co answered with status 404.' },
    { what: 'broken off', sentence: 'The connection broke while reading the weights' },
  ])('$what say so, and can be asked for again', async ({ what, sentence }) => {
    const figure = await open();
    const before = await appearance(figure);
    const panel = await openPanel(figure);
    if (what === 'without network') {
      await context.unroute('https://huggingface.co/**');
      await context.route('https://huggingface.co/**', (route) => route.abort());
    }
    host.delivery = what === 'broken off' ? 'breaks' : { status: 404 };
    await load(panel).click();
    await note(panel).waitFor();
    expect(await note(panel).innerText()).toContain(sentence);
    expect(await appearance(figure)).toBe(before);
    expect(await load(panel).isEnabled()).toBe(true);
  });
});
