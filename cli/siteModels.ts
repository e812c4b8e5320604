import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labModel, type SiteModel } from '../src/components/figures/figure.ts';
import { parseManifest } from '../src/engine/manifest.ts';
import { publicFolder } from './nodeModels.ts';

/** Every folder of `models/`, the lab's network first, then by name. */
export async function siteModels(folder = join(publicFolder, 'models')): Promise<SiteModel[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const ids = folders.map(({ name }) => name);
  ids.sort((a, b) => Number(b === labModel) - Number(a === labModel) || (a < b ? -1 : 1));
  return Promise.all(ids.map((id) => siteModel(folder, id)));
}

async function siteModel(folder: string, id: string): Promise<SiteModel> {
  const path = join(folder, id, 'model.json');
  const manifest = parseManifest(await readFile(path, 'utf8'), path);
  if (manifest.id !== id) throw new Error(`${path} has the id "${manifest.id}", expected "${id}"`);
  const { title, labels, architecture, preprocessing, weights } = manifest;
  return {
    id,
    title,
    labels,
    architecture: architecture.name,
    inputSize: architecture.inputSize,
    colour: preprocessing.colour,
    bytes: weights.bytes,
  };
}
