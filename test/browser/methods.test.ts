/** The page of methods, and the ways that lead there. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { methodIds } from '../../src/engine/methods/index.ts';
import { testsOfFigures } from '../support/figurePage.ts';
import { openWatched } from '../support/site.ts';
import { overflow } from '../support/visit.ts';

const tests = testsOfFigures();

/** Opens a figure's menu; the item of its code. */
async function codeItem(id: string, query: string): Promise<Locator> {
  const figure = await tests.open(id, query);
  await figure.getByRole('button', { name: /: save, link, code$/ }).click();
  return figure.getByRole('menuitem', { name: 'Show the code' });
}
const showCode = async (id: string, query: string) => (await codeItem(id, query)).click();

describe('the page of methods', () => {
  it('has every method with its formula, its map, its source and its code', async () => {
    const { page, site } = tests;
    await page.goto(`${site.address}methods/`);
    const ids = await page
      .locator('section.method-entry')
      .evaluateAll((all) => all.map(({ id }) => id));
    expect(ids.toSorted()).toEqual([...methodIds].sort());
    for (const id of methodIds) {
      const section = page.locator(`section#${id}`);
      const code = section.locator(`[data-source-method="${id}"] pre`);
      expect(await code.textContent(), id).toContain(`id: '${id}'`);
      expect(await section.locator('.method-body p').innerText(), id).not.toBe('');
      const width = await section.locator('img').evaluate(async (image: HTMLImageElement) => {
        image.loading = 'eager';
        await image.decode();
        return image.naturalWidth;
      });
      expect(width, id).toBeGreaterThan(0);
    }
  });

  it('opens the code that its address names, without scripts, on a phone', async () => {
    const options = { javaScriptEnabled: false, viewport: { width: 360, height: 740 } };
    const { page } = await openWatched(tests.browser, tests.site, options);
    await page.goto(`${tests.site.address}methods/#blur-ig-code`);
    expect(await page.locator('#blur-ig-code pre').isVisible()).toBe(true);
    expect(await page.locator('#rise-code pre').isVisible()).toBe(false);
    await page.context().close();
  });

  it('is no wider than a phone', async () => {
    const { page, site } = tests;
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${site.address}methods/`);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});

describe('"Show the code"', () => {
  it('of the bench shows what the page prints, and leads to any other method', async () => {
    await showCode('saliency', '');
    const focused = tests.page.locator(':focus');
    expect(await focused.getAttribute('data-source')).toBe('src/engine/methods/saliency.ts');
    await showCode('saliency', '?saliency.method=gradient-x-input');
    await tests.page.waitForURL(/methods\/#gradient-x-input-code$/);
    const code = tests.page.locator('#gradient-x-input-code pre');
    expect(await code.isVisible()).toBe(true);
    expect(await code.innerText()).toContain('gradientXInput');
  });

  it('of the family of class-activation maps leads to the one chosen, by the space bar as well', async () => {
    const item = await codeItem('cam-gallery', '?cams.method=layer-cam');
    await item.focus();
    await tests.page.keyboard.press('Space');
    await tests.page.waitForURL(/methods\/#layer-cam-code$/);
    expect(await tests.page.locator('#layer-cam-code pre').isVisible()).toBe(true);
  });

  it('of one cell through all lenses leads to what weighs its channels', async () => {
    await showCode('across-lenses', '?lenses.method=hires-cam');
    await tests.page.waitForURL(/methods\/#hires-cam-code$/);
  });
});
