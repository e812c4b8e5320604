import { base, RequestError } from './engine.ts';

const files = new Map<string, Promise<unknown>>();

/**
 * What a JSON file of the site holds, fetched once; a failed attempt is forgotten.
 *
 * @param path relative to the site's base
 * @throws {RequestError} `network`
 */
export function siteJson(path: string): Promise<unknown> {
  const known = files.get(path);
  if (known) return known;
  const reading = read(base() + path);
  files.set(path, reading);
  reading.catch(() => files.delete(path));
  return reading;
}

async function read(url: string): Promise<unknown> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok)
    throw new RequestError(
      'network',
      response ? `${url} answered with status ${response.status}` : `could not reach ${url}`,
    );
  return response.json();
}
