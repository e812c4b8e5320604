/** Every page on real WebGPU, computed by its software adapter, and what it costs to download. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers } from '../support/answers.ts';
import { launchChromium } from '../support/chromium.ts';
import { readGolden } from '../support/goldens.ts';
import {
  figureOf,
  liveFigures,
  openWatched,
  serveSite,
  sitePages,
  untilLive,
  type Site,
  type WatchedPage,
} from '../support/site.ts';
import { visit } from '../support/visit.ts';

/** Bytes until the first live result: scripts gzipped, weights as they are. */
const budget = { scripts: 200_000, weights: 620_000 };
/** Of pages whose first figure shows a part of ResNet-18: its first layer, its second block. */
const weightBudgets: Readonly<Record<string, number>> = {
  'first-layer-filters/': 80_000,
  'feature-maps/': 1_600_000,
};
const chosen = '?backend=webgpu';
/** Where a figure takes many passes, a link that asks for few of them. */
const short: Readonly<Record<string, string>> = {
  'saliency/': '&smooth.samples=8&path.steps=8',
};

let browser: Browser;
let site: Site;
let refusal: string | undefined;

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium('webgpu', 'webgl');
  const page = await browser.newPage();
  await page.goto(site.address);
  const adapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  if (!adapter) refusal = 'this Chromium offers no WebGPU adapter, not even its software one';
  await page.close();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Sizes of what the site sent so far. */
function sent(ending: string, size: (file: { path: string; bytes: number }) => number): number {
  return site.served
    .filter(({ path }) => path.endsWith(ending))
    .reduce((sum, file) => sum + size(file), 0);
}

/** What a page took until its first figure was live. */
interface Download {
  readonly scripts: number;
  readonly weights: number;
}

function expectWithinBudget(path: string, { scripts, weights }: Download): void {
  expect(scripts).toBeGreaterThan(50_000);
  expect(scripts).toBeLessThanOrEqual(budget.scripts);
  expect(weights).toBeGreaterThan(1_000);
  expect(weights).toBeLessThanOrEqual(weightBudgets[path] ?? budget.weights);
}

const downloaded = (): Download => ({
  scripts: sent('.js', ({ path: file }) => gzipSync(readFileSync(file)).length),
  weights: sent('.safetensors', ({ bytes }) => bytes),
});

/** Pages whose figures the software adapter gets through in seconds. WASM has all. */
const answering = ['', 'grad-cam/', 'lab/'];
/** The page of all figures has nothing that the others do not have, and takes minutes; the rest compute nothing. */
const computing = sitePages().filter((path) => !/^(404|credits|figures|methods|models)/.test(path));

it('there are pages that compute', () => {
  expect(computing).toEqual(expect.arrayContaining([...answering, 'saliency/', 'feature-maps/']));
});

describe.each(computing)('on WebGPU, /%s', (path) => {
  let watched: WatchedPage;
  let download: Download | undefined;

  beforeAll(async () => {
    watched = await openWatched(browser, site);
    site.forget();
  });
  afterAll(() => watched.page.context().close());

  it('comes to life', async ({ skip }) => {
    skip(refusal !== undefined, refusal);
    const onFirstLive = () => (download = downloaded());
    const query = `${chosen}${short[path] ?? ''}`;
    await visit(watched, site, { path, query, backend: 'webgpu', onFirstLive });
  });

  it('stays within its budget of bytes until its first figure is live', ({ skip }) => {
    skip(refusal !== undefined, refusal);
    expectWithinBudget(path, download!);
  });

  if (!answering.includes(path)) return;
  it('answers another picture, another class, own, in every figure; none a bad file', async ({
    skip,
  }) => {
    skip(refusal !== undefined, refusal);
    await answers(watched, 'webgpu');
  });
});

describe('on WebGPU', () => {
  it("the saliency figure prints PyTorch's logit", async ({ skip }) => {
    skip(refusal !== undefined, refusal);
    const golden = await readGolden({ model: 'smallcnn-cifar10', input: 'horse' });
    const { page } = await openWatched(browser, site);
    await page.goto(`${site.address}saliency/${chosen}&class=${golden.class}`);
    await untilLive(page, 'saliency');
    const text = await figureOf(page, 'saliency').locator('[data-number=logit]').innerText();
    const shown = Number(/-?\d+\.?\d*/.exec(text.replace('−', '-'))![0]);
    expect(Math.abs(shown - golden.logits.data[golden.class]!)).toBeLessThan(0.01);
    await page.context().close();
  });

  it('/figures/ stays within its budget of bytes until its first figure is live', async ({
    skip,
  }) => {
    skip(refusal !== undefined, refusal);
    const { page } = await openWatched(browser, site);
    site.forget();
    await page.goto(`${site.address}figures/${chosen}`);
    await untilLive(page, (await liveFigures(page))[0]!);
    expectWithinBudget('figures/', downloaded());
    await page.context().close();
  });
});
