/** Every page in the dark on a narrow phone, without WebGPU. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { figures } from '../../src/components/figures/registry.ts';
import { answers } from '../support/answers.ts';
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

describe.each(sitePages())('dark, at 360 pixels, /%s', (path) => {
  it('comes to life', async () => {
    await visit(watched, site, { path, backend: 'wasm' });
  });

  // The page of all figures has nothing that the others do not have.
  if (!figures.some(({ page }) => path === (page === 'index' ? '' : `${page}/`))) return;
  it('answers another picture, another class, own, in every figure; none a bad file', async () => {
    await answers(watched, 'wasm');
  });
});
