/** The figures of Grad-CAM in a browser: taken apart, as a ledger, and among their family. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOfFigures } from '../support/figurePage.ts';
import { changes } from '../support/visit.ts';

const tests = testsOfFigures();

/** A number as the page prints it. */
const numberIn = (text: string) => Number(text.replaceAll('−', '-').replace(/[^\d.e-].*$/, ''));
const printed = async (figure: Locator, name: string) =>
  numberIn(await figure.locator(`[data-number=${name}]`).innerText());

describe('Grad-CAM taken apart', () => {
  it('adds channel after channel, up to the whole sum', async () => {
    const figure = await tests.open('grad-cam');
    const film = figure.getByLabel('Channels in the sum', { exact: true });
    await changes(figure, () => film.fill('1'));
    const first = await printed(figure, 'reached');
    expect(await figure.locator('.readout').innerText()).toContain(`adds ${first} to the sum`);
    await changes(figure, () => film.fill('128'));
    const reached = await figure.locator('[data-number=reached]').innerText();
    expect(reached).toMatch(/^(\S+) of \1 \(100 %\)$/);
    expect(tests.complaints).toEqual([]);
  });

  it('shows the channel that the arrow keys lead to', async () => {
    const figure = await tests.open('grad-cam');
    const bars = figure.getByRole('button', { name: /^Channel \d+, number 1 of 128/ });
    await bars.focus();
    await changes(figure, () => tests.page.keyboard.press('ArrowRight'));
    expect(await figure.locator('.readout').innerText()).toContain('number 2 of 128');
    await expect
      .poll(() => tests.page.evaluate(() => location.search))
      .toMatch(/^\?cam.channel=\d+$/);
  });

  it('explains one class and not another, with both signs', async () => {
    const figure = await tests.open('grad-cam', '?class=3&against=5&cam.kind=difference');
    expect(await figure.innerText()).toContain('logit of cat minus dog');
    expect(await figure.getByLabel('both, no ReLU').isChecked()).toBe(true);
    await changes(figure, () => figure.getByLabel('bicubic').check({ force: true }));
    const layer = figure.getByLabel('Layer, early to late', { exact: true });
    await changes(figure, () => layer.fill('11'));
    expect(await figure.getAttribute('data-layer')).not.toBe('features.5');
    expect(tests.complaints).toEqual([]);
  });
});

describe('the ledger of evidence', () => {
  it('adds up to the logit without its bias, at the last block and not below', async () => {
    const figure = await tests.open('evidence-ledger');
    const balance = async () => {
      const [total, bias, logit] = await Promise.all(
        ['total', 'bias', 'logit'].map((name) => printed(figure, name)),
      );
      return logit! - bias! - total!;
    };
    expect(Math.abs(await balance())).toBeLessThan(1e-3);
    expect(Math.abs(await printed(figure, 'residual'))).toBeLessThan(1e-4);
    await changes(figure, () =>
      figure.getByLabel('Layer', { exact: true }).selectOption('features.4'),
    );
    expect(Math.abs(await balance())).toBeGreaterThan(0.1);
    expect(await figure.locator('.why').innerText()).toContain('do not balance');
    expect(tests.complaints).toEqual([]);
  });

  it('lights the line of a cell, and unfolds a line into its channels', async () => {
    const figure = await tests.open('evidence-ledger');
    const cells = figure.getByRole('button', { name: /^Cells over the picture/ });
    await cells.focus();
    await tests.page.keyboard.press('ArrowRight');
    expect(await figure.locator('li.lit').getAttribute('data-line')).toBe('1');
    const line = figure.locator('[data-line="5"] > button');
    expect(await line.getAttribute('aria-expanded')).toBe('false');
    await line.click();
    expect(await line.getAttribute('aria-expanded')).toBe('true');
    expect(await figure.locator('[data-line="5"] ul').innerText()).toContain('other channels');
    await line.click();
    expect(await line.getAttribute('aria-expanded')).toBe('false');
  });
});

describe('alpha against the weights', () => {
  it('agrees with them at the last block, in every channel and for every class', async () => {
    const figure = await tests.open('alpha-is-w', '?class=3');
    expect(await figure.locator('[data-number=verdict]').innerText()).toMatch(
      /^(In|Of) all 128 channels.*taking its mean loses nothing\.$/,
    );
    await changes(figure, () => figure.getByLabel('Class explained').selectOption({ index: 6 }));
    const channel = figure.getByRole('button', { name: /^Channel \d+, number \d+ of 128/ });
    await channel.focus();
    await tests.page.keyboard.press('Home');
    await expect.poll(() => channel.getAttribute('aria-label')).toContain('number 1 of 128');
    const [, alpha, weight] = /α = (\S+), w\/Z = (\S+),/.exec(
      await figure.locator('[data-number=channel]').innerText(),
    )!;
    expect(alpha).toBe(weight);
    await tests.page.keyboard.press('ArrowRight');
    await expect.poll(() => channel.getAttribute('aria-label')).toContain('number 2 of 128');
    await expect
      .poll(() => tests.page.evaluate(() => location.search))
      .toMatch(/alpha.channel=\d+$/);
    expect(tests.complaints).toEqual([]);
  });

  it('has the spread of the gradient to show at an earlier layer', async () => {
    const figure = await tests.open('alpha-is-w', '?alpha.layer=features.4');
    await expect
      .poll(() => figure.locator('[data-number=verdict]').innerText())
      .toContain('No single weight belongs to a channel');
    const drawing = await figure.locator('path.span').getAttribute('d');
    expect(drawing!.match(/M/g)).toHaveLength(128);
    const told = figure.locator('[data-number=channel]');
    const before = await told.innerText();
    const { x, y, width, height } = (await figure.locator('.area').boundingBox())!;
    await tests.page.mouse.move(x + width / 2, y + height / 3);
    await expect.poll(() => told.innerText()).not.toBe(before);
    expect(tests.complaints).toEqual([]);
  });
});

describe('the family of class-activation maps', () => {
  it('shows the one chosen large, with its options in the link', async () => {
    const figure = await tests.open('cam-gallery');
    expect(await figure.locator('.tiles > li').count()).toBe(16);
    await changes(figure, () =>
      figure.getByRole('button', { name: 'LayerCAM', exact: true }).click(),
    );
    expect(await figure.getByRole('heading', { level: 3 }).innerText()).toBe('LayerCAM');
    await changes(figure, () => figure.getByLabel('tanh').check({ force: true }));
    await expect
      .poll(() => tests.page.evaluate(() => location.search))
      .toBe('?cams.method=layer-cam&cams.options=scaling-tanh');
    expect(tests.complaints).toEqual([]);
  });
});
