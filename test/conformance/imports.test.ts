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

  it('the engine imports only itself and packages', () => {
    const outside = sources
      .filter((file) => file.startsWith('src/engine/'))
      .flatMap((file) =>
        importsOf(file).map((specifier) => ({
          file,
          path: join(file, '..', specifier),
          specifier,
        })),
      )
      .filter(
        ({ specifier, path }) => specifier.startsWith('.') && !path.startsWith('src/engine/'),
      );
    expect(outside).toEqual([]);
  });
});
