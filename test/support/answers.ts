import { expect } from 'vitest';
import { readersPicture, readersText, withoutClass, withoutPicture } from './readersFiles.ts';
import { figureOf, liveFigures, type WatchedPage } from './site.ts';
import { appearance, often, overflow } from './visit.ts';

/**
 * Of a page that is open with all of its figures live: another picture, another class and the reader's
 * own picture, chosen in one figure, show in every figure that they concern; each refuses a bad file.
 */
export async function answers({ page, complaints }: WatchedPage, backend: string): Promise<void> {
  const ids = await liveFigures(page);
  const pictured = ids.filter((id) => !withoutPicture.includes(id));
  const classed = ids.filter((id) => !withoutClass.includes(id));
  const first = figureOf(page, pictured[0]!);
  const files = first.locator('input[type=file]');
  const others = first.locator('.picture-picker input[type=radio]:not(:checked)');

  /** Acts, then waits until the figures named show something else, and all are live. */
  const changing = async (affected: readonly string[], act: () => Promise<unknown>) => {
    const before = new Map<string, string>();
    for (const id of affected) before.set(id, await appearance(figureOf(page, id)));
    await act();
    for (const id of affected)
      await expect.poll(() => appearance(figureOf(page, id)), often).not.toBe(before.get(id));
    for (const id of ids) {
      await expect.poll(() => figureOf(page, id).getAttribute('data-state'), often).toBe('live');
      expect(await figureOf(page, id).getAttribute('data-backend'), id).toBe(backend);
    }
  };

  await changing(pictured, () => others.nth(4).check({ force: true }));
  if (classed.length > 0)
    await changing(classed, async () => {
      const figure = figureOf(page, classed[0]!);
      const bars = figure.locator('.prediction-bars button[aria-pressed=false]');
      if ((await bars.count()) > 0) return bars.nth(3).click();
      return figure.getByLabel('Class explained').selectOption({ index: 5 });
    });
  const own = await readersPicture();
  await changing(pictured, () => files.setInputFiles(own));

  for (const id of pictured) {
    const figure = figureOf(page, id);
    await figure.locator('input[type=file]').setInputFiles(readersText.file);
    const note = figure.locator('[role=alert]');
    await note.waitFor();
    expect(await note.innerText(), id).toContain(readersText.sentence);
    expect(await figure.getAttribute('data-state'), id).toBe('live');
  }
  expect(await overflow(page), 'pixels beyond the right edge').toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
}
