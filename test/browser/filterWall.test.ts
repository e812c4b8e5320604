/** What a reader does at the wall of first-layer filters. */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chapterModel } from '../../src/components/figures/figure.ts';
import { launchChromium } from '../support/chromium.ts';
import { shippedModel } from '../support/models.ts';
import { figureOf, openWatched, serveSite, untilLive, type Site } from '../support/site.ts';

let browser: Browser;
let site: Site;
let context: BrowserContext;
let page: Page;
let figure: Locator;
let complaints: readonly string[];

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await context.close();
});

async function open(query = '', options: BrowserContextOptions = {}): Promise<void> {
  ({ page, complaints } = await openWatched(browser, site, options));
  context = page.context();
  site.forget();
  await page.goto(`${site.address}first-layer-filters/${query}`);
  await untilLive(page, 'filter-wall');
  figure = figureOf(page, 'filter-wall');
}

const tiles = () => figure.locator('.hero [role=option]');
const labels = () => tiles().evaluateAll((all) => all.map((one) => one.ariaLabel ?? ''));
const indices = async () => (await labels()).map((text) => Number(/filter (\d+)/.exec(text)![1]));
const heading = () => figure.locator('.faces > p').first().innerText();
const slider = () => figure.getByRole('slider', { name: 'Training' });
const stop = () => figure.locator('.hero output').innerText();
const resemblance = async () =>
  Number((await figure.locator('[data-number=resemblance]').innerText()).replace('−', '-'));
const numbers = () => figure.locator('.faces td').allInnerTexts();

/** Bytes of the file named that the site has sent. */
const sent = (file: string) =>
  site.served.filter(({ path }) => path.endsWith(file)).reduce((sum, { bytes }) => sum + bytes, 0);

/** What a first layer of float16 weights takes. */
const layerBytes = 2 * 64 * 3 * 7 * 7;
const slack = 2048;
/** Milliseconds until what was asked for must show. */
const patient = { timeout: 60_000 };

declare global {
  interface Window {
    seenTexts: string[];
  }
}

/** Runs in the page: notes every text that an element takes from now on. */
function noteTexts(element: Element): void {
  window.seenTexts = [];
  const note = () => window.seenTexts.push(element.textContent.replace('−', '-'));
  new MutationObserver(note).observe(element, { characterData: true, subtree: true });
}

describe('the wall of filters', () => {
  it('hangs ResNet-18, after reading first layers only', async () => {
    await open();
    expect(await tiles().count()).toBe(64);
    const weights = sent('.safetensors');
    expect(weights).toBeGreaterThan(layerBytes);
    expect(weights).toBeLessThan(80_000);
    expect(sent('conv1-history.safetensors')).toBe(0);
  });

  it('is sorted, and its tiles travel', async () => {
    await open();
    const norms = async () =>
      (await labels()).map((text) => Number(/norm ([\d.]+)/.exec(text)![1]));
    await figure.getByLabel('Sort by').selectOption('norm');
    const moving = await tiles().evaluateAll(
      (all) => all.flatMap((one) => one.getAnimations()).length,
    );
    expect(moving).toBe(64);
    const falling = await norms();
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
    expect(new Set(await indices()).size).toBe(64);
    await expect
      .poll(
        () => figure.getByLabel('Sort by').locator('option[value=orientation]').isEnabled(),
        patient,
      )
      .toBe(true);
    await figure.getByLabel('Sort by').selectOption('orientation');
    const verdicts = (await labels()).map((text) => /edge|grating/.test(text));
    expect(verdicts.lastIndexOf(true)).toBe(verdicts.filter(Boolean).length - 1);
    await figure.getByRole('button', { name: /by likeness to this filter/ }).click();
    const pinned = Number(/Filter (\d+)/.exec(await heading())![1]);
    expect((await indices())[0]).toBe(pinned);
  });

  it('keeps still for readers who want less motion', async () => {
    await open('', { reducedMotion: 'reduce' });
    await figure.getByLabel('Sort by').selectOption('norm');
    expect(await indices()).not.toEqual([...Array(64).keys()]);
    const moving = await tiles().evaluateAll(
      (all) => all.flatMap((one) => one.getAnimations()).length,
    );
    expect(moving).toBe(0);
    await figure.getByRole('button', { name: 'Watch the filters form' }).click();
    await expect.poll(stop, patient).toBe('before the first step');
    expect(await figure.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });

  it('goes back to where it began, fetching each epoch once', async () => {
    await open();
    expect(await resemblance()).toBe(1);
    await slider().focus();
    await page.keyboard.press('Home');
    await expect.poll(stop, patient).toBe('before the first step');
    await expect.poll(resemblance, patient).toBeLessThan(0.2);
    const once = sent('conv1-history.safetensors');
    expect(once).toBeGreaterThan(layerBytes);
    expect(once).toBeLessThan(layerBytes + slack);
    expect(await heading()).toContain('before training');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => sent('conv1-history.safetensors'), patient).toBe(once + layerBytes);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    await expect.poll(resemblance, patient).toBe(1);
    expect(sent('conv1-history.safetensors')).toBe(once + layerBytes);
  });

  it('plays from the first step to the last and stops', async () => {
    await open();
    await figure.locator('[data-number=resemblance]').evaluate(noteTexts);
    await figure.getByRole('button', { name: 'Watch the filters form' }).click();
    await figure.getByRole('button', { name: 'Pause' }).waitFor();
    await figure
      .getByRole('button', { name: 'Watch the filters form' })
      .waitFor({ timeout: 120_000 });
    expect(await stop()).toContain('trained');
    const seen = (await page.evaluate(() => window.seenTexts)).map(Number);
    expect(seen[0]).toBeLessThan(0.2);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(1);
  });
});

describe('a filter in focus', () => {
  it('follows the arrow keys, and is pinned by Enter', async () => {
    await open('?filters.index=0');
    await tiles().first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect.poll(heading, patient).toContain('Filter 9 ');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await expect.poll(heading, patient).toContain('Filter 17 ');
    await slider().focus();
    await expect.poll(heading, patient).toContain('Filter 9 ');
    await expect
      .poll(() => new URL(page.url()).searchParams.get('filters.index'), patient)
      .toBe('9');
  });

  it('shows the numbers of the weight file', async () => {
    const { data } = await (await shippedModel(chapterModel)).parameter('conv1.weight');
    await open('?filters.index=5&filters.face=green');
    await expect.poll(() => numbers().then((all) => all.length), patient).toBe(49);
    const green = data.subarray((5 * 3 + 1) * 49, (5 * 3 + 2) * 49);
    const shown = (await numbers()).map((text) => Number(text.replace('−', '-')));
    const decimals = (await numbers())[0]!.split('.')[1]!.length;
    shown.forEach((value, i) => {
      expect(Math.abs(value - green[i]!)).toBeLessThanOrEqual(0.5001 * 10 ** -decimals);
    });
    await figure.getByRole('radio', { name: 'B', exact: true }).check();
    expect((await numbers()).length).toBe(49);
    await figure.getByRole('radio', { name: 'spectrum', exact: true }).check();
    expect(await figure.locator('.faces').first().innerText()).toContain('Fourier magnitude');
  });

  it('is explained by a kernel of Part I', async () => {
    await open('?filters.index=3');
    const explained = figure.locator('[data-number=explained]');
    await explained.waitFor({ timeout: 120_000 });
    expect(Number.parseInt(await explained.innerText(), 10)).toBeGreaterThan(0);
    expect(await figure.locator('.anatomy').getByRole('img').count()).toBeGreaterThanOrEqual(3);
  });

  it('may hang on another wall, and takes that wall with it', async () => {
    await open();
    const digits = figure.locator('.companions > *').last();
    await digits.locator('[role=option]').nth(3).click();
    await expect.poll(heading, patient).toContain('MNIST');
    await figure.getByRole('radio', { name: 'numbers', exact: true }).check();
    await expect.poll(() => numbers().then((all) => all.length), patient).toBe(9);
    await digits.getByRole('button', { name: 'Show them large' }).click();
    await expect.poll(() => tiles().count(), patient).toBe(32);
    await expect
      .poll(() => new URL(page.url()).searchParams.get('model'), patient)
      .toBe('mnistcnn');
  });
});
