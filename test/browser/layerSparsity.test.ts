/** The chart of zeros in a browser, beside the feature maps that it leads to. */
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';
import { figureOf, untilLive } from '../support/site.ts';
import { changes } from '../support/visit.ts';

const tests = testsOf('layer-sparsity');
const { open } = tests;

describe('the chart of zeros', () => {
  it('has a row for each ReLU of ResNet-18, with a band and a share that is told', async () => {
    const figure = await open();
    const rows = await figure
      .getByRole('radiogroup', { name: /^Share of activations/ })
      .getByRole('radio')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!));
    expect(rows.map((text) => text.split(',')[0])).toEqual([
      'relu',
      ...[1, 2, 3, 4].flatMap((layer) => [`layer${layer}.0`, `layer${layer}.1`]),
    ]);
    for (const text of rows) {
      const [share, low, high] = [...text.matchAll(/(\d+)\s%/g)].map((found) => Number(found[1]));
      expect(low).toBeLessThanOrEqual(high!);
      // The page's first picture is one of those surveyed; percents are rounded.
      expect(share).toBeGreaterThanOrEqual(low!);
      expect(share).toBeLessThanOrEqual(high!);
    }
    expect(tests.complaints).toEqual([]);
  });

  it('leads the feature maps to the row chosen', async () => {
    const figure = await open();
    await untilLive(tests.page, 'feature-maps');
    const maps = figureOf(tests.page, 'feature-maps');
    await changes(maps, () =>
      figure.getByRole('radio', { name: /^layer3\.0,/ }).check({ force: true }),
    );
    expect(await maps.innerText()).toContain('layer3.0');
    await expect
      .poll(() => tests.page.evaluate(() => location.search))
      .toContain('maps.layer=layer3.0');
  });

  it('shows another network with its own survey', async () => {
    const figure = await open('?model=smallcnn-cifar10');
    const band = figure.locator('path.range');
    expect(await figure.locator('.chart').getByRole('radio').count()).toBe(6);
    expect(await band.getAttribute('d')).toMatch(/^M[\d.]+,0\.5L/);
  });

  it('has no band for a network that was not surveyed', async () => {
    const figure = await open('?model=smallcnn-cifar10@untrained');
    expect(await figure.locator('.chart').getByRole('radio').count()).toBe(6);
    expect(await figure.locator('path.range').getAttribute('d')).toBe('');
    expect(await figure.locator('path.line').getAttribute('d')).toMatch(/^M[\d.]+,0\.5L/);
  });
});
