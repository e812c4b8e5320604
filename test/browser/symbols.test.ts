/** Symbols of the formulas and the parts of figures that they stand for, linked both ways. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { seriousViolations } from '../support/axe.ts';
import { testsOfFigures } from '../support/figurePage.ts';
import { layoutShifts, openWatched, untilLive } from '../support/site.ts';

const tests = testsOfFigures();

/** Pages with linked symbols, and the figure that has most of the parts. */
const pages = [
  { path: 'saliency/', id: 'saliency', symbol: 'image' },
  { path: 'grad-cam/', id: 'grad-cam', symbol: 'alpha' },
];

const lit = (all: Locator) =>
  all.evaluateAll(
    (elements) => elements.filter((one) => getComputedStyle(one).outlineStyle === 'solid').length,
  );
const partsOf = (page: Page, name: string) =>
  page.locator(`[data-figure] [data-part~="${name}"]:not(.katex *)`);
const symbolsOf = (page: Page, name: string) => page.locator(`.katex-html [data-part="${name}"]`);
const inFormula = (page: Page, name: string) =>
  page.locator(`.katex-display [data-part="${name}"]`).first();
/** Everything's place on the page, to the tenth of a pixel. */
const places = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter((one) => one.checkVisibility())
      .map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [x + scrollX, y + scrollY, width, height].map((value) => value.toFixed(1)).join(' ');
      }),
  );

async function open(path: string): Promise<Page> {
  const { page, site, complaints } = tests;
  complaints.length = 0;
  await page.goto(`${site.address}${path}`);
  await page.locator('.katex [role=button]').first().waitFor();
  return page;
}

describe.each(pages)('the symbols of /$path', ({ path, id, symbol }) => {
  it('light the parts of figures that are still stills, and move nothing', async () => {
    const page = await open(path);
    const before = await places(page);
    const scrolled = () => page.evaluate(() => scrollY);
    await inFormula(page, symbol).scrollIntoViewIfNeeded();
    const at = await scrolled();
    await inFormula(page, symbol).hover();
    const parts = partsOf(page, symbol);
    expect(await parts.count()).toBeGreaterThan(0);
    expect(await lit(parts)).toBe(await parts.count());
    expect(await lit(symbolsOf(page, symbol))).toBe(await symbolsOf(page, symbol).count());
    expect(await places(page)).toEqual(before);
    expect(await scrolled()).toBe(at);
    await page.mouse.move(2, 2);
    expect(await lit(page.locator('[data-part]'))).toBe(0);
  });

  it('have a part of a figure each, and say in words which', async () => {
    const page = await open(path);
    const silent = await page
      .locator('.katex-display [data-part]')
      .evaluateAll((all) =>
        all
          .filter(
            (one) =>
              !/, Figure 19\.6\.\d+$/.test(
                one.querySelector('.visually-hidden')?.textContent ?? '',
              ),
          )
          .map(({ outerHTML }) => outerHTML),
      );
    expect(silent).toEqual([]);
  });

  it('are lit by the parts of the live figure', async () => {
    const page = await open(path);
    await untilLive(page, id);
    const part = page.locator(`[data-live="${id}"] [data-part~="${symbol}"]`).first();
    await part.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await part.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await expect
      .poll(() => lit(symbolsOf(page, symbol)))
      .toBe(await symbolsOf(page, symbol).count());
    expect(await lit(partsOf(page, symbol))).toBe(0);
  });

  it('answer the keyboard, and stay lit when asked to', async () => {
    const page = await open(path);
    await inFormula(page, symbol).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await lit(partsOf(page, symbol))).toBe(await partsOf(page, symbol).count());
    await page.keyboard.press('Enter');
    expect(await inFormula(page, symbol).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Tab');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    expect(await lit(partsOf(page, symbol))).toBe(await partsOf(page, symbol).count());
    await page.keyboard.press('Escape');
    expect(await lit(page.locator('[data-part]'))).toBe(0);
    expect(await seriousViolations(page)).toEqual([]);
    expect(tests.complaints).toEqual([]);
  });
});

it('a tap keeps a symbol lit until the next tap', async () => {
  const options = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
  const { page, complaints } = await openWatched(tests.browser, tests.site, options);
  await page.goto(`${tests.site.address}grad-cam/`);
  await page.locator('.katex [role=button]').first().waitFor();
  const symbol = page.locator('#eq-grad-cam [data-part=relu]');
  await symbol.tap();
  const parts = partsOf(page, 'relu');
  expect(await lit(parts)).toBe(await parts.count());
  await symbol.tap();
  expect(await lit(parts)).toBe(0);
  await symbol.tap();
  await page.locator('h2').first().tap();
  expect(await lit(parts)).toBe(0);
  // The figure has no other way to be pointed at by a finger.
  await partsOf(page, 'positions').first().tap();
  expect(await lit(symbolsOf(page, 'positions'))).toBe(await symbolsOf(page, 'positions').count());
  expect((await layoutShifts(page)).reduce((sum, { value }) => sum + value, 0)).toBeLessThan(0.005);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it('without scripts a formula is a formula', async () => {
  const { page } = await openWatched(tests.browser, tests.site, { javaScriptEnabled: false });
  await page.goto(`${tests.site.address}grad-cam/`);
  expect(await page.locator('.katex [role=button], .katex [tabindex]').count()).toBe(0);
  expect(await page.locator('#eq-grad-cam .katex-html').getAttribute('aria-hidden')).toBe('true');
  expect(await page.locator('#eq-grad-cam math').count()).toBe(1);
  await page.context().close();
});
