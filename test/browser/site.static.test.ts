/** Every page with JavaScript off. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousViolations } from '../support/axe.ts';
import { launchChromium } from '../support/chromium.ts';
import { root } from '../support/repository.ts';
import { liveFigures, openWatched, serveSite, sitePages, type Site } from '../support/site.ts';

let browser: Browser;
let site: Site;

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Things that answer only through scripts; links and `details` work without. */
const controls =
  ':is(button, input, select, textarea):enabled, [role=slider], [role=button], [contenteditable]';

async function visible(all: Locator): Promise<Locator[]> {
  const found: Locator[] = [];
  for (const one of await all.all()) if (await one.isVisible()) found.push(one);
  return found;
}

/** Pictures of a figure that are loaded and shown. */
async function loadedPictures(page: Page, id: string): Promise<number> {
  const pictures = page.locator(`[data-live="${id}"] img`);
  const natural: number[] = [];
  for (const picture of await visible(pictures)) {
    await picture.scrollIntoViewIfNeeded();
    natural.push(await picture.evaluate(settledWidth));
  }
  expect(natural.filter((width) => width === 0)).toEqual([]);
  return natural.length;
}

/** Pictures that a figure's still names, of which each must show; grids show theirs as one. */
function fewestPictures(id: string): number {
  const still = readFileSync(join(root, 'src/generated/stills', `${id}.json`), 'utf8');
  const named = still.match(/"url": "stills\//g)?.length ?? 0;
  if (named === 0) throw new Error(`the still of ${id} names no picture`);
  return named;
}

/** Runs in the page. */
const settledWidth = (element: Element) => (element as HTMLImageElement).naturalWidth;
const nameOf = ({ tagName, textContent, id }: Element) => `${tagName} ${id} ${textContent.trim()}`;

/**
 * The page as it is without scripts, with scripting nonetheless, which axe needs: script elements
 * are taken out and style sheets told that there is no scripting.
 */
async function withoutItsScripts(page: Page): Promise<void> {
  await page.route(/(\/|\.html|\.css)$/, async (route) => {
    const response = await route.fetch();
    const text = (await response.text())
      .replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, '')
      .replaceAll(/<link rel="modulepreload"[^>]*>/g, '')
      .replaceAll(/<\/?noscript>/g, '')
      .replaceAll(/\(scripting:\s*none\)/g, '(min-width: 0)');
    await route.fulfill({ response, body: text });
  });
}

describe('without JavaScript', () => {
  it.each(sitePages())('/%s is complete', async (path) => {
    const { page, complaints } = await openWatched(browser, site, { javaScriptEnabled: false });
    await page.goto(`${site.address}${path}`, { waitUntil: 'load' });
    for (const id of await liveFigures(page))
      expect(await loadedPictures(page, id), id).toBeGreaterThanOrEqual(fewestPictures(id));
    const dead = await visible(page.locator(controls));
    expect(await Promise.all(dead.map((control) => control.evaluate(nameOf)))).toEqual([]);
    expect(await page.locator('h1').innerText()).not.toBe('');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(sitePages())('/%s has no serious accessibility violation', async (path) => {
    const { page, complaints } = await openWatched(browser, site);
    await withoutItsScripts(page);
    await page.goto(`${site.address}${path}`, { waitUntil: 'load' });
    expect(await page.locator('.needs-script:visible').count()).toBe(0);
    expect(await seriousViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
