/** The section on saliency in a browser: methods and their options, long ones on their way, blank maps, the softmax. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOfFigures } from '../support/figurePage.ts';
import { figureOf } from '../support/site.ts';
import { changes } from '../support/visit.ts';

const patience = { timeout: 120_000 };

const tests = testsOfFigures();

const method = (figure: Locator) => figure.getByLabel('Method', { exact: true });
const shows = (figure: Locator, id: string) =>
  expect.poll(() => figure.getAttribute('data-method'), patience).toBe(id);
const live = (figure: Locator) =>
  expect.poll(() => figure.getAttribute('data-state'), patience).toBe('live');
const address = () => tests.page.evaluate(() => location.search);
const slide = (slider: Locator, value: number) =>
  slider.evaluate((input, wanted) => {
    (input as HTMLInputElement).value = String(wanted);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);

describe('the bench', () => {
  it('shows another method, whose options it has controls for, and a link keeps them', async () => {
    const figure = await tests.open('saliency');
    expect(await figure.getByRole('group', { name: /^Options of/ }).count()).toBe(0);
    await method(figure).selectOption('integrated-gradients');
    await shows(figure, 'integrated-gradients');
    await live(figure);
    const options = figure.getByRole('group', { name: 'Options of Integrated Gradients' });
    const sum = figure.locator('[data-number=completeness]');
    const before = await sum.innerText();
    await options.getByLabel('Compared with').selectOption('white');
    await expect.poll(() => sum.innerText(), patience).not.toBe(before);
    await expect.poll(address).toContain('saliency.options=baseline-white');
    expect(await figure.locator('.legend').innerText()).toContain('raw values −');
    await method(figure).selectOption('saliency');
    await shows(figure, 'saliency');
    expect(await options.count()).toBe(0);
    expect(tests.complaints).toEqual([]);
  });

  it('drops what a link asks for and there is not', async () => {
    const figure = await tests.open(
      'saliency',
      '?saliency.method=tea-leaves&saliency.options=steps-9',
    );
    expect(await figure.getAttribute('data-method')).toBe('saliency');
    expect(await figure.locator('[role=alert]').count()).toBe(0);
  });

  it('tells how far a long method is, and keeps the map of one that was stopped', async () => {
    const figure = await tests.open('saliency');
    const link = '?saliency.method=smoothgrad&saliency.options=samples-1000';
    await tests.page.goto(`${tests.site.address}saliency/${link}`);
    const bar = figure.locator('.reading').getByRole('progressbar');
    await figure.scrollIntoViewIfNeeded();
    await expect
      .poll(() => bar.getAttribute('aria-label').catch(() => ''), patience)
      .toMatch(/^\d+ of 1000 noisy copies$/);
    await shows(figure, 'smoothgrad');
    await figure.getByRole('button', { name: 'Cancel' }).click();
    await live(figure);
    const told = await figure.locator('[data-number=unfinished]').innerText();
    const [, done] = /after (\d+) of 1000 noisy copies/.exec(told)!;
    expect(Number(done)).toBeGreaterThan(0);
    expect(Number(done)).toBeLessThan(1000);
    await slide(figure.getByRole('slider', { name: 'Noisy copies' }), 0);
    await expect.poll(() => figure.locator('[data-number=unfinished]').count(), patience).toBe(0);
    await live(figure);
    expect(tests.complaints).toEqual([]);
  });

  it('says why a map is blank', async () => {
    const blank = 'saliency.options=form-variance_samples-1';
    const figure = await tests.open('saliency', `?saliency.method=smoothgrad&${blank}`);
    const note = figure.locator('[data-notes]');
    expect(await note.getAttribute('data-notes')).toBe('zero-map');
    expect((await note.innerText()).length).toBeGreaterThan(20);
    expect(await figure.locator('.legend').innerText()).toContain('raw values 0 to 0');
  });

  it('leads from a map that a ReLU emptied to the one before it', async () => {
    const query = '?saliency.method=guided-grad-cam&class=1&saliency.kind=probability';
    const note = (await tests.open('saliency', query)).locator('[data-notes]');
    const codes = (await note.getAttribute('data-notes'))!.split(' ').sort();
    expect(codes).toEqual(['all-negative', 'saturated-softmax']);
    const link = await note.getByRole('link').getAttribute('href');
    expect(link).toMatch(/grad-cam\/\?.*class=1/);
    expect(link).toContain('cam.show=signed');
  });

  it('draws signs, a blur and another class of the same gradient', async () => {
    const figure = await tests.open('saliency');
    await figure.getByRole('radio', { name: 'sum, signed', exact: true }).check({ force: true });
    await expect
      .poll(() => figure.locator('.legend .strip').getAttribute('aria-label'), patience)
      .toContain('diverging');
    await live(figure);
    await changes(figure, () => slide(figure.getByRole('slider', { name: /^Blur/ }), 2));
    expect(await figure.locator('.legend').innerText()).toContain('blurred for display');
    await changes(figure, () => figure.getByLabel('Class explained').selectOption('3'));
    await changes(figure, () =>
      figure.getByRole('radio', { name: 'probability', exact: true }).check({ force: true }),
    );
    expect(await figure.locator('.legend').innerText()).toContain('probability per unit of input');
    expect(tests.complaints).toEqual([]);
  });
});

describe('the gallery', () => {
  it('opens a method in the bench, with its range and signs', async () => {
    const gallery = await tests.open('gradient-gallery');
    await gallery.getByRole('radio', { name: 'signed', exact: true }).check({ force: true });
    await gallery.getByRole('button', { name: 'Guided backpropagation', exact: true }).click();
    const bench = figureOf(tests.page, 'saliency');
    await shows(bench, 'guided-backprop');
    await live(bench);
    await expect.poll(address).toContain('saliency.reduction=signed');
    expect(await method(bench).evaluate((select) => select === document.activeElement)).toBe(true);
    expect(tests.complaints).toEqual([]);
  });
});

describe('logit or probability', () => {
  it('computes both sides of the equation for the picture and the pixel that is pointed at', async () => {
    const figure = await tests.open('logit-or-probability');
    const number = async (name: string) => {
      const text = await figure.locator(`[data-number=${name}]`).innerText();
      return Number(text.replace('−', '-').replace('e−', 'e-'));
    };
    const agree = async () => {
      const [product, direct] = [await number('product'), await number('direct')];
      expect(Math.abs(product - direct)).toBeLessThan(1e-3 * Math.abs(direct));
      return direct;
    };
    const surest = await agree();
    await figure.locator('.picture-picker input').last().check({ force: true });
    await expect.poll(() => number('direct'), patience).not.toBe(surest);
    await live(figure);
    const atPeak = await agree();
    expect(Math.abs(atPeak)).toBeGreaterThan(10 * Math.abs(surest));
    await figure.locator('.raster-view button').first().focus();
    await tests.page.keyboard.press('ArrowDown');
    await expect.poll(() => number('direct')).not.toBe(atPeak);
    await figure.getByRole('radio', { name: 'the logit’s for both' }).check({ force: true });
    const [first, second] = await figure.locator('.legend .high').allInnerTexts();
    expect(first).toBe(second);
    expect(tests.complaints).toEqual([]);
  });
});
