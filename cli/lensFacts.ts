import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  lensesView,
  loadLenses,
  type Brush,
  type LensesView,
} from '../src/components/figures/acrossLenses.ts';
import { placeText } from '../src/components/figures/acrossLensesTexts.ts';
import { labModel, type Subject } from '../src/components/figures/figure.ts';
import { fieldCentre, nearestCell } from '../src/components/figures/lensLayers.ts';
import {
  parsePatchFile,
  storedPatches,
  type PatchFile,
} from '../src/components/figures/patchFile.ts';
import { numberText } from '../src/draw/numberText.ts';
import type { Ask } from '../src/worker/protocol.ts';
import { publicFolder } from './nodeModels.ts';
import { readPicture } from './nodePicture.ts';

type Facts = Record<string, string | number>;

const percent = (share: number) => `${(100 * share).toFixed(share < 0.02 ? 1 : 0)} percent`;
const unlit: Brush = { row: -1, column: -1, channel: -1 };

async function readAtlas(): Promise<PatchFile> {
  const path = join(publicFolder, 'models', labModel, 'patches.json');
  return parsePatchFile(JSON.parse(await readFile(path, 'utf8')));
}

/** How many of a channel's patches come from pictures that the network gives the class, when it is shown all of them. */
async function patchesOfClass(
  ask: Ask,
  atlas: PatchFile,
  { layer, channel, targetClass }: Pick<LensesView, 'layer' | 'channel' | 'targetClass'>,
): Promise<number> {
  let count = 0;
  for (const { file } of storedPatches(atlas, layer.name, channel.index)) {
    const bitmap = await readPicture(join(publicFolder, 'images', file));
    const { target } = await ask('capture', {
      model: labModel,
      picture: { key: `patch ${file}`, bitmap },
      target: { kind: 'logit', class: 'predicted' },
    });
    if (target!.class === targetClass) count++;
  }
  return count;
}

/** The way from the strongest cell of the default picture through its first channel, and down to the first layer. */
export async function lensFacts(ask: Ask, subject: Subject): Promise<Facts> {
  const atlas = await readAtlas();
  const load = (layer: string) => loadLenses(ask, subject, { model: labModel, layer, atlas });
  const drawing = { method: 'grad-cam', base: '', atlases: [labModel] } as const;
  const view = lensesView(await load(''), { ...drawing, brush: unlit });
  const { cell, channel, layers, layer } = view;
  const titles = channel.patches.map(({ photo }) => photo.title);
  const first = layers[0]!;
  const place = nearestCell(first, fieldCentre(layer.field, cell));
  const down = lensesView(await load(first.name), {
    ...drawing,
    brush: { ...place, channel: -1 },
  });
  return {
    'lenses.place': placeText(cell),
    'lenses.value': numberText(cell.value),
    'lenses.share': percent(cell.share!),
    'lenses.field': `${cell.field.size} × ${cell.field.size}`,
    'lenses.named': cell.parts.length,
    'lenses.others': cell.rest.count,
    'lenses.namedShare': percent(1 - cell.rest.value / cell.value),
    'lenses.channel': channel.index,
    'lenses.channelValue': numberText(channel.value),
    'lenses.channelShare': percent(channel.value / cell.value),
    'lenses.bestPatch': titles[0]!,
    'lenses.nextPatches': `${titles[1]}, ${titles[2]} and ${titles[3]}`,
    'lenses.ofClass': await patchesOfClass(ask, atlas, view),
    'lenses.patches': titles.length,
    'lenses.ofRecord': percent(channel.activation / channel.patches[0]!.value),
    'lenses.first.cells': (first.grid[0] * first.grid[1]).toLocaleString('en'),
    'lenses.first.field': `${down.cell.field.size} × ${down.cell.field.size}`,
    'lenses.first.channel': down.channel.index,
    'lenses.first.response': numberText(down.channel.filter!.response),
  };
}
