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

const shown = (all: Locator) => all.filter({ visible: true });

/** Pictures of a figure that are shown, photographs in drawings among them; all must load. */
async function loadedPictures(page: Page, id: string): Promise<number> {
  const figure = page.locator(`[data-live="${id}"]`);
  await figure.scrollIntoViewIfNeeded();
  const pictures = shown(figure.locator(':is(img, svg image)'));
  expect(await pictures.evaluateAll(unloaded), id).toEqual([]);
  return pictures.count();
}

interface Still {
  readonly model?: string;
  readonly layer?: string;
  /** A picture for every network and layer, of which the page shows one at a time. */
  readonly walls?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Pictures that a figure's still names for what it shows at first; grids show theirs as one. */
function fewestPictures(id: string): number {
  const text = readFileSync(join(root, 'src/generated/stills', `${id}.json`), 'utf8');
  const { walls, ...still } = JSON.parse(text) as Still;
  const wall = walls?.[still.model!]![still.layer!];
  return JSON.stringify({ ...still, wall }).match(/"url":"/g)?.length ?? 0;
}

/** These run in the page. */
const unloaded = async (all: Element[]) => {
  const loading = await Promise.allSettled(
    (all as HTMLImageElement[]).map((picture) => {
      picture.loading = 'eager';
      return picture.decode();
    }),
  );
  const failed = all.filter((_, i) => loading[i]!.status === 'rejected');
  return failed.map((one) => one.getAttribute('src') ?? one.getAttribute('href'));
};
const drawn = (all: Element[]) =>
  all.filter((one) => {
    const { width, height } = (one as SVGGraphicsElement).getBBox();
    return width > 0 && height > 0;
  }).length;
const namesOf = (all: Element[]) =>
  all.map(({ tagName, textContent, id }) => `${tagName} ${id} ${textContent.trim()}`);

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
    for (const id of await liveFigures(page)) {
      const fewest = fewestPictures(id);
      expect(await loadedPictures(page, id), id).toBeGreaterThanOrEqual(fewest);
      // A still without pictures is a drawing.
      const drawings = shown(page.locator(`[data-live="${id}"] .stage svg`));
      if (fewest === 0) expect(await drawings.evaluateAll(drawn), id).toBeGreaterThan(0);
    }
    expect(await shown(page.locator(controls)).evaluateAll(namesOf)).toEqual([]);
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
