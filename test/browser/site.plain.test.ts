/** Every page in a browser without WebGPU, and what a reader does there. */
import { describe, expect, it } from 'vitest';
import { testsOfFigures } from '../support/figurePage.ts';
import { readGolden } from '../support/goldens.ts';
import { readersText } from '../support/readersFiles.ts';
import { sitePages } from '../support/site.ts';
import { appearance, changes, visit } from '../support/visit.ts';

const tests = testsOfFigures();

describe('without WebGPU', () => {
  // The page of all figures has nothing that the others do not have, and is looked at when it is narrow.
  it.each(sitePages().filter((path) => path !== 'figures/'))('/%s', async (path) => {
    await visit(tests, tests.site, { path, backend: 'wasm' });
  });
});

describe('the picture picker', () => {
  it('moves on with the arrow keys', async () => {
    const figure = await tests.open('saliency');
    await figure.locator('.picture-picker input:checked').focus();
    await changes(figure, () => tests.page.keyboard.press('ArrowRight'));
  });

  /** The first bytes of a PNG file: signature and a header that claims 8000 by 6000 pixels. */
  function enormousPng(): Buffer {
    const header = Buffer.alloc(33);
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(header);
    header.writeUInt32BE(8000, 16);
    header.writeUInt32BE(6000, 20);
    Buffer.from('0802000000', 'hex').copy(header, 24);
    return header;
  }

  it.each([
    { ...readersText.file, sentence: readersText.sentence },
    {
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('89504e470d0a1a0a', 'hex'),
      sentence: 'broken.png is not a picture that this browser can decode.',
    },
    {
      name: 'drawing.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      sentence: 'drawing.svg is an SVG drawing; please choose a bitmap such as PNG, JPEG or WebP.',
    },
    {
      name: 'enormous.png',
      mimeType: 'image/png',
      buffer: enormousPng(),
      sentence: 'enormous.png has 48 megapixels; please choose one of at most 40.',
    },
  ])('refuses $name in one sentence and keeps what it shows', async ({ sentence, ...file }) => {
    tests.complaints.length = 0;
    const figure = await tests.open('saliency');
    const before = await appearance(figure);
    await figure.locator('input[type=file]').setInputFiles(file);
    const note = figure.locator('[role=alert]');
    await note.waitFor();
    expect(await note.innerText()).toContain(sentence);
    expect(await figure.getAttribute('data-state')).toBe('live');
    expect(await appearance(figure)).toBe(before);
    expect(tests.complaints).toEqual([]);
  });
});

describe('the backend badge', () => {
  it('moves to another backend in the middle of a request', async () => {
    tests.complaints.length = 0;
    const figure = await tests.open('saliency');
    const other = figure.locator('.picture-picker input[type=radio]:not(:checked)').nth(6);
    await other.check({ force: true });
    await figure.getByRole('button', { name: /runs on/ }).click();
    await figure.getByRole('button', { name: /plain JavaScript/ }).click();
    await tests.page.locator('[data-live][data-state=live][data-backend=cpu]').waitFor();
    expect(await figure.locator('[role=alert]').count()).toBe(0);
    expect(await tests.page.evaluate(() => location.search)).toContain('backend=cpu');
    expect(tests.complaints).toEqual([]);
  });
});

describe('the numbers of the page', () => {
  it.each(['horse', 'chelsea'])("the logit of %s is PyTorch's", async (input) => {
    const golden = await readGolden({ model: 'smallcnn-cifar10', input });
    const figure = await tests.open('saliency', `?picture=${input}&class=${golden.class}`);
    const text = await figure.locator('[data-number=logit]').innerText();
    const shown = Number(/-?\d+\.?\d*/.exec(text.replace('−', '-'))![0]);
    expect(shown).toBeCloseTo(golden.logits.data[golden.class]!, 2);
  });
});
