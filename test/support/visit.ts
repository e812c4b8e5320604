import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { seriousViolations } from './axe.ts';
import {
  figureOf,
  layoutShifts,
  liveFigures,
  untilLive,
  type Site,
  type WatchedPage,
} from './site.ts';

export interface Visit {
  readonly path: string;
  /** Appended to the address, `?backend=webgpu` for example. */
  readonly query?: string;
  /** The backend that every figure must report. */
  readonly backend: 'wasm' | 'webgpu';
  /** Called when the first of them is live, before any other is looked at. */
  readonly onFirstLive?: () => void;
}

/** What may move by itself, in shares of the window: a glyph when its font arrives, no more. */
const steady = 0.005;
/** Pixels by which a figure may grow or shrink when it comes to life. */
const sameHeight = 1;

/** How a test looks again and again, and for how long at the most; milliseconds. */
export const often = { timeout: 60_000, interval: 100 };

/** How much wider the page is than its window, in pixels. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/**
 * Opens a page and makes all of its figures live; then nothing may have complained, jumped or run
 * over the edge, and axe must find nothing serious.
 */
export async function visit(
  { page, complaints }: WatchedPage,
  site: Site,
  { path, query = '', backend, onFirstLive }: Visit,
) {
  complaints.length = 0;
  await page.goto(`${site.address}${path}${query}`, { waitUntil: 'load' });
  for (const [index, id] of (await liveFigures(page)).entries()) {
    const figure = figureOf(page, id);
    const still = await figure.boundingBox();
    await untilLive(page, id);
    if (index === 0) onFirstLive?.();
    expect(await figure.getAttribute('data-backend'), id).toBe(backend);
    const live = await figure.boundingBox();
    expect(Math.abs(live!.height - still!.height), `change of height of ${id}`).toBeLessThan(
      sameHeight,
    );
  }
  const shifts = await layoutShifts(page);
  const moved = shifts.reduce((sum, { value }) => sum + value, 0);
  expect(moved, JSON.stringify(shifts)).toBeLessThan(steady);
  expect(await overflow(page), 'pixels beyond the right edge').toBeLessThanOrEqual(0);
  // What axe looks at does not depend on what computes the figures.
  if (backend === 'wasm') expect(await seriousViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
}

/** What a figure shows: its markup, and the pixels of its canvases as a number each (FNV-1a). */
export function appearance(figure: Locator): Promise<string> {
  return figure.locator('.stage').evaluate((stage) => {
    const drawn = [...stage.querySelectorAll('canvas')].filter((one) => one.width * one.height > 0);
    const digests = drawn.map((canvas) => {
      const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Uint32Array(pixels.data.buffer).reduce(
        (hash, pixel) => Math.imul(hash ^ pixel, 0x01000193),
        0x811c9dc5 | 0,
      );
    });
    return stage.innerHTML + digests.join();
  });
}

/** Does something to a figure and waits until it shows something else, live. */
export async function changes(figure: Locator, act: () => Promise<unknown>): Promise<void> {
  const before = await appearance(figure);
  await act();
  await expect.poll(() => appearance(figure), often).not.toBe(before);
  await expect.poll(() => figure.getAttribute('data-state'), often).toBe('live');
}
