/** What a reader does at the census of first-layer filters. */
import type { Locator } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { filterCensus } from '../../src/engine/lenses/filters/filterCensus.ts';
import { testsOf } from '../support/figurePage.ts';
import { shippedModel } from '../support/models.ts';

const tests = testsOf('filter-census');
let figure: Locator;

async function open(query = ''): Promise<void> {
  figure = await tests.open(query);
}
afterEach(() => expect(tests.complaints).toEqual([]));

const lab = '?model=smallcnn-cifar10';
const headings = () => figure.locator('.heading').allInnerTexts();
const names = () => figure.locator('.wall').first().locator('.name').allInnerTexts();
const note = () => figure.locator('.note p').innerText();
const height = async () => (await figure.boundingBox())!.height;
/** Milliseconds until what was asked for must show. */
const patient = { timeout: 60_000 };

describe('the census', () => {
  it('has the numbers of the engine', async () => {
    await open(lab);
    const { counts } = await filterCensus(await shippedModel('smallcnn-cifar10'));
    const found = (await names()).map((text) => Number(/^\d+/.exec(text)![0]));
    const { edge, colourEdge, grating, blob, noise, dead } = counts;
    expect(found).toEqual([edge, colourEdge, grating, blob, noise, dead]);
    expect((await headings())[0]).toContain(`${32 - noise - dead} of 32`);
  });

  it('sorts anew as the slider moves, and nothing jumps', async () => {
    await open(lab);
    const before = { headings: await headings(), height: await height() };
    const slider = figure.getByLabel('Share that a kernel must explain', { exact: true });
    for (const value of ['95', '20', '75']) {
      await slider.fill(value);
      expect(await height()).toBe(before.height);
    }
    expect(await headings()).not.toEqual(before.headings);
    await expect.poll(() => tests.page.url()).toContain('census.least=75');
    await figure.getByLabel('Reset Share').click();
    expect(await headings()).toEqual(before.headings);
  });

  it('tells of a filter that is pointed at, with the keyboard as well', async () => {
    await open(lab);
    const tiles = figure.locator('.wall').first().locator('[role=option]');
    const first = /filter \d+/.exec((await tiles.first().getAttribute('aria-label'))!)![0];
    const initial = await note();
    await tiles.first().focus();
    expect((await note()).toLowerCase()).toContain(first);
    await tests.page.keyboard.press('ArrowDown');
    const below = await note();
    expect(below).not.toContain(`${first}:`);
    await tests.page.keyboard.press('Enter');
    await figure.locator('input[type=range]').focus();
    expect(await note()).toBe(below);
    expect(initial).toMatch(/^Filter \d+: .*explains \d+ percent/s);
  });

  it('marks the filters of a petal', async () => {
    await open(lab);
    await figure.locator('.petal').first().hover();
    const marked = figure.locator('.wall').first().locator('.tile.marked');
    await expect.poll(() => marked.count()).toBeGreaterThan(0);
  });

  it('shows another network, grey ones without colours', async () => {
    await open('?model=mnistcnn');
    await expect.poll(async () => (await headings())[0], patient).toContain('of 32');
    expect(await figure.getByText('One channel, and so no colours.').count()).toBe(2);
    expect((await names()).some((text) => text.includes('two colours'))).toBe(false);
  });
});
