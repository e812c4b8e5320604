import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figures } from '../../src/components/figures/registry.ts';
import { stills } from '../../src/components/figures/stills.ts';
import { filesIn, root } from '../support/repository.ts';

const folder = join(root, 'src/components/figures');
const pages = join(root, 'src/content/chapter');
const text = (path: string) => readFileSync(path, 'utf8');

/** A figure takes `FigureProps`; other components of the folder are parts of figures. */
const components = filesIn(folder, '.svelte').filter((file) =>
  text(join(folder, file)).includes('FigureProps<'),
);

describe('every figure', () => {
  it('is registered, and nothing else is', () => {
    expect(figures.map(({ file }) => file).sort()).toEqual(components);
  });

  it('has a still', () => {
    expect(Object.keys(stills).sort()).toEqual(figures.map(({ id }) => id).sort());
  });

  it('has an id of its own', () => {
    expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
  });

  it.each(figures)('$id stands on its page, once', ({ id, page }) => {
    const places = text(join(pages, `${page}.mdx`)).split(`<Figure id="${id}"`).length - 1;
    expect(places).toBe(1);
  });

  it.each(figures)('$id is mounted when it is seen', ({ file }) => {
    const component = file.replace('.svelte', '');
    expect(text(join(folder, 'LiveFigure.astro'))).toContain(`<${component} client:visible`);
  });
});

describe('every page', () => {
  it.each(filesIn(pages, '.mdx'))('%s has a live figure', (file) => {
    expect(figures.map(({ page }) => `${page}.mdx`)).toContain(file);
  });
});
