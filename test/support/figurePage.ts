import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { figureEntry } from '../../src/components/figures/registry.ts';
import { launchChromium } from './chromium.ts';
import { figureOf, openWatched, serveSite, untilLive, type Site } from './site.ts';

/** The built site and a browser for the tests of a file; closed after the last of them. */
export interface FigureTests {
  readonly site: Site;
  readonly browser: Browser;
  /** One page for all tests: what the first has fetched, the next ones find in the browser's cache. */
  readonly page: Page;
  /** Of that page, since the figure was last opened. */
  readonly complaints: string[];
  /** Opens the figure's page anew, with a query, and waits until the figure is live. */
  open(query?: string): Promise<Locator>;
}

/** To be called once in a file of tests about one figure, outside of all of them. */
export function testsOf(id: string, options: BrowserContextOptions = {}): FigureTests {
  let site: Site;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    site = await serveSite();
    browser = await launchChromium();
    ({ page, complaints } = await openWatched(browser, site, options));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  const path = figureEntry(id)
    .page.replace(/^index$/, '')
    .replace(/.$/, '$&/');
  return {
    get site() {
      return site;
    },
    get browser() {
      return browser;
    },
    get page() {
      return page;
    },
    get complaints() {
      return complaints;
    },
    async open(query = '') {
      complaints.length = 0;
      await page.goto(`${site.address}${path}${query}`);
      await untilLive(page, id);
      return figureOf(page, id);
    },
  };
}
