import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
import { startStaticServer } from '../../scripts/staticServer.mjs';
import { root } from './repository.ts';

/**
 * Bundles a TypeScript file for the browser and serves it in an empty page, with the whole
 * repository beside it (so that `/public/...` and `/test/golden/...` can be fetched).
 */
export async function servePage(
  entry: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const name = basename(entry, '.ts');
  const folder = join(root, 'test-results/pages', name);
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [entry],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  });
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${name}</title><script type="module" src="${name}.js"></script>`;
  await writeFile(join(folder, 'index.html'), page);
  const { address, close } = await startStaticServer({ folder: root });
  return { url: `${address}${relative(root, folder)}/`, close };
}
