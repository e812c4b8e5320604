import type { SiteFacts } from './figure.ts';

const files = import.meta.glob<unknown>('/src/generated/{site.json,stills/*.json}', {
  eager: true,
  import: 'default',
});

/**
 * What a figure shows before any script: drawn at build time by the engine that runs on the page.
 *
 * @throws Error when `npm run stills` has not made it
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each figure knows its own still's shape
export function storedStill(id: string): any {
  return stored(`stills/${id}.json`, `the still of figure "${id}"`);
}

/**
 * What every figure is told about the site, with the pictures' addresses under its base path.
 *
 * @throws Error when `npm run stills` has not made it
 */
export function storedSite(base: string): SiteFacts {
  const site = stored('site.json', 'the list of pictures') as Omit<SiteFacts, 'base'>;
  const pictures = site.pictures.map((picture) => ({
    ...picture,
    url: base + picture.url,
    thumbUrl: base + picture.thumbUrl,
  }));
  return { ...site, base, pictures };
}

function stored(path: string, what: string): unknown {
  const file = `/src/generated/${path}`;
  if (file in files) return files[file];
  throw new Error(`${what} is missing: \`npm run stills\` makes ${file.slice(1)}`);
}
