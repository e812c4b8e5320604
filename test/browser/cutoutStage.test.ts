/** The stage in a browser: things are dragged, the other one is asked for, the table puts its scenes on it. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { figureOf, openWatched, serveSite, untilLive, type Site } from '../support/site.ts';

const patience = { timeout: 60_000 };

let browser: Browser;
let site: Site;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  site = await serveSite();
  browser = await launchChromium();
  ({ page, complaints } = await openWatched(browser, site, { hasTouch: true }));
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function open(query = ''): Promise<Locator> {
  complaints.length = 0;
  await page.goto(`${site.address}grad-cam/${query}`);
  await untilLive(page, 'cutout-stage');
  return figureOf(page, 'cutout-stage');
}

/** Share of the evidence that lies on a part of the scene, in percent. */
async function evidence(figure: Locator, part: string): Promise<number> {
  const text = await figure.locator(`tr[data-part="${part}"] [data-number=evidence]`).innerText();
  return parseInt(text);
}

const actor = (figure: Locator, title: string) =>
  figure.getByRole('button', { name: new RegExp(`^${title} at`) });
const placeOf = async (figure: Locator, title: string) =>
  /at (\d+), (\d+), (\d+) wide/
    .exec((await actor(figure, title).getAttribute('aria-label'))!)!
    .slice(1)
    .map(Number);
const address = () => page.evaluate(() => decodeURIComponent(location.search));
const bars = (figure: Locator) => figure.locator('.prediction-bars').innerText();

/** A point of the stage, in its pixels, on the screen. */
async function pointOf(figure: Locator, x: number, y: number) {
  const stage = figure.locator('.cutout-scene');
  await stage.scrollIntoViewIfNeeded();
  const box = (await stage.boundingBox())!;
  return { x: box.x + (x * box.width) / 320, y: box.y + (y * box.height) / 320 };
}

describe('the stage', () => {
  it('says live what its still says, and asks for one object and then for the other', async () => {
    await page.goto(`${site.address}grad-cam/`);
    const figure = figureOf(page, 'cutout-stage');
    const still = await figure.locator('.panels').innerText();
    await untilLive(page, 'cutout-stage');
    expect(await figure.locator('.panels').innerText()).toBe(still);
    const [frog, beetle] = [await evidence(figure, 'frog'), await evidence(figure, 'beetle')];
    expect(frog).toBeGreaterThan(2 * beetle);
    await figure.locator('.ask').getByRole('button', { name: 'car' }).click();
    await expect.poll(() => evidence(figure, 'beetle'), patience).toBeGreaterThan(4 * beetle);
    expect(await evidence(figure, 'frog')).toBeLessThan(frog / 4);
    await expect.poll(address).toContain('stage.asked=second');
    const { x, y } = await pointOf(figure, 80, 190);
    await page.mouse.click(x, y);
    await expect.poll(() => evidence(figure, 'frog'), patience).toBe(frog);
    expect(complaints).toEqual([]);
  });

  it('has the prediction follow while something is dragged', async () => {
    const figure = await open('?stage.asked=second');
    const from = await pointOf(figure, 232, 182);
    const to = await pointOf(figure, 232, 82);
    const before = await bars(figure);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 8 });
    expect(await placeOf(figure, 'Beetle')).toEqual([232, 82, 180]);
    await expect.poll(() => bars(figure), patience).not.toBe(before);
    await page.mouse.up();
    await expect.poll(() => figure.getAttribute('data-state'), patience).toBe('live');
    expect(await figure.locator('.cutout-scene canvas').getAttribute('aria-label')).toContain(
      'Beetle at 232, 82',
    );
    await expect.poll(address).toContain('stage.second=beetle.232.82.180');
    expect(complaints).toEqual([]);
  });

  it('moves things with a finger and with keys', async () => {
    const figure = await open();
    const touch = await page.context().newCDPSession(page);
    const at = ({ x, y }: { x: number; y: number }) => [{ x, y }];
    const [from, to] = [await pointOf(figure, 80, 190), await pointOf(figure, 120, 110)];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) });
    for (const point of [{ x: from.x, y: to.y }, to])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(point) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(() => placeOf(figure, 'Frog')).toEqual([128, 102, 190]);
    await actor(figure, 'Frog').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('-');
    expect(await placeOf(figure, 'Frog')).toEqual([132, 126, 173]);
    expect(await figure.locator('.cutout-scene [aria-live]').textContent()).toBe(
      'Frog at 132, 126, 173 wide',
    );
    await actor(figure, 'Beetle').focus();
    await page.keyboard.press('Enter');
    await expect.poll(address).toContain('stage.asked=second');
  });

  it('takes a scene of the table, with the same answer', async () => {
    const figure = await open();
    const cell = figure.locator('[data-cell="1 0"]');
    const [label, text] = (await cell.innerText()).split(/\s+/);
    const probability = Number(text!.replace('✗', ''));
    expect(await cell.getAttribute('aria-label')).toMatch(/^Sedan, sky: .*, wrong$/);
    await figure.locator('[data-cell="0 0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(address).toContain('stage.second=none');
    await expect.poll(() => figure.locator('tr[data-part=sky]').count(), patience).toBe(1);
    const says = figure.locator('.ask p').last();
    await expect.poll(() => says.innerText(), patience).toContain(label!);
    const shown = Number(/\d\.\d+/.exec(await says.innerText())![0]);
    expect(Math.abs(shown - probability)).toBeLessThanOrEqual(0.01);
    expect(await actor(figure, 'Beetle').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('drops from a link what there is not', async () => {
    await open('?stage.ground=moon&stage.first=rover.10.20.30&stage.second=none');
    await expect.poll(address).toBe('?stage.second=none');
    expect(await placeOf(figureOf(page, 'cutout-stage'), 'Frog')).toEqual([88, 182, 190]);
  });
});
