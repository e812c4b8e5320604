/** What a reader does with every figure, in a browser without WebGPU. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { figures } from '../../src/components/figures/registry.ts';
import { launchChromium } from '../support/chromium.ts';
import { readersPicture, withoutClass, withoutPicture } from '../support/readersFiles.ts';
import { figureOf, openWatched, serveSite, untilLive, type Site } from '../support/site.ts';
import { changes, often } from '../support/visit.ts';

let browser: Browser;
let site: Site;
let page: Page;

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
  ({ page } = await openWatched(browser, site));
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const stopsOfKeyboard =
  ':is(button, select, input:not([type=radio]), input[type=radio]:checked, [tabindex="0"]):enabled:visible, [tabindex="0"]:not(button, input, select):visible';

/** The next Tab goes to the first stop of the figure. */
async function startTabbingAt(figure: Locator): Promise<void> {
  await figure.evaluate((shell) => {
    const before = document.createElement('span');
    before.tabIndex = -1;
    shell.before(before);
    before.focus();
    before.remove();
  });
}

/** Runs in the page: marks what has the focus; says whether it lies beyond the figure, or was reached before. */
function noteReached(shell: Element): boolean {
  const active = document.activeElement as HTMLElement;
  const ended = !shell.contains(active) || active.dataset['reached'] !== undefined;
  active.dataset['reached'] = '';
  return ended;
}

describe.each(figures)('the figure $id', ({ id, page: name }) => {
  const pictured = withoutPicture.includes(id) ? [] : [id];
  let figure: Locator;

  beforeAll(async () => {
    await page.goto(`${site.address}${name === 'index' ? '' : `${name}/`}`);
    await untilLive(page, id);
    figure = figureOf(page, id);
  });
  // The keyboard leaves the page elsewhere, and scrolls smoothly: a click would miss what still moves.
  beforeEach(() => figure.evaluate((shell) => shell.scrollIntoView({ behavior: 'instant' })));

  it('is reached by keyboard, every control of it', async () => {
    const stops = figure.locator(stopsOfKeyboard);
    expect(await stops.count()).toBeGreaterThan(3);
    await startTabbingAt(figure);
    for (let i = 0; i < 600; i++) {
      await page.keyboard.press('Tab');
      if (await figure.evaluate(noteReached)) break;
    }
    const missed = await stops.evaluateAll((all) =>
      all
        .filter((one) => !('reached' in (one as HTMLElement).dataset))
        .map((one) => one.outerHTML.slice(0, 160)),
    );
    expect(missed).toEqual([]);
  });

  it.for(pictured)('answers another picture', async () => {
    const other = figure.locator('.picture-picker input[type=radio]:not(:checked)').nth(2);
    await changes(figure, () => other.check({ force: true }));
  });

  it.for(withoutClass.includes(id) ? [] : [id])('answers another class', async () => {
    const bars = figure.locator('.prediction-bars button[aria-pressed=false]');
    const act = async () =>
      (await bars.count()) > 0
        ? bars.nth(3).click()
        : figure.getByLabel('Class explained').selectOption({ index: 5 });
    await changes(figure, act);
  });

  it.for(pictured)("takes the reader's own picture", async () => {
    const file = await readersPicture();
    await changes(figure, () => figure.locator('input[type=file]').setInputFiles(file));
    // What was asked before may still have shown, the other class of another pixel for one.
    const chosen = figure.locator('.picture-picker input:checked');
    await expect.poll(() => chosen.getAttribute('value'), often).toBe('own:1');
    await expect.poll(() => figure.getAttribute('data-state'), often).toBe('live');
    expect(await figure.locator('[role=alert]').count()).toBe(0);
  });
});
