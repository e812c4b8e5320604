import { describe, expect, it } from 'vitest';
import {
  fieldCentre,
  filterConvolution,
  lensLayers,
  nearestCell,
  type LensLayer,
} from '../../src/components/figures/lensLayers.ts';
import type { PatchFile } from '../../src/components/figures/patchFile.ts';
import { receptiveFields } from '../../src/engine/lenses/receptiveField.ts';
import { readManifest, smallDescription } from '../support/models.ts';
import { untrainedTwin } from '../../src/engine/openModel.ts';

const { modules } = smallDescription(32);
const fields = Object.fromEntries(receptiveFields(modules, 32));
const atlas = { layers: { 'features.5': {} } } as unknown as PatchFile;

describe('the layers of the lenses', () => {
  it('are the blocks; the first one has filters', () => {
    const layers = lensLayers(modules, fields, atlas);
    expect(layers.map(({ name }) => name)).toEqual(
      [0, 1, 2, 3, 4, 5].map((block) => `features.${block}`),
    );
    expect(layers.map(({ convolution }) => convolution)).toEqual([
      'features.0.0',
      ...Array<undefined>(5).fill(undefined),
    ]);
    expect(layers.filter(({ patches }) => patches).map(({ name }) => name)).toEqual(['features.5']);
    expect(layers.at(-1)).toMatchObject({
      grid: [4, 4],
      field: { size: 29, stride: 8, start: -14 },
    });
    expect(lensLayers(modules, fields, undefined).some(({ patches }) => patches)).toBe(false);
  });

  it('begin with the first convolution where no block does', async () => {
    const resnet = untrainedTwin(await readManifest('resnet18-objects11'));
    const all = Object.fromEntries(receptiveFields(resnet.modules, 224));
    const layers = lensLayers(resnet.modules, all, undefined);
    expect(layers.map(({ name }) => name)).toEqual([
      'conv1',
      'layer1',
      'layer2',
      'layer3',
      'layer4',
    ]);
    expect(layers.map(({ convolution }) => convolution)[0]).toBe('conv1');
    expect(layers[0]).toMatchObject({ grid: [112, 112], field: { size: 7, stride: 2, start: -3 } });
    expect(filterConvolution(resnet.modules, 'layer1')).toBeUndefined();
  });
});

describe('the nearest cell', () => {
  /** Middles of fields at 0.5, 8.5, 16.5 and 24.5. */
  const layer: Pick<LensLayer, 'grid' | 'field'> = {
    grid: [4, 4],
    field: { size: 29, stride: 8, start: -14 },
  };

  it.each([
    [
      { x: 0, y: 31 },
      { row: 3, column: 0 },
    ],
    [
      { x: 12.4, y: 12.6 },
      { row: 2, column: 1 },
    ],
    [
      { x: 12.5, y: 20.5 },
      { row: 2, column: 1 },
    ],
    [
      { x: -9, y: 99 },
      { row: 3, column: 0 },
    ],
  ])('to %o is %o', (point, cell) => {
    expect(nearestCell(layer, point)).toEqual(cell);
  });

  it('to the middle of its own field is the cell itself, on every layer', () => {
    for (const one of lensLayers(modules, fields, undefined))
      for (let row = 0; row < one.grid[0]; row++) {
        const cell = { row, column: one.grid[1] - 1 - row };
        expect(nearestCell(one, fieldCentre(one.field, cell))).toEqual(cell);
      }
  });
});
