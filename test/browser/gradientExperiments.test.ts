/** Nudging a pixel, SmoothGrad copy by copy, and the path of Integrated Gradients, each in its main use. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOfFigures } from '../support/figurePage.ts';

const patience = { timeout: 120_000 };

const tests = testsOfFigures();

const number = async (figure: Locator, name: string) => {
  const text = await figure.locator(`[data-number="${name}"]`).innerText();
  return Number(text.replace('−', '-').replace(/[^\d.e+-].*$/, ''));
};
const slide = (figure: Locator, name: string, value: number) =>
  figure.getByRole('slider', { name, exact: true }).evaluate((input, to) => {
    (input as HTMLInputElement).value = String(to);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);
/** Until the figure says this of its state. */
const said = (figure: Locator, name: string, value: number) =>
  expect.poll(() => figure.getAttribute(`data-${name}`), patience).toBe(String(value));
/** Until the scores of what is shown have been computed. */
const measured = () =>
  tests.page.locator('[data-live="pixel-probe"][data-measured="true"]').waitFor(patience);

describe('nudging a pixel', () => {
  it('foretells small changes and fails at large ones', async () => {
    const figure = await tests.open('pixel-probe');
    await measured();
    await slide(figure, 'Nudge d', 4);
    await measured();
    const near = [await number(figure, 'true'), await number(figure, 'predicted')];
    expect(near[0]! / near[1]!).toBeGreaterThan(0.5);
    await slide(figure, 'Nudge d', 0);
    expect(await number(figure, 'true')).toBe(0);
    await slide(figure, 'Nudge d', -128);
    await measured();
    const far = [await number(figure, 'true'), await number(figure, 'predicted')];
    expect(Math.abs(far[0]! - far[1]!)).toBeGreaterThan(1);
    expect(tests.complaints).toEqual([]);
  });

  it('follows the pointer, comes back from it, and stays where it is pressed', async () => {
    const figure = await tests.open('pixel-probe');
    const place = () => figure.locator('.panel p').first().innerText();
    const held = await place();
    const box = (await figure.locator('.place-picker').first().boundingBox())!;
    const at = [box.x + box.width * (2.5 / 32), box.y + box.height * (30.5 / 32)] as const;
    await tests.page.mouse.move(...at);
    expect(await place()).toContain('Row 30, column 2.');
    await tests.page.mouse.move(box.x + box.width / 2, box.y - 30);
    expect(await place()).toBe(held);
    await tests.page.mouse.click(...at);
    await tests.page.mouse.move(box.x + box.width / 2, box.y - 30);
    expect(await place()).toContain('Row 30, column 2.');
    await tests.page.keyboard.press('ArrowRight');
    await tests.page.keyboard.press('Shift+ArrowUp');
    expect(await place()).toContain('Row 26, column 3.');
    await measured();
    await expect.poll(() => tests.page.evaluate(() => location.search)).toContain('probe.y=0.8281');
  });

  it('takes a link with a patch, and drops what it cannot read', async () => {
    const figure = await tests.open(
      'pixel-probe',
      '?probe.x=0.5&probe.y=0.5&probe.patch=3&probe.amount=900&probe.limits=picture',
    );
    await measured();
    expect(await figure.getByRole('radio', { name: '3 × 3', exact: true }).isChecked()).toBe(true);
    const chart = figure.getByRole('img', { name: /^The 3 by 3 pixels around/ });
    expect(await chart.getAttribute('aria-label')).toContain(
      'row 16, column 16, nudged by +64 in all channels',
    );
  });
});

describe('SmoothGrad, copy by copy', () => {
  it('draws new copies for another noise, and can be stepped through', async () => {
    const figure = await tests.open('smoothgrad', '?smooth.samples=8');
    const count = () => number(figure, 'count');
    await expect.poll(count, patience).toBe(8);
    await slide(figure, 'Copies averaged', 1);
    expect(await count()).toBe(2);
    await figure.getByRole('button', { name: 'One step' }).click();
    expect(await count()).toBe(3);
    await slide(figure, 'Noise σ', 0);
    // Without noise all copies are the same, and nothing is uncertain.
    const error = figure.locator('[data-number=error]');
    await expect.poll(() => error.innerText(), patience).toBe('0 % of the mean’s own size');
    expect(tests.complaints).toEqual([]);
  });
});

describe('the path of Integrated Gradients', () => {
  it('adds up to the difference of the scores, and can be scrubbed', async () => {
    const figure = await tests.open('integrated-gradients', '?path.steps=64&path.baseline=white');
    await said(figure, 'ready', 64);
    const sum = await number(figure, 'sum');
    const difference = await number(figure, 'difference');
    expect(Math.abs(sum - difference)).toBeLessThan(0.05 * Math.abs(difference));
    await slide(figure, 'Steps from the baseline', 64);
    expect(await number(figure, 'so-far')).toBe(sum);
    await slide(figure, 'Steps from the baseline', 0);
    expect(await number(figure, 'so-far')).toBe(0);
    await figure.getByRole('button', { name: 'One step' }).click();
    await said(figure, 'shown', 1);
    expect(tests.complaints).toEqual([]);
  });

  it('plays from the baseline on, until it is paused', async () => {
    const figure = await tests.open('integrated-gradients', '?path.steps=4&path.shown=0');
    await said(figure, 'ready', 4);
    await figure.getByRole('button', { name: 'Go from the baseline to the picture' }).click();
    await said(figure, 'shown', 2);
    await figure.getByRole('button', { name: 'Pause' }).click();
    const shown = await figure.getAttribute('data-shown');
    await tests.page.waitForTimeout(2000);
    expect(await figure.getAttribute('data-shown')).toBe(shown);
  });
});
