/** The switchboard of conventions in a browser. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';
import { changes } from '../support/visit.ts';

const tests = testsOf('conventions');

const choose = (figure: Locator, row: string, value: string) =>
  changes(figure, () =>
    figure.locator(`[data-switch=${row}] input[value="${value}"]`).check({ force: true }),
  );
const preset = (figure: Locator, name: string) =>
  changes(figure, () => figure.getByLabel(name, { exact: true }).check({ force: true }));
const search = () => tests.page.evaluate(() => location.search);
/** The difference to PyTorch's numbers as the page prints it. */
const goldenError = async (figure: Locator) =>
  Number(
    /combination: (\S+) of/
      .exec(await figure.locator('.golden').innerText())![1]!
      .replace('−', '-'),
  );

describe('the switchboard', () => {
  it('opens as Captum has it, and says what each choice changes', async () => {
    const figure = await tests.open();
    expect(await figure.getAttribute('data-preset')).toBe('captum');
    expect(await figure.locator('fieldset[data-switch]').count()).toBe(6);
    const amount = await figure.locator('[data-number=upsampling-nearest]').innerText();
    expect(Number.parseInt(amount)).toBeGreaterThan(5);
    expect(await figure.locator('[data-number=normaliser-maximum]').innerText()).toBe('0 %');
    expect(await goldenError(figure)).toBeLessThan(1e-4);
    expect(tests.complaints).toEqual([]);
  });

  it('is the paper’s by one preset, and the reader’s own with one switch more', async () => {
    const figure = await tests.open();
    await preset(figure, 'paper');
    expect(await figure.getAttribute('data-preset')).toBe('paper');
    expect(await figure.innerText()).toContain('No pixel is drawn otherwise than in the paper.');
    await choose(figure, 'upsampling', 'bicubic');
    expect(await figure.getAttribute('data-preset')).toBe('yours');
    expect(await figure.locator('.preset').innerText()).toBe(
      'Yours. It departs from the paper in enlarging: bicubic.',
    );
    expect(await goldenError(figure)).toBeLessThan(1e-4);
    await expect.poll(search).toContain('conventions.upsampling=bicubic');
    expect(await search()).toContain('conventions.preset=paper');
    await preset(figure, 'Captum');
    await expect.poll(search).toBe('');
    expect(tests.complaints).toEqual([]);
  });

  it('has switches of its own for saliency, where only a sum has signs', async () => {
    const figure = await tests.open();
    await changes(figure, () =>
      figure.getByLabel('saliency', { exact: true }).check({ force: true }),
    );
    expect(await figure.locator('fieldset[data-switch]').count()).toBe(4);
    expect(await figure.getByLabel('pytorch-grad-cam', { exact: true }).isDisabled()).toBe(true);
    await choose(figure, 'signs', 'signed');
    expect(await figure.locator('[data-switch=reduction] input[value=max]').isDisabled()).toBe(
      true,
    );
    expect(await goldenError(figure)).toBeLessThan(1e-4);
    expect(tests.complaints).toEqual([]);
  });

  it('opens as a link has it, and says where PyTorch has no numbers', async () => {
    const figure = await tests.open(
      '?class=3&conventions.normaliser=min-max&conventions.relu=none&conventions.order=both',
    );
    expect(await figure.getAttribute('data-preset')).toBe('yours');
    const board = (name: string, value: string) =>
      figure.locator(`[data-switch=${name}] input[value="${value}"]`).isChecked();
    expect(await board('normaliser', 'min-max')).toBe(true);
    expect(await board('order', 'both')).toBe(true);
    expect(await figure.locator('.golden').innerText()).toContain('there are none');
    expect(tests.complaints).toEqual([]);
  });

  it('goes from choice to choice by the arrow keys', async () => {
    const figure = await tests.open();
    await figure.locator('[data-switch=target] input[value=logit]').focus();
    await changes(figure, () => tests.page.keyboard.press('ArrowRight'));
    expect(await figure.locator('[data-switch=target] input[value=probability]').isChecked()).toBe(
      true,
    );
    await expect.poll(search).toBe('?conventions.target=probability');
  });
});
