/** The PyTorch code of a figure, from its menu to the clipboard. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { testsOf } from '../support/figurePage.ts';

const tests = testsOf('grad-cam', { permissions: ['clipboard-read', 'clipboard-write'] });

async function openMenu(figure: Locator): Promise<Locator> {
  await figure.getByRole('button', { name: /save, link, code$/ }).click();
  await figure.getByRole('menuitem', { name: 'Copy link to this state' }).waitFor();
  return figure.getByRole('menuitem', { name: 'Copy as PyTorch' });
}

describe('the menu of Grad-CAM', () => {
  it('copies a script of the class, layer, picture and sum shown', async () => {
    const figure = await tests.open('?picture=dog&class=3&cam.layer=features.3&cam.channels=7');
    await (await openMenu(figure)).click();
    const told = figure.getByText(/^PyTorch code copied/);
    await told.waitFor();
    expect(await told.innerText()).toContain('agrees with this figure to 1e-4');
    const script = await tests.page.evaluate(() => navigator.clipboard.readText());
    expect(script).toContain('return model(x)[:, 3]  # cat');
    expect(script).toContain('heat = cam(x, "features.3")');
    expect(script).toContain('x = load("dog.webp")');
    expect(script).toContain('descending=True)[:7]');
    const addresses = script.match(/(?<=^# )http.*$/gm)!;
    expect(addresses.map((address) => address.slice(address.lastIndexOf('/')))).toEqual([
      '/model.safetensors',
      '/dog.webp',
    ]);
    for (const address of addresses) {
      const response = await tests.page.request.head(address);
      expect(response.status(), address).toBe(200);
    }
    expect(tests.complaints).toEqual([]);
  });

  it('has no script of a network whose weights are in no file', async () => {
    const figure = await tests.open('?model=smallcnn-cifar10@untrained');
    expect(await (await openMenu(figure)).count()).toBe(0);
  });
});
