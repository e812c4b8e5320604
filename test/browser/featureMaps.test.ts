/** The figure of feature maps in a browser: the diagram, the wall, pins, two pictures, a slow line. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';
import { startSlowServer, type SlowServer } from '../support/slowServer.ts';
import { figureOf, openWatched, untilLive } from '../support/site.ts';
import { changes } from '../support/visit.ts';

const id = 'feature-maps';
const tests = testsOf(id);

const moduleOf = (figure: Locator, name: string) => figure.locator(`[data-module="${name}"]`);
const wallOf = (figure: Locator) => figure.getByRole('listbox', { name: /^Feature maps of/ });
const focusedText = () =>
  tests.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
const shownLayer = (figure: Locator) => figure.getAttribute('data-layer');

describe('the diagram of the network', () => {
  it('chooses the layer that is clicked, and shows its maps', async () => {
    const figure = await tests.open();
    expect(await shownLayer(figure)).toBe('layer2');
    expect(await figure.innerText()).toContain('128 maps of 28×28');
    await changes(figure, () => moduleOf(figure, 'layer1.0.conv1').click());
    expect(await shownLayer(figure)).toBe('layer1.0.conv1');
    expect(await figure.innerText()).toContain('64 maps of 56×56');
    await expect
      .poll(() => tests.page.evaluate(() => location.search))
      .toBe('?maps.layer=layer1.0.conv1');
    expect(tests.complaints).toEqual([]);
  });

  it('is one stop of the keyboard, with arrow keys along the network and around its blocks', async () => {
    const figure = await tests.open();
    const stops = figure.locator('.diagram [tabindex="0"]');
    expect(await stops.count()).toBe(1);
    await stops.focus();
    expect(await focusedText()).toBe('layer2, Sequential, 128×28×28, 525,568 parameters');
    for (const [key, module] of [
      ['Home', 'conv1, Conv2d, 64×112×112, 9,408 parameters'],
      ['ArrowRight', 'bn1, BatchNorm2d, 64×112×112, 128 parameters'],
      ['End', 'fc, Linear, 11, 5,643 parameters'],
      ['ArrowLeft', 'avgpool, AdaptiveAvgPool2d, 512×1×1, no parameters'],
    ] as const) {
      await tests.page.keyboard.press(key);
      expect(await focusedText()).toBe(module);
    }
    await moduleOf(figure, 'layer2.0.bn2').focus();
    await tests.page.keyboard.press('ArrowUp');
    expect(await focusedText()).toBe(
      'layer2.0.downsample.0, conv, Conv2d, 128×28×28, 8,192 parameters',
    );
    await changes(figure, () => tests.page.keyboard.press('Enter'));
    expect(await shownLayer(figure)).toBe('layer2.0.downsample.0');
  });

  it('says what the pointer is on', async () => {
    const figure = await tests.open();
    await moduleOf(figure, 'layer3.0.conv1').hover();
    const facts = await figure.locator('.diagram .facts').innerText();
    expect(facts.split(/\s{2,}|\n/)).toEqual([
      'layer3.0.conv1',
      'Conv2d 3×3, stride 2',
      '256×14×14',
      '294,912 parameters',
    ]);
  });

  it('has targets of at least 24 pixels, and of 44 for fingers', async () => {
    const smallest = async (on: Page) => {
      const sizes = await on.locator('.diagram [role=option]').evaluateAll((all) =>
        all.map((one) => {
          const { width, height } = one.getBoundingClientRect();
          return Math.min(width, height);
        }),
      );
      return Math.min(...sizes);
    };
    await tests.open();
    expect(await smallest(tests.page)).toBeGreaterThanOrEqual(24);
    const phone = await openWatched(tests.browser, tests.site, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    await phone.page.goto(`${tests.site.address}${id}/?maps.layer=layer4`);
    await untilLive(phone.page, id);
    expect(await smallest(phone.page)).toBeGreaterThanOrEqual(44);
    // The diagram is wider than the phone; what is chosen has been scrolled to.
    const chosen = await moduleOf(figureOf(phone.page, id), 'layer4').boundingBox();
    expect(chosen!.x).toBeGreaterThanOrEqual(0);
    expect(chosen!.x + chosen!.width).toBeLessThanOrEqual(360);
    await phone.page.context().close();
  });

  it('shows SmallCNN, and falls back where a link names a layer of another network', async () => {
    const figure = await tests.open('?model=smallcnn-cifar10&maps.layer=layer4.1.conv2');
    expect(await shownLayer(figure)).toBe('features.1');
    expect(await figure.locator('.diagram [role=option]').count()).toBe(27);
    await changes(figure, () => moduleOf(figure, 'features.5').click());
    expect(await figure.innerText()).toContain('128 maps of 4×4');
    const other = await tests.open('?maps.layer=features.5');
    expect(await shownLayer(other)).toBe('layer2');
  });
});

describe('the wall of maps', () => {
  it('lays the map under the pointer over the picture, and draws no tile anew for it', async () => {
    const figure = await tests.open();
    await tests.page.evaluate(() => {
      const draw = CanvasRenderingContext2D.prototype.drawImage;
      Object.assign(window, { drawn: 0 });
      CanvasRenderingContext2D.prototype.drawImage = function (...given: never[]) {
        (window as unknown as { drawn: number }).drawn++;
        return Reflect.apply(draw, this, given) as void;
      };
    });
    const wall = wallOf(figure);
    await changes(figure, () => wall.hover({ position: { x: 12, y: 12 } }));
    expect(await figure.locator('.channel strong').innerText()).toBe('Channel 0');
    expect(await tests.page.evaluate(() => (window as unknown as { drawn: number }).drawn)).toBe(0);
    await wall.click({ position: { x: 12, y: 12 } });
    await figure.getByText('Opacity', { exact: true }).hover();
    expect(await figure.locator('.channel strong').innerText()).toBe('Channel 0');
  });

  it('is one stop of the keyboard, and tells each tile', async () => {
    const figure = await tests.open('?maps.channel=5');
    const wall = wallOf(figure);
    await wall.focus();
    const active = figure.locator('.wall [role=option]');
    expect(await active.getAttribute('aria-label')).toMatch(/^channel 5, largest value/);
    expect(await active.getAttribute('aria-setsize')).toBe('128');
    await tests.page.keyboard.press('ArrowDown');
    // Twelve in a row.
    expect(await active.getAttribute('aria-label')).toMatch(/^channel 17,/);
    expect(await active.getAttribute('aria-posinset')).toBe('18');
    await tests.page.keyboard.press('Control+End');
    await tests.page.keyboard.press('Enter');
    expect(await figure.getByLabel('Go to channel').inputValue()).toBe('127');
  });

  it('goes to a channel by its number, also one that has to be scrolled to', async () => {
    const figure = await tests.open('?maps.layer=layer4');
    const wall = wallOf(figure);
    expect(await wall.evaluate((box) => box.scrollHeight > box.clientHeight)).toBe(true);
    await figure.getByLabel('Go to channel').fill('511');
    await expect.poll(() => wall.evaluate((box) => box.scrollTop)).toBeGreaterThan(20);
    expect(await figure.locator('.channel strong').innerText()).toBe('Channel 511');
    const beyond = await wall.evaluate((box) => {
      const mark = box.querySelector('.selected')!.getBoundingClientRect();
      return mark.bottom - box.getBoundingClientRect().bottom;
    });
    expect(beyond).toBeLessThanOrEqual(1);
    await figure.getByLabel('Go to channel').fill('512');
    expect(await figure.locator('.channel strong').innerText()).toBe('Channel 511');
  });

  it('sorts without moving the choice', async () => {
    const figure = await tests.open('?maps.channel=5');
    const place = () =>
      figure.locator('.wall [role=option]').getAttribute('aria-posinset').then(Number);
    expect(await place()).toBe(6);
    await changes(figure, () =>
      figure.getByRole('radio', { name: 'largest value' }).check({ force: true }),
    );
    expect(await figure.locator('.channel strong').innerText()).toBe('Channel 5');
    expect(await place()).not.toBe(6);
  });
});

describe('pinned channels', () => {
  it('stay when the layer and the picture change, where the layer has them', async () => {
    const figure = await tests.open('?maps.channel=100');
    await figure.getByRole('button', { name: 'pin', exact: true }).click();
    const tray = figure.locator('.tray');
    const pin = tray.getByRole('button', { name: /^channel 100, largest value/ });
    const before = await pin.getAttribute('aria-label');
    const other = figure.locator('.picture-picker input[type=radio]:not(:checked)').nth(3);
    await changes(figure, () => other.check({ force: true }));
    expect(await pin.getAttribute('aria-label')).not.toBe(before);
    await changes(figure, () => moduleOf(figure, 'layer1').click());
    expect(await tray.innerText()).toContain('not in this layer');
    await changes(figure, () => moduleOf(figure, 'layer3').click());
    await pin.click();
    expect(await figure.locator('.channel strong').innerText()).toBe('Channel 100');
    await expect.poll(() => tests.page.evaluate(() => location.search)).toContain('maps.pins=100');
    await tray.getByRole('button', { name: 'Unpin channel 100' }).click();
    expect(await tray.count()).toBe(0);
    expect(tests.complaints).toEqual([]);
  });
});

describe('two pictures', () => {
  it('are compared channel by channel, on one scale, with the difference of the means', async () => {
    const figure = await tests.open();
    await changes(figure, () => figure.getByRole('switch').check());
    await changes(figure, () =>
      figure
        .getByRole('group', { name: 'Second picture' })
        .locator('input[type=radio]:not(:checked)')
        .nth(5)
        .check({ force: true }),
    );
    expect(await figure.locator('.overlays canvas').count()).toBe(2);
    const cells = async (row: string) =>
      (await figure.locator('tr', { hasText: row }).locator('td').allInnerTexts()).map((text) =>
        Number(text.replace('−', '-')),
      );
    const [first, second] = await cells('mean');
    const [difference] = await cells('difference of the means');
    // Each is rounded to three digits.
    expect(difference).toBeCloseTo(second! - first!, 1);
    await changes(figure, () => figure.getByLabel('difference of means').check({ force: true }));
    await changes(figure, () => figure.getByRole('switch').uncheck());
    expect(await figure.locator('.overlays canvas').count()).toBe(1);
    expect(tests.complaints).toEqual([]);
  });
});

describe('on a slow line', () => {
  let slow: SlowServer;
  beforeAll(async () => {
    slow = await startSlowServer(tests.site.address, 800_000);
  });
  afterAll(() => slow?.close());

  /** Every layer shown from now on, and what is said meanwhile. */
  const watchLayers = (on: Page) =>
    on.evaluate(() => {
      const figure = document.querySelector<HTMLElement>('[data-live="feature-maps"]')!;
      const seen: string[] = [];
      const said = new Set<string>();
      Object.assign(window, { seen, said });
      const look = () => {
        if (figure.dataset['state'] === 'still' || !figure.dataset['layer']) return;
        if (seen.at(-1) !== figure.dataset['layer']) seen.push(figure.dataset['layer']);
        for (const text of figure.querySelectorAll('[role=status], [role=progressbar] + .text'))
          said.add(text.textContent.trim());
      };
      look();
      new MutationObserver(look).observe(figure, {
        attributes: true,
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
  const seen = (on: Page) =>
    on.evaluate(() => ({
      layers: (window as unknown as { seen: string[] }).seen,
      said: [...(window as unknown as { said: Set<string> }).said],
    }));

  it('a deep layer is preceded by the ones before it, and a change of mind stops its download', async () => {
    const watched = await openWatched(tests.browser, { ...tests.site, address: slow.address });
    const slowPage = watched.page;
    await slowPage.goto(`${slow.address}${id}/?maps.layer=layer4`, { waitUntil: 'commit' });
    const figure = figureOf(slowPage, id);
    await figure.waitFor();
    await watchLayers(slowPage);
    await figure.scrollIntoViewIfNeeded();
    await expect.poll(() => shownLayer(figure), { timeout: 60_000 }).toBe('layer3');
    expect(await figure.getAttribute('data-wanted-layer')).toBe('layer4');
    expect(await figure.getAttribute('data-state')).toBe('working');
    const early = await seen(slowPage);
    // The still shows layer2.
    expect(early.layers).toEqual(['layer2', 'layer1', 'layer2', 'layer3']);
    expect(early.said).toContain('layer2 is shown while the weights of layer4 arrive.');
    expect(early.said.some((text) => /^Loading weights: \d+\.\d of 22\.\d MB$/.test(text))).toBe(
      true,
    );
    const before = slow.givenUp;
    await moduleOf(figure, 'layer1').click();
    await expect.poll(() => figure.getAttribute('data-state'), { timeout: 60_000 }).toBe('live');
    expect(await shownLayer(figure)).toBe('layer1');
    expect(slow.givenUp).toBe(before + 1);
    const { sent } = slow;
    await slowPage.waitForTimeout(500);
    expect(slow.sent - sent).toBeLessThan(200_000);
    slow.bytesPerSecond = 50_000_000;
    await moduleOf(figure, 'layer4').click();
    await expect.poll(() => shownLayer(figure), { timeout: 60_000 }).toBe('layer4');
    await slowPage.context().close();
  });
});
