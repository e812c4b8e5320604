import type { SiteFacts } from './figure.ts';

type StoredFacts = Omit<SiteFacts, 'base'>;

const files = import.meta.glob<StoredFacts>('/src/generated/site.json', {
  eager: true,
  import: 'default',
});

/**
 * What figures know of the site, with addresses under its base path.
 *
 * @throws Error when `npm run stills` has not computed it
 */
export function siteFacts(base: string): SiteFacts {
  const [stored] = Object.values(files);
  if (!stored) throw new Error('src/generated/site.json is missing: `npm run stills` makes it');
  const pictures = stored.pictures.map((picture) => ({
    ...picture,
    url: base + picture.url,
    thumbUrl: base + picture.thumbUrl,
  }));
  return { ...stored, base, pictures };
}
