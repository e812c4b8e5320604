import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at the end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
export const modelsFolder = join(root, 'public/models');
export const goldenFolder = join(root, 'test/golden');

/** Names of the folders in a folder, sorted; none if it does not exist. */
export function foldersIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Files below a folder with one of the endings, relative to it, sorted. */
export function filesIn(folder: string, ...endings: string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort();
}

/** The site's pictures: id and file. */
export async function readCredits(): Promise<ReadonlyArray<{ id: string; file: string }>> {
  const credits = JSON.parse(await readFile(join(root, 'public/images/credits.json'), 'utf8')) as {
    pictures: Array<{ id: string; file: string }>;
  };
  return credits.pictures;
}
