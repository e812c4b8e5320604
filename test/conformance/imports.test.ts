import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, root } from '../support/repository.ts';

const sources = ['src', 'cli'].flatMap((folder) =>
  filesIn(join(root, folder), '.ts', '.svelte', '.astro', '.mjs').map((file) => join(folder, file)),
);

/** What a file imports, statically or not; types as well. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g);
  return [...found].map(([, specifier]) => specifier!);
}

/** Files outside the folders that import something that matches. */
function importers(pattern: RegExp, ...allowed: string[]): string[] {
  return sources
    .filter((file) => !allowed.some((folder) => file.startsWith(`${folder}/`)))
    .filter((file) => importsOf(file).some((specifier) => pattern.test(specifier)));
}

/** Imports by path, of the files in a folder, that lead neither back into it nor to the others. */
function beyond(folder: string, ...others: string[]): Array<{ file: string; specifier: string }> {
  const within = [folder, ...others].map((allowed) => `${allowed}/`);
  const files = sources.filter((file) => file.startsWith(`${folder}/`));
  expect(files).not.toEqual([]);
  return files
    .flatMap((file) => importsOf(file).map((specifier) => ({ file, specifier })))
    .filter(({ specifier }) => specifier.startsWith('.'))
    .filter(({ file, specifier }) => {
      const path = join(file, '..', specifier);
      return !within.some((allowed) => path.startsWith(allowed));
    });
}

describe('imports', () => {
  it('of TensorFlow.js stay in the engine, its worker and the command line', () => {
    expect(importers(/^@tensorflow\//, 'src/engine', 'src/worker', 'cli')).toEqual([]);
  });

  it('of the whole of TensorFlow.js are nowhere: it is three times the size of what is used', () => {
    expect(importers(/^@tensorflow\/tfjs$/)).toEqual([]);
  });

  it('of tests, benches and training are nowhere', () => {
    expect(importers(/(^|\/)(test|bench|training)\//)).toEqual([]);
  });

  it('of D3, Svelte and Astro are not in the engine or its worker', () => {
    const page = importers(/^(d3|svelte|astro|nanostores)/);
    expect(page.filter((file) => /^src\/(engine|worker)\//.test(file))).toEqual([]);
  });

  it('of the engine are itself, the kernels and packages', () => {
    expect(beyond('src/engine', 'src/kernels')).toEqual([]);
  });

  it('of the kernels, which the engine and drawing share, are themselves', () => {
    expect(beyond('src/kernels')).toEqual([]);
    const packages = sources
      .filter((file) => file.startsWith('src/kernels/'))
      .flatMap((file) => importsOf(file).filter((specifier) => !specifier.startsWith('.')));
    expect(packages).toEqual([]);
  });
});
