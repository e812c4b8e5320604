import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startStaticServer, type Served } from '../../scripts/staticServer.mjs';
import { filesIn, root } from './repository.ts';

/** Where `npm test` builds the site, under the base path of a project page. */
export const siteFolder = join(root, 'test-results/site');
export const siteBase = '/chapter/';

/** Milliseconds until a figure must be live: software WebGPU compiles its shaders first. */
const patience = 120_000;

/** Paths of all pages below the base, the opening page first. */
export function sitePages(): string[] {
  if (!existsSync(join(siteFolder, 'index.html')))
    throw new Error('test-results/site holds no site: run npm test, which builds it');
  const paths = filesIn(siteFolder, '.html').map((file) =>
    file.replace(/(^|\/)index\.html$/, '$1'),
  );
  return paths.sort((a, b) => Number(b === '') - Number(a === ''));
}

export interface Site {
  /** Address of the opening page, with a slash at the end. */
  readonly address: string;
  /** What was sent since the start or the last `forget`. */
  readonly served: readonly Served[];
  forget(): void;
  close(): Promise<void>;
}

export async function serveSite(): Promise<Site> {
  const served: Served[] = [];
  const server = await startStaticServer({
    folder: siteFolder,
    base: siteBase,
    onServed: (file) => served.push(file),
  });
  return { ...server, served, forget: () => void (served.length = 0) };
}

/** A page that notes whatever must not happen on any page of the site. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors, uncaught exceptions, failed requests and requests off the site. */
  readonly complaints: string[];
}

export async function openWatched(
  browser: Browser,
  site: Site,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const complaints: string[] = [];
  const { origin } = new URL(site.address);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url))
      complaints.push(`request off the site: ${url}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console error: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  await context.addInitScript(noteLayoutShifts);
  return { page: await context.newPage(), complaints };
}

/** Runs in the page before anything else: adds up how far things jumped by themselves. */
function noteLayoutShifts(): void {
  const shifts: Array<{ value: number; what: string[] }> = [];
  Object.assign(window, { layoutShifts: shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Array<PerformanceEntry & Shift>)
      if (!entry.hadRecentInput)
        shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => nameOf(node)) });
  }).observe({ type: 'layout-shift', buffered: true });
  const nameOf = (node: Node | null) =>
    node instanceof Element
      ? `${node.tagName.toLowerCase()}.${node.className}`
      : String(node?.nodeName);
}

interface Shift {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: ReadonlyArray<{ readonly node: Node | null }>;
}

/** What moved by itself on the page so far, each with its share of the window. */
export function layoutShifts(page: Page): Promise<Array<{ value: number; what: string[] }>> {
  return page.evaluate(() => (window as unknown as { layoutShifts: never }).layoutShifts);
}

/** Ids of the live figures of the page that is open. */
export function liveFigures(page: Page): Promise<string[]> {
  return page
    .locator('[data-live]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-live')!));
}

export const figureOf = (page: Page, id: string) => page.locator(`[data-live="${id}"]`);

/** Scrolls a figure into view and waits until what it shows is live. */
export async function untilLive(page: Page, id: string): Promise<void> {
  await figureOf(page, id).scrollIntoViewIfNeeded();
  const settled = page.locator(`[data-live="${id}"]:is([data-state="live"], [data-state="error"])`);
  await settled.waitFor({ timeout: patience });
  const state = await figureOf(page, id).getAttribute('data-state');
  if (state !== 'live') {
    const message = await figureOf(page, id).locator('[role=alert]').innerText();
    throw new Error(`figure ${id} says: ${message}`);
  }
}
