/** Every page in the dark on a narrow phone, without WebGPU. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { openWatched, serveSite, sitePages, type Site, type WatchedPage } from '../support/site.ts';
import { visit } from '../support/visit.ts';

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
