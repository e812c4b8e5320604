import type { StillRaster } from '../../draw/raster.ts';
import type { MethodDescription } from '../../worker/protocol.ts';
import type { SiteFacts } from './figure.ts';

const files = import.meta.glob<unknown>('/src/generated/{methods.json,site.json,stills/*.json}', {
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

/**
 * Every attribution method, in the order of the chapter.
 *
 * @throws Error when `npm run stills` has not made the list
 */
export function storedMethods(): readonly MethodDescription[] {
  return stored('methods.json', 'the list of methods') as readonly MethodDescription[];
}

interface Gallery {
  readonly methods: readonly MethodDescription[];
  readonly tiles: ReadonlyArray<{ readonly image: StillRaster }>;
}

/** What every method draws for the picture of the stills, by its id, and what it was asked about. */
export function storedMaps(): { maps: Readonly<Record<string, StillRaster>>; subject: string } {
  const galleries = ['gradient-gallery', 'cam-gallery'].map((id) => storedStill(id) as Gallery);
  const maps = galleries.flatMap(({ methods, tiles }) =>
    methods.map(({ id }, i) => [id, tiles[i]!.image] as const),
  );
  const { pictureKey, targetClass, model } = storedStill('gradient-gallery');
  const { title } = storedSite('').pictures.find(({ id }) => id === pictureKey)!;
  return {
    maps: Object.fromEntries(maps),
    subject: `the logit of ${model.labels[targetClass]} for the picture “${title}”`,
  };
}

function stored(path: string, what: string): unknown {
  const file = `/src/generated/${path}`;
  if (file in files) return files[file];
  throw new Error(`${what} is missing: \`npm run stills\` makes ${file.slice(1)}`);
}
