import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Software {
  name: string;
  version: string;
  licence: string;
  homepage: string | undefined;
}

interface Manifest {
  version: string;
  license?: string;
  homepage?: string;
  dependencies?: Record<string, string>;
}

/** What the site is built with and runs on: the direct dependencies, as their own manifests say. */
export function software(): Software[] {
  const { dependencies = {} } = manifestOf('.');
  return Object.keys(dependencies)
    .filter((name) => !name.startsWith('@types/'))
    .map((name) => {
      const { version, license = 'see its page', homepage } = manifestOf(`node_modules/${name}`);
      return { name, version, licence: license, homepage: homepage?.replace(/^http:/, 'https:') };
    });
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as Manifest;
}
