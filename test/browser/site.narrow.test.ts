/** Every page in the dark on a narrow phone, without WebGPU. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figures } from '../../src/components/figures/registry.ts';
import { launchChromium } from '../support/chromium.ts';
import {
  readersPicture,
  readersText,
  withoutClass,
  withoutPicture,
} from '../support/readersFiles.ts';
import {
  figureOf,
  openWatched,
  serveSite,
  sitePages,
  untilLive,
  type Site,
  type WatchedPage,
} from '../support/site.ts';
import { changes, overflow, visit } from '../support/visit.ts';

let browser: Browser;
let site: Site;
let watched: WatchedPage;

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
  watched = await openWatched(browser, site, {
    colorScheme: 'dark',
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
  });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

describe('dark, at 360 pixels', () => {
  it.each(sitePages())('/%s', async (path) => {
    await visit(watched, site, { path, backend: 'wasm' });
  });
});

const pictured = figures.filter(({ id }) => !withoutPicture.includes(id));

describe.each(pictured)('the figure $id, dark, at 360 pixels', ({ id, page: name }) => {
  it("answers another picture, another class and the reader's own, and refuses a bad file", async () => {
    const { page, complaints } = watched;
    complaints.length = 0;
    await page.goto(`${site.address}${name === 'index' ? '' : `${name}/`}`);
    await untilLive(page, id);
    const figure = figureOf(page, id);
    const pictures = figure.locator('.picture-picker input[type=radio]:not(:checked)');
    await changes(figure, () => pictures.nth(5).check({ force: true }));
    const bars = figure.locator('.prediction-bars button[aria-pressed=false]');
    const picker = figure.getByLabel('Class explained');
    if (!withoutClass.includes(id))
      await changes(figure, async () =>
        (await bars.count()) > 0 ? bars.nth(2).click() : picker.selectOption({ index: 6 }),
      );
    const files = figure.locator('input[type=file]');
    const own = await readersPicture();
    await changes(figure, () => files.setInputFiles(own));
    await files.setInputFiles(readersText.file);
    await figure.locator('[role=alert]').waitFor();
    expect(await figure.locator('[role=alert]').innerText()).toContain(readersText.sentence);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});
