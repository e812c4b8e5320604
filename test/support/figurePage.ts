import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { figureEntry } from '../../src/components/figures/registry.ts';
import { launchChromium } from './chromium.ts';
import { figureOf, openWatched, serveSite, untilLive, type Site } from './site.ts';

/** The built site and a browser for the tests of a file; closed after the last of them. */
interface PageTests {
  readonly site: Site;
  readonly browser: Browser;
  /** One page for all tests: what the first has fetched, the next ones find in the browser's cache. */
  readonly page: Page;
  /** Of that page, since a figure was last opened. */
  readonly complaints: string[];
}

export interface FiguresTests extends PageTests {
  /** Opens a figure's page anew, with a query, scrolls to the figure and waits until it is live. */
  open(id: string, query?: string): Promise<Locator>;
}

export interface FigureTests extends PageTests {
  /** As above, for the one figure. */
  open(query?: string): Promise<Locator>;
}

/** To be called once in a file of tests about one figure, outside of all of them. */
export function testsOf(id: string, options: BrowserContextOptions = {}): FigureTests {
  const tests = testsOfFigures(options);
  return Object.create(tests, {
    open: { value: (query?: string) => tests.open(id, query) },
  }) as FigureTests;
}

/** The same for tests about several figures. */
export function testsOfFigures(options: BrowserContextOptions = {}): FiguresTests {
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
    async open(id, query = '') {
      complaints.length = 0;
      const { page: name } = figureEntry(id);
      await page.goto(`${site.address}${name === 'index' ? '' : `${name}/`}${query}`);
      await untilLive(page, id);
      return figureOf(page, id);
    },
  };
}
