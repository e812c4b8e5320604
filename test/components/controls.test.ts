import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { benchPage } from './benchPage.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let page: Page;
let html: string;
let complaints: string[];

beforeAll(async () => {
  html = await benchPage();
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  complaints = [];
  page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.setContent(html);
  await page.getByRole('heading', { name: 'Controls' }).waitFor();
});
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
});

/** What the controls reported last. */
async function reported(count = 1): Promise<string[]> {
  const log = await page.locator('#log').textContent();
  return (log ?? '').split('\n').slice(-count);
}

const goLive = () => page.getByRole('switch', { name: 'Live' }).click();

describe('RasterView', () => {
  test('keeps its place when pixels replace the still', async () => {
    const box = () => page.locator('#raster .raster-view').boundingBox();
    await expect
      .poll(() => page.locator('#raster img').evaluate((img: HTMLImageElement) => img.naturalWidth))
      .toBe(64);
    const before = await box();
    await goLive();
    await page.locator('#raster canvas').waitFor();
    expect(await box()).toEqual(before);
  });

  test('draws the pixels it is given', async () => {
    await goLive();
    const first = await page
      .locator('#raster canvas')
      .evaluate((canvas: HTMLCanvasElement) => [
        ...canvas.getContext('2d')!.getImageData(0, 0, 1, 1).data,
      ]);
    expect(first).toEqual([0x44, 0x01, 0x54, 255]);
  });

  test('reports the pixel chosen by pointer and by keyboard', async () => {
    const picker = page.getByRole('button', { name: /^A ramp/ });
    const { width, height } = (await picker.boundingBox())!;
    await picker.click({ position: { x: (width * 6.5) / 8, y: (height * 1.5) / 8 } });
    expect(await reported()).toEqual(['pick {"x":6,"y":1}']);
    await page.mouse.move(0, 0);
    await picker.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await reported()).toEqual(['pick {"x":3,"y":3}']);
  });
});

describe('TileGrid', () => {
  test('covers the place of its still', async () => {
    const box = () => page.locator('#tiles > :first-child').boundingBox();
    const before = (await box())!;
    await goLive();
    await page.locator('#tiles canvas').first().waitFor();
    const after = (await box())!;
    expect(after.width).toBe(before.width);
    expect(Math.abs(after.height - before.height)).toBeLessThan(1.5);
  });

  test('moves by arrows in two directions and selects by Enter and Space', async () => {
    await goLive();
    const tile = (index: number) =>
      page.getByRole('option', { name: `filter ${index}`, exact: true });
    expect(
      await page.locator('#tiles [role=option][tabindex="0"]').getAttribute('aria-label'),
    ).toBe('filter 9');
    await tile(9).focus();
    for (const [key, expected] of [
      ['ArrowDown', 17],
      ['ArrowRight', 18],
      ['ArrowUp', 10],
      ['End', 15],
      ['Home', 8],
    ] as const) {
      await page.keyboard.press(key);
      expect(await tile(expected).evaluate((element) => element === document.activeElement)).toBe(
        true,
      );
      expect(await reported()).toEqual([`hover ${expected}`]);
    }
    await page.keyboard.press('Enter');
    expect(await reported()).toEqual(['tile 8']);
    expect(await tile(8).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press(' ');
    expect(await reported()).toEqual(['tile 0']);
    await page.keyboard.press('Tab');
    expect(await reported()).toEqual(['hover null']);
  });

  test('reports what the pointer is on', async () => {
    await goLive();
    await page.getByRole('option', { name: 'filter 20' }).hover();
    expect(await reported()).toEqual(['hover 20']);
    await page.mouse.move(2, 2);
    expect(await reported()).toEqual(['hover null']);
  });
});

describe('fields', () => {
  test('the slider says its value with its unit and can be reset', async () => {
    const slider = page.getByRole('slider', { name: 'Opacity' });
    const reset = page.getByRole('button', { name: 'Reset Opacity' });
    expect(await reset.isVisible()).toBe(false);
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    expect(await reported()).toEqual(['alpha 0.55']);
    expect(await slider.getAttribute('aria-valuetext')).toBe('55 %');
    await reset.click();
    expect(await reported()).toEqual(['alpha 0.5']);
    expect(await slider.inputValue()).toBe('0.5');
    // The button that was pressed is gone; the focus goes on to what it changed.
    expect(await slider.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('segments are radio buttons', async () => {
    await page.getByRole('radio', { name: 'maximum' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await reported()).toEqual(['reduction "l2"']);
    expect(await page.getByRole('radio', { name: 'sum' }).isDisabled()).toBe(true);
  });

  test('selects keep the type of their values', async () => {
    await page.getByLabel('Layer').selectOption('features.0');
    await page.getByLabel('Class explained').selectOption({ label: 'cat, 18.3 %' });
    expect(await reported(2)).toEqual(['layer "features.0"', 'class 3']);
    await page.getByLabel('Class explained').selectOption({ label: 'predicted: dog, 71.0 %' });
    expect(await reported()).toEqual(['class "predicted"']);
  });

  test('a bar chooses its class', async () => {
    const cat = page.locator('#bars').getByRole('button', { name: /cat/ });
    await cat.click();
    expect(await reported()).toEqual(['target 3']);
    expect(await cat.getAttribute('aria-pressed')).toBe('true');
  });
});

describe('PicturePicker', () => {
  test('chooses a picture by keyboard', async () => {
    await page.getByRole('radio', { name: /^cat:/ }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await reported()).toEqual(['picture "deer"']);
  });

  test('takes a file that is chosen, dropped or pasted, and says what was wrong with it', async () => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'your own picture' }).click(),
    ]);
    await chooser.setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
    await expect.poll(() => reported()).toEqual(['file "text/plain"']);
    expect(await page.getByText('This file is no picture').isVisible()).toBe(true);

    const picker = page.locator('.picture-picker');
    await picker.hover();
    await picker.evaluate((element) => {
      const data = new DataTransfer();
      data.items.add(new File(['b'], 'b.png', { type: 'image/png' }));
      element.dispatchEvent(
        new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer: data }),
      );
      element.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }),
      );
      const pasted = new DataTransfer();
      pasted.items.add(new File(['c'], 'c.webp', { type: 'image/webp' }));
      element.dispatchEvent(
        new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: pasted }),
      );
    });
    expect(await reported(2)).toEqual(['file "image/png"', 'file "image/webp"']);
  });
});

describe('popovers', () => {
  test('the figure menu works as menus do', async () => {
    const button = page.getByRole('button', { name: /^Figure 19.6.3/ });
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await button.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe('Picture (PNG)');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('Code');
    await page.keyboard.press('d');
    expect(await focused()).toBe('Drawing (SVG)');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('menu').isVisible()).toBe(false);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Picture (PNG)');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    expect(await reported()).toEqual(['menu "Code"']);
    expect(await page.getByRole('menu').isVisible()).toBe(false);
  });

  test('the backend badge says why and switches', async () => {
    await page.getByRole('button', { name: 'runs on WebAssembly' }).click();
    expect(await page.getByText('WebGPU has only a software adapter here').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: /^WebGL no WebGL 2/ }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: /^plain JavaScript/ }).click();
    expect(await reported()).toEqual(['backend "cpu"']);
    expect(await page.getByRole('button', { name: 'runs on plain JavaScript' }).isVisible()).toBe(
      true,
    );
  });
});

describe('the whole page', () => {
  test('a progress bar waits 200 ms, says what it waits for and can be cancelled', async () => {
    const bar = page.getByRole('progressbar', { name: /Loading the network/ });
    await bar.waitFor();
    expect(await bar.getAttribute('aria-valuenow')).toBe('36');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await reported()).toEqual(['cancel 1']);
  });

  test.each(['light', 'dark'] as const)(
    'passes axe in %s, stills and live, at 360 px',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 360, height: 900 });
      await page.getByRole('progressbar').first().waitFor();
      await page.addScriptTag({ content: axe });
      for (let round = 0; round < 2; round++) {
        const violations = await page.evaluate(async () => {
          const { violations: found } = await (
            window as unknown as { axe: typeof import('axe-core') }
          ).axe.run();
          return found.map(
            (violation) =>
              `${violation.id}: ${violation.nodes.map((node) => node.target).join(', ')}`,
          );
        });
        expect(violations).toEqual([]);
        await goLive();
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    },
  );
});
