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
  readonly backend: string;
}

/** What may move by itself, in shares of the window: a glyph when its font arrives, no more. */
const steady = 0.005;
/** Pixels by which a figure may grow or shrink when it comes to life. */
const sameHeight = 1;

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
  { path, query = '', backend }: Visit,
) {
  complaints.length = 0;
  await page.goto(`${site.address}${path}${query}`, { waitUntil: 'load' });
  for (const id of await liveFigures(page)) {
    const figure = figureOf(page, id);
    const still = await figure.boundingBox();
    await untilLive(page, id);
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
  expect(await seriousViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
}

/** What a figure shows: its markup and the pixels of its canvases. */
export function appearance(figure: Locator): Promise<string> {
  return figure.locator('.stage').evaluate((stage) => {
    const canvases = [...stage.querySelectorAll('canvas')];
    return stage.innerHTML + canvases.map((canvas) => canvas.toDataURL()).join();
  });
}

/** Does something to a figure and waits until it shows something else, live. */
export async function changes(figure: Locator, act: () => Promise<unknown>): Promise<void> {
  const before = await appearance(figure);
  await act();
  await expect.poll(() => appearance(figure), { timeout: 60_000 }).not.toBe(before);
  await expect.poll(() => figure.getAttribute('data-state'), { timeout: 60_000 }).toBe('live');
}
