/** The receptive field in a browser: the square at the pointer's speed, the effective field after a rest. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';

const patience = { timeout: 120_000 };

const tests = testsOf('receptive-field', { hasTouch: true });
const { open } = tests;

/** Text with plain spaces. */
const text = async (locator: Locator) => (await locator.innerText()).replace(/\s+/g, ' ');
const theoretical = (figure: Locator) => text(figure.locator('[data-number=theoretical]'));
/** Two sides of squares that hold half of the energy and most of it, once they are there. */
async function effective(figure: Locator): Promise<number[]> {
  const found = figure.locator('[data-number=effective]');
  await found.waitFor(patience);
  return [...(await text(found)).matchAll(/(\d+) × \d+/g)].map(([, size]) => Number(size));
}
/** Side and corner of the blue square in input pixels. */
const square = (figure: Locator) =>
  figure
    .locator('.field-stage rect.beyond.theoretical')
    .evaluate((rect) => ['x', 'y', 'width'].map((name) => Number(rect.getAttribute(name))));

/** A point of the map, in shares of its sides. */
async function pointOf(figure: Locator, right: number, down: number) {
  const map = figure.locator('.place-picker button');
  await map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await map.boundingBox())!;
  return { x: x + right * width, y: y + down * height };
}

const chooseLayer = (figure: Locator, index: number) =>
  figure.getByRole('slider', { name: 'Layer' }).evaluate((input, value) => {
    (input as HTMLInputElement).value = String(value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, index);

describe('the receptive field', () => {
  it('moves with the pointer at once, and the effective field follows after a rest', async () => {
    const figure = await open();
    expect(await square(figure)).toEqual([63, 63, 99]);
    const { x, y } = await pointOf(figure, 0.01, 0.99);
    await tests.page.mouse.move(x, y);
    // No engine is asked for this.
    expect(await square(figure)).toEqual([-49, 167, 99]);
    expect(await theoretical(figure)).toBe(
      'can see 99 × 99 pixels, 29 % of them in the picture and the rest padding',
    );
    expect(await figure.locator('[data-number=effective]').count()).toBe(0);
    const [half, most] = await effective(figure);
    expect(half).toBeGreaterThan(1);
    expect(most).toBeGreaterThanOrEqual(half!);
    expect(most).toBeLessThanOrEqual(99);
    expect(tests.complaints).toEqual([]);
  });

  it('moves when one points at the picture itself, and with the arrow keys', async () => {
    const figure = await open();
    const picture = figure.locator('.field-stage .picture');
    await picture.scrollIntoViewIfNeeded();
    const box = (await picture.boundingBox())!;
    await tests.page.mouse.move(box.x + 0.99 * box.width, box.y + 0.01 * box.height);
    expect(await square(figure)).toEqual([8 * 27 - 49, -49, 99]);
    await figure.locator('.place-picker button').focus();
    await tests.page.keyboard.press('ArrowLeft');
    await tests.page.keyboard.press('ArrowDown');
    await tests.page.keyboard.press('Shift+ArrowDown');
    expect(await square(figure)).toEqual([8 * 26 - 49, 8 * 5 - 49, 99]);
    await expect
      .poll(() => text(figure.locator('.place-picker .visually-hidden')))
      .toMatch(/^Row 5, column 26 can see 99 × 99 pixels/);
  });

  it('is larger than the picture at the end of the network, and small in effect', async () => {
    const figure = await open();
    await chooseLayer(figure, 17);
    expect(await theoretical(figure)).toBe(
      'can see 435 × 435 pixels, more than the whole picture of 224 × 224',
    );
    expect(await square(figure)).toEqual([3 * 32 - 217, 3 * 32 - 217, 435]);
    const shown = figure.locator('tbody tr.current');
    expect(await text(shown.locator('th'))).toBe('layer4.1.conv2');
    expect(await shown.innerText()).toContain('371 + (3 − 1) · 32 = ');
    const [, most] = await effective(figure);
    expect(most).toBeLessThan(435);
    await expect.poll(() => tests.page.evaluate(() => location.search)).toContain('layer4.1.conv2');
  });

  it('compares the network with itself before training', async () => {
    const figure = await open('?field.layer=layer1.1.conv2');
    expect(await theoretical(figure)).toContain('43 × 43');
    const [, trained] = await effective(figure);
    await figure.getByRole('radio', { name: 'untrained', exact: true }).check({ force: true });
    await figure.locator('[data-number=effective]').waitFor({ state: 'detached', ...patience });
    await effective(figure);
    expect(await text(figure.locator('.figure-body'))).toContain(
      `After training it is ${trained} × ${trained}, in channel `,
    );
  });

  it('shows SmallCNN, and a link keeps the unit', async () => {
    const figure = await open(
      '?model=smallcnn-cifar10&field.layer=features.5.0&field.x=0.9&field.y=0.1&field.channel=7',
    );
    expect(await square(figure)).toEqual([3 * 8 - 14, -14, 29]);
    expect(await text(figure.locator('.panel .panel-title').nth(1))).toBe(
      'features.5.0, channel 7: 4 × 4 cells',
    );
    await effective(figure);
    await figure.getByRole('radio', { name: 'all channels', exact: true }).check({ force: true });
    await figure.locator('[data-number=effective]').waitFor({ state: 'detached', ...patience });
    const [half, most] = await effective(figure);
    expect(half).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(29);
    expect(tests.complaints).toEqual([]);
  });

  it('follows a finger that moves sideways', async () => {
    const figure = await open('?model=smallcnn-cifar10');
    const touch = await tests.page.context().newCDPSession(tests.page);
    const from = await pointOf(figure, 0.06, 0.06);
    const to = await pointOf(figure, 0.94, 0.31);
    const at = ({ x, y }: { x: number; y: number }) => [{ x, y }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) });
    expect(await square(figure)).toEqual([-6, -6, 13]);
    const between = { x: (from.x + to.x) / 2, y: from.y };
    for (const touchPoints of [at(between), at(to)])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(() => square(figure)).toEqual([7 * 4 - 6, 2 * 4 - 6, 13]);
  });
});
