import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figures } from '../../src/components/figures/registry.ts';
import { filesIn, root } from '../support/repository.ts';

const folder = join(root, 'src/components/figures');
const pages = join(root, 'src/content/chapter');
const text = (path: string) => readFileSync(path, 'utf8');
const all = (source: string, pattern: RegExp) =>
  [...source.matchAll(pattern)].map(([, one]) => one!);

/** A component and all components that it is made of. */
function componentsOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  for (const path of all(text(file), /from '(\.[^']+\.svelte)'/g))
    componentsOf(join(dirname(file), path), found);
  return found;
}

/** Parts that the figures of a page have, in their markup or in a table of theirs. */
function partsOn(page: string): Set<string> {
  const files = figures
    .filter((figure) => figure.page === page)
    .flatMap(({ file }) => [...componentsOf(join(folder, file))]);
  const sources = files.map(text);
  const tables = sources.flatMap((source) => all(source, /\bpartOf\b[^=]*= \{([^}]*)\}/g));
  return new Set([
    ...sources
      .flatMap((source) => all(source, /data-part=("[^"]*"|\{[^}]*\})/g))
      .flatMap((value) => all(value, /["']([\w ]+)["']/g))
      .flatMap((names) => names.split(' ')),
    ...tables.flatMap((table) => all(table, /: '(\w+)'/g)),
  ]);
}

const linked = filesIn(pages, '.mdx')
  .map((file) => ({ page: file.replace('.mdx', ''), source: text(join(pages, file)) }))
  .map(({ page, source }) => ({
    page,
    named: new Set(all(source, /\\named\{(\w+)\}/g)),
    described: new Set(
      all(source, /<Symbols\b[^>]*?words=\{\{([\s\S]*?)\}\}/g).flatMap((words) =>
        all(words, /^\s*(\w+):/gm),
      ),
    ),
    display: new Set(
      all(source, /\$\$([\s\S]*?)\$\$/g).flatMap((formula) => all(formula, /\\named\{(\w+)\}/g)),
    ),
  }))
  .filter(({ named }) => named.size > 0);

it('the pages of saliency and Grad-CAM name the symbols of their formulas', () => {
  const namedOn = (page: string) => linked.find((one) => one.page === page)?.named;
  expect(namedOn('saliency')).toEqual(new Set(['image', 'score', 'channels', 'map']));
  for (const symbol of ['score', 'activation', 'alpha', 'positions', 'relu', 'sum'])
    expect(namedOn('grad-cam')).toContain(symbol);
});

describe.each(linked)('the symbols on the page $page', ({ page, named, described, display }) => {
  it('stand for parts of the figures there', () => {
    const parts = partsOn(page);
    expect([...named].filter((symbol) => !parts.has(symbol))).toEqual([]);
  });

  it('are described where they stand in a formula of its own, and no others are', () => {
    expect([...described].sort()).toEqual([...display].sort());
  });
});
