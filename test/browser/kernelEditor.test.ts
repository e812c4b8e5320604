/** The kernel editor in a browser: painting by pointer, finger and keyboard, and a twin in the network. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';
import { changes } from '../support/visit.ts';

const tests = testsOf('kernel-editor', { hasTouch: true });
const { open } = tests;

/** Cells that are not 0, as they are read out. */
const painted = (figure: Locator) =>
  figure
    .locator('[role=gridcell]')
    .evaluateAll((all) =>
      all
        .map((cell) => cell.getAttribute('aria-label')!)
        .filter((text) => !text.endsWith(': 0.00')),
    );

const search = () => tests.page.evaluate(() => location.search);
const start = (figure: Locator, kind: string) =>
  figure.locator(`input[value="${kind}"]`).check({ force: true });

/** Middle of a cell in the window, after its row and column from 1. */
async function middle(figure: Locator, row: number, column: number) {
  await figure.locator('[role=grid]').scrollIntoViewIfNeeded();
  const cell = figure.getByRole('gridcell', { name: `row ${row}, column ${column}:` });
  const { x, y, width, height } = (await cell.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

async function dragOver(figure: Locator, from: [number, number], to: [number, number]) {
  const [begin, end] = [await middle(figure, ...from), await middle(figure, ...to)];
  await tests.page.mouse.move(begin.x, begin.y);
  await tests.page.mouse.down();
  await tests.page.mouse.move(end.x, end.y, { steps: 3 });
  await tests.page.mouse.up();
}

describe('the kernel editor', () => {
  it('paints an edge and finds filters like it, none of which it was before', async () => {
    const figure = await open();
    await start(figure, 'blank');
    expect(await painted(figure)).toEqual([]);
    await changes(figure, () => dragOver(figure, [1, 3], [7, 3]));
    await figure.getByLabel('negative weights').check({ force: true });
    await changes(figure, () => dragOver(figure, [1, 5], [7, 5]));
    const cells = await painted(figure);
    expect(cells).toHaveLength(14);
    expect(cells[0]).toBe('row 1, column 3: 1.00');
    expect(cells[1]).toBe('row 1, column 5: −1.00');
    const similarities = await figure.locator('[data-number=similarity]').allInnerTexts();
    const sizes = similarities.map((text) => Number(text.replace('−', '')));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes[0]).toBeGreaterThan(sizes.at(-1)!);
    expect(sizes[0]).toBeLessThan(1);
    expect(tests.complaints).toEqual([]);
  });

  it('takes a learned filter into the editor, lets it be changed, and takes that back', async () => {
    const figure = await open();
    const nearest = figure.locator('ol button').first();
    const name = (await nearest.innerText()).match(/filter \d+/)![0];
    await changes(figure, () => nearest.click());
    const first = figure.locator('ol button').first();
    expect(await first.innerText()).toContain('1.00');
    expect(await first.innerText()).toContain(name);
    const learned = await painted(figure);
    const at = await middle(figure, 4, 4);
    await changes(figure, () => tests.page.mouse.click(at.x, at.y));
    expect(await painted(figure)).not.toEqual(learned);
    await changes(figure, () => figure.getByRole('button', { name: 'undo' }).click());
    expect(await painted(figure)).toEqual(learned);
  });

  it("keeps a learned filter's part in one colour, and gives that another colour", async () => {
    const figure = await open();
    await changes(figure, () => figure.locator('ol button').first().click());
    await figure.getByLabel('red–green').check({ force: true });
    await changes(figure, () => figure.getByRole('button', { name: /^keep only/ }).click());
    for (const text of await painted(figure)) {
      const [red, green, blue] = [...text.matchAll(/(−?)(\d\.\d\d)/g)].map(
        ([, minus, size]) => (minus ? -1 : 1) * Number(size),
      );
      expect([green, blue]).toEqual([-red!, 0]);
    }
    await figure.getByLabel('grey', { exact: true }).check({ force: true });
    await changes(figure, () => figure.getByRole('button', { name: /^recolour/ }).click());
    for (const text of await painted(figure)) expect(text).toMatch(/: −?\d\.\d\d$/);
    await changes(figure, () => figure.getByRole('button', { name: 'make it sum to 0' }).click());
    expect(await figure.locator('.readout').innerText()).toContain('blind to flat regions');
  });

  it('is painted by keys', async () => {
    const figure = await open();
    await start(figure, 'blank');
    await figure.locator('[role=gridcell][tabindex="0"]').focus();
    for (const key of [
      'ArrowDown',
      'ArrowRight',
      '7',
      'ArrowRight',
      '-',
      '-',
      'ArrowDown',
      'Enter',
    ])
      await tests.page.keyboard.press(key);
    expect(await painted(figure)).toEqual([
      'row 2, column 2: 0.70',
      'row 2, column 3: −0.20',
      'row 3, column 3: 1.00',
    ]);
    await tests.page.keyboard.press('Delete');
    expect(await painted(figure)).toHaveLength(2);
  });

  it('is painted by a finger, and the page stays where it is', async () => {
    const figure = await open();
    await start(figure, 'blank');
    const [top, bottom] = [await middle(figure, 1, 2), await middle(figure, 7, 2)];
    const before = await tests.page.evaluate(() => scrollY);
    const session = await tests.page.context().newCDPSession(tests.page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: y === undefined ? [] : [{ x: top.x, y }],
      });
    await touch('touchStart', top.y);
    for (const share of [0.25, 0.5, 0.75, 1])
      await touch('touchMove', top.y + share * (bottom.y - top.y));
    await touch('touchEnd');
    await expect.poll(() => painted(figure)).toHaveLength(7);
    expect(await tests.page.evaluate(() => scrollY)).toBe(before);
  });

  it('turns by its rim, and says so in the address', async () => {
    const figure = await open('?kernel.start=sobel');
    const grid = (await figure.locator('[role=grid]').boundingBox())!;
    const above = grid.y - 12;
    await tests.page.mouse.move(grid.x + grid.width / 2, above);
    await tests.page.mouse.down();
    await changes(figure, () => tests.page.mouse.move(grid.x - 12, above, { steps: 4 }));
    await tests.page.mouse.up();
    expect(await figure.getByLabel('Orientation', { exact: true }).inputValue()).toBe('135');
    await expect.poll(search).toContain('kernel.angle=135');
  });

  it('opens as it was linked to, at the other side against the other network', async () => {
    const figure = await open(
      '?kernel.size=3&kernel.start=blank&kernel.cells=MmSWAGTIMmSW&kernel.angle=90',
    );
    expect(await painted(figure)).toEqual([
      'row 1, column 1: 0.50',
      'row 1, column 2: 1.00',
      'row 1, column 3: 0.50',
      'row 3, column 1: −0.50',
      'row 3, column 2: −1.00',
      'row 3, column 3: −0.50',
    ]);
    expect(await figure.innerText()).toContain('32 filters of SmallCNN');
    await changes(figure, () => figure.getByLabel('7×7').check({ force: true }));
    expect(await figure.innerText()).toContain('64 filters of ResNet-18');
    expect(await painted(figure)).toHaveLength(6);
  });
});
