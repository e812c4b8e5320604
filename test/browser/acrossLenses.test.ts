/** One cell through all lenses, in a browser: everything that belongs to it is lit at once. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';
import { figureOf, openWatched, untilLive } from '../support/site.ts';
import { changes } from '../support/visit.ts';

const tests = testsOf('across-lenses', { hasTouch: true, viewport: { width: 1280, height: 1000 } });
const { open } = tests;

const text = async (locator: Locator) => (await locator.innerText()).replace(/\s+/g, ' ');
/** The lit cell as the readout says it. */
const place = (figure: Locator) =>
  figure.locator('[data-number=place]').evaluate((span) => span.textContent);
const map = (figure: Locator) => figure.locator('.cells .place-picker');
/** Corner and side of the field on the picture, in input pixels. */
const square = (figure: Locator) =>
  figure
    .locator('.field-stage rect.beyond')
    .evaluate((rect) => ['x', 'y', 'width'].map((name) => Number(rect.getAttribute(name))));
/** Notes every cell that is lit from now on. */
async function placesSeen(figure: Locator): Promise<() => Promise<string[]>> {
  const readout = figure.locator('[data-number=place]');
  await readout.evaluate((span) => {
    const places: string[] = [];
    Object.assign(window, { places });
    new MutationObserver(() => places.push(span.textContent)).observe(span, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  return () => tests.page.evaluate(() => (window as unknown as { places: string[] }).places);
}
const lit = (figure: Locator) =>
  figure.locator('.channels button.lit').getAttribute('data-channel');
const search = () => tests.page.evaluate(() => location.search);
const layers = (figure: Locator) => figure.getByRole('group', { name: 'Layer', exact: true });

/** Puts the mouse at a place of something, in shares of its sides. */
async function pointAt(target: Locator, right: number, down: number) {
  await target.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await target.boundingBox())!;
  await tests.page.mouse.move(x + right * width, y + down * height);
}

describe('one cell through all lenses', () => {
  it('lights field, channels, maps and patches of the cell under the pointer', async () => {
    const figure = await open();
    const before = await place(figure);
    await pointAt(map(figure), 0.1, 0.9);
    expect(await place(figure)).toBe('row 3, column 0');
    // No engine is asked for any of this.
    expect(await figure.getAttribute('data-state')).toBe('live');
    expect(await square(figure)).toEqual([-14, 3 * 8 - 14, 29]);
    expect(await text(figure.locator('[data-number=field]'))).toMatch(
      /^29 × 29 pixels from row 10, column −14 of 32 × 32; \d+ % of them lie in the picture\.$/,
    );
    const rows = figure.locator('.channels button');
    expect(await rows.count()).toBe(8);
    expect(await lit(figure)).toBe(await rows.first().getAttribute('data-channel'));
    const mark = rows.first().locator('.cell-frame');
    expect(await mark.evaluate(({ style }) => [style.left, style.top])).toEqual(['0%', '75%']);
    const likes = rows.first().locator('.best img');
    const first = figure.locator('.likes svg image').first();
    expect(await first.getAttribute('href')).toBe(await likes.getAttribute('src'));
    // What a mouse only passed over goes out again, and no link carries it.
    await pointAt(figure.locator('.likes'), 0.5, 0.05);
    expect(await place(figure)).toBe(before);
    expect(await search()).toBe('');
    expect(tests.complaints).toEqual([]);
  });

  it('adds up: named channels and the others make the cell', async () => {
    const figure = await open('?lenses.row=1&lenses.column=3');
    const numbers = (await figure.locator('.channels .number').allInnerTexts())
      .map((line) => /−?\d+\.\d+(?:e−?\d+)?/.exec(line)?.[0].replaceAll('−', '-'))
      .filter((number) => number !== undefined)
      .map(Number);
    const total = numbers.pop()!;
    expect(numbers).toHaveLength(9);
    // Each is rounded to a hundredth.
    expect(Math.abs(numbers.reduce((sum, value) => sum + value, 0) - total)).toBeLessThan(0.06);
  });

  it('keeps what is clicked, and a link brings it back', async () => {
    const figure = await open();
    await pointAt(map(figure), 0.6, 0.1);
    await tests.page.mouse.down();
    await tests.page.mouse.up();
    const third = figure.locator('.channels button').nth(2);
    const channel = await third.getAttribute('data-channel');
    await third.click();
    const link = `?lenses.row=0&lenses.column=2&lenses.channel=${channel}`;
    await expect.poll(search).toBe(link);
    const again = await open(link);
    expect(await place(again)).toBe('row 0, column 2');
    expect(await lit(again)).toBe(channel);
    expect(await text(again.locator('.likes .panel-title').first())).toContain(
      `What channel ${channel} likes. Here it is at`,
    );
    // The channel stays while the pointer goes over other cells.
    await pointAt(map(again), 0.9, 0.9);
    expect(await text(again.locator('.likes .panel-title').first())).toContain(
      `What channel ${channel} likes. Here it is at`,
    );
    await again.getByRole('button', { name: 'To the strongest cell' }).click();
    await expect.poll(search).toBe('');
  });

  it('rings the cells where the channel under the pointer adds most', async () => {
    const figure = await open();
    const rings = () =>
      figure
        .locator('.cells circle:not(.halo)')
        .evaluateAll((all) =>
          all.map((ring) => `${ring.getAttribute('cx')},${ring.getAttribute('cy')}`),
        );
    const before = await rings();
    expect(before.length).toBeGreaterThan(0);
    const second = figure.locator('.channels button').nth(1);
    await pointAt(second, 0.7, 0.5);
    expect(await lit(figure)).toBe(await second.getAttribute('data-channel'));
    expect(await rings()).not.toEqual(before);
    await tests.page.mouse.move(1, 1);
    await expect.poll(rings).toEqual(before);
  });

  it('finds the cell whose field lies around a place in the picture', async () => {
    const figure = await open();
    const picture = figure.locator('.field-stage .picture');
    // Column 25 and row 8 of 32; middles of fields lie at 0.5, 8.5, 16.5 and 24.5.
    await pointAt(picture, 25 / 32, 8 / 32);
    expect(await place(figure)).toBe('row 1, column 3');
    await pointAt(picture, 0.99, 0.99);
    expect(await place(figure)).toBe('row 3, column 3');
  });

  it('goes from cell to cell with the arrow keys, and says where it is', async () => {
    const figure = await open('?lenses.row=1&lenses.column=1');
    await map(figure).getByRole('button').focus();
    await tests.page.keyboard.press('ArrowRight');
    await tests.page.keyboard.press('Shift+ArrowDown');
    expect(await place(figure)).toBe('row 2, column 2');
    await expect
      .poll(() => text(map(figure).locator('.visually-hidden')))
      .toMatch(/^row 2, column 2 (adds|takes) .* logit of horse/);
    await expect.poll(search).toBe('?lenses.row=2&lenses.column=2');
    const rows = figure.locator('.channels button');
    await rows.nth(3).focus();
    expect(await lit(figure)).toBe(await rows.nth(3).getAttribute('data-channel'));
  });

  it('follows a finger', async () => {
    const figure = await open();
    await map(figure).scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await map(figure).boundingBox())!;
    await tests.page.touchscreen.tap(x + 0.9 * width, y + 0.1 * height);
    await expect.poll(() => place(figure)).toBe('row 0, column 3');
    await expect.poll(search).toBe('?lenses.row=0&lenses.column=3');
  });

  it('shows where a patch was cut out', async () => {
    const figure = await open();
    const grid = figure.getByRole('radiogroup', { name: /^Patches/ });
    const third = grid.getByRole('radio').nth(2);
    const title = (await third.getAttribute('aria-label'))!.slice('3: '.length).split(',')[0]!;
    await third.check({ force: true });
    expect(await text(figure.locator('.from'))).toContain(`${title}: `);
  });

  it('goes down to the first layer at the same place, where channels are filters', async () => {
    const figure = await open('?lenses.row=2&lenses.column=1');
    const seen = await placesSeen(figure);
    await changes(figure, () =>
      figure.getByRole('button', { name: 'Go down to features.0' }).click(),
    );
    expect(await figure.getAttribute('data-layer')).toBe('features.0');
    expect(await place(figure)).toBe('row 16, column 8');
    // The old layer lights no other cell before it goes.
    expect(await seen()).toEqual(['row 16, column 8']);
    expect(await square(figure)).toEqual([7, 15, 3]);
    expect(await figure.locator('.lens-filter figure').count()).toBe(2);
    expect(await text(figure.locator('.lens-filter p'))).toMatch(
      /they make −?\d.*BatchNorm and ReLU/,
    );
    await changes(figure, () => layers(figure).getByLabel('features.5').check({ force: true }));
    expect(await place(figure)).toBe('row 2, column 1');
    expect(tests.complaints).toEqual([]);
  });

  it('shows ResNet-18, whose atlas begins after its first convolution', async () => {
    const figure = await open('?model=resnet18-objects11&lenses.method=hires-cam');
    expect(await figure.getAttribute('data-layer')).toBe('layer4');
    await pointAt(map(figure), 0.99, 0.01);
    expect(await place(figure)).toBe('row 0, column 6');
    expect((await square(figure))[2]).toBe(435);
    await changes(figure, () => layers(figure).getByLabel('conv1').check({ force: true }));
    expect(await text(figure.locator('.likes'))).toContain(
      'The atlas of this network begins at layer1.',
    );
    expect(await figure.locator('.lens-filter figure').count()).toBe(2);
    expect((await square(figure))[2]).toBe(7);
    expect(tests.complaints).toEqual([]);
  });

  it('goes on with the network chosen last when the atlas of one before it arrives', async () => {
    // Requests of a service worker are none of the page's.
    const options = { serviceWorkers: 'block' } as const;
    const { page, complaints } = await openWatched(tests.browser, tests.site, options);
    const hold = async (file: string) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      await page.route(`**/models/${file}`, async (route) => {
        await promise;
        await route.continue();
      });
      return resolve;
    };
    const sendAtlas = await hold('resnet18-objects11/patches.json');
    const sendManifest = await hold('mnistcnn/model.json');
    await page.goto(`${tests.site.address}grad-cam/`);
    await untilLive(page, 'across-lenses');
    const figure = figureOf(page, 'across-lenses');
    const choose = async (id: string) => {
      await figure.locator('.model-picker > button').click();
      const panel = figure.locator('.model-panel');
      await panel.getByRole('radiogroup').waitFor();
      await panel.locator(`input[value="${id}"]`).check({ force: true });
    };
    await Promise.all([page.waitForRequest(/patches\.json/), choose('resnet18-objects11')]);
    await Promise.all([page.waitForRequest(/mnistcnn.model\.json/), choose('mnistcnn')]);
    const arrived = page.waitForResponse(/patches\.json/);
    sendAtlas();
    await (await arrived).finished();
    // What waited for it has gone on by then.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    sendManifest();
    await untilLive(page, 'across-lenses');
    expect(await figure.locator('.field').first().innerText()).toContain('of 28\u00a0×\u00a028');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says so where a network has no atlas', async () => {
    const figure = await open('?model=smallcnn-cifar10@untrained');
    expect(await text(figure.locator('.likes'))).toContain('there are no patches of this one');
    expect(await figure.locator('.channels button').count()).toBe(8);
    await pointAt(map(figure), 0.1, 0.1);
    expect(await place(figure)).toBe('row 0, column 0');
    expect(tests.complaints).toEqual([]);
  });
});
