/** The stage for cut-outs in a browser: dragged, moved by keys, asked about, and led by its table. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';
import { changes } from '../support/visit.ts';

const tests = testsOf('cutout-stage');

/** Share of a part of the scene, in percent, as the figure prints it. */
async function share(figure: Locator, part: string, name: 'evidence' | 'area'): Promise<number> {
  const text = await figure.locator(`[data-owner=${part}] [data-number=${name}]`).innerText();
  return Number(text.replace(/[^\d.]/g, ''));
}

const asked = (figure: Locator, name: string) =>
  figure.getByRole('group', { name: 'Class asked for' }).getByRole('button', { name });

/** Left edge and width of the first object, as shares of the stage. */
const lying = (figure: Locator) =>
  figure
    .locator('.actor')
    .first()
    .evaluate((actor) => ({
      left: parseFloat((actor as HTMLElement).style.left),
      width: parseFloat((actor as HTMLElement).style.width),
    }));

describe('the stage for cut-outs', () => {
  it('finds the evidence for either object on that object, more than its room accounts for', async () => {
    const figure = await tests.open();
    await changes(figure, () => asked(figure, 'car').click());
    expect(await share(figure, 'beetle', 'evidence')).toBeGreaterThan(
      await share(figure, 'beetle', 'area'),
    );
    const onBeetle = await share(figure, 'beetle', 'evidence');
    await changes(figure, () => asked(figure, 'frog').click());
    expect(await share(figure, 'frog', 'evidence')).toBeGreaterThan(
      await share(figure, 'frog', 'area'),
    );
    expect(await share(figure, 'beetle', 'evidence')).toBeLessThan(onBeetle);
    expect(tests.complaints).toEqual([]);
  });

  it('answers while an object is dragged, and keeps where it was left in the link', async () => {
    const figure = await tests.open();
    const before = await lying(figure);
    const answers = figure.locator('.prediction-bars');
    const said = await answers.innerText();
    const box = (await figure.locator('.cutout-scene').boundingBox())!;
    const from = { x: box.x + 0.2 * box.width, y: box.y + 0.58 * box.height };
    await tests.page.mouse.move(from.x, from.y);
    await tests.page.mouse.down();
    await tests.page.mouse.move(from.x + 0.1 * box.width, from.y - 0.2 * box.height, { steps: 5 });
    // The button is still down.
    await expect.poll(() => answers.innerText(), { timeout: 60_000 }).not.toBe(said);
    await tests.page.mouse.up();
    const after = await lying(figure);
    expect(after.left).toBeCloseTo(before.left + 10, 0);
    expect(after.width).toBe(before.width);
    await expect
      .poll(() => tests.page.evaluate(() => location.search))
      .toContain('stage.first=frog');
    const link = await tests.page.evaluate(() => location.search);
    expect(await lying(await tests.open(link))).toEqual(after);
    expect(tests.complaints).toEqual([]);
  });

  it('is moved and resized by keys', async () => {
    const figure = await tests.open();
    const before = await lying(figure);
    await figure.locator('.actor').first().focus();
    await changes(figure, () => tests.page.keyboard.press('Shift+ArrowRight'));
    await changes(figure, () => tests.page.keyboard.press('+'));
    const after = await lying(figure);
    expect(after.width).toBeGreaterThan(before.width);
    expect(after.left + after.width / 2).toBeGreaterThan(before.left + before.width / 2);
  });

  it('says something else of the same object on another background', async () => {
    const figure = await tests.open('?stage.first=sedan.128.140.120&stage.second=none');
    const said = () =>
      figure.getByRole('group', { name: 'Class asked for' }).locator('p').last().innerText();
    const onHeath = await said();
    await changes(figure, () => figure.getByLabel('Sky', { exact: true }).check({ force: true }));
    expect(await said()).not.toBe(onHeath);
  });

  it('puts a cell of its table on the stage, which then says the same', async () => {
    const figure = await tests.open();
    const cell = figure.locator('[data-cell="1 0"]');
    const [answer, value] = (await cell.innerText()).split(/\s+/);
    await changes(figure, () => cell.click());
    expect(await cell.getAttribute('class')).toContain('staged');
    const said = figure.getByRole('group', { name: 'Class asked for' }).locator('p').last();
    await expect
      .poll(() => said.innerText())
      .toMatch(new RegExp(`${answer}\\s+${value!.replace('✗', '')}`));
  });
});
