import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../src/engine/capture.ts';
import { cropSquares, strongestCells, wholeCells } from '../../../src/engine/lenses/patches.ts';
import { networkView, normalize } from '../../../src/engine/preprocess.ts';
import { seededRandom } from '../../../src/engine/random.ts';
import { cutSquare, type Bitmap } from '../../../src/engine/resample.ts';
import { onEachBackend } from '../../support/backends.ts';
import { smallManifest, smallModel } from '../../support/models.ts';

const { preprocessing } = smallManifest(8);

/** A picture of seeded noise, wider than high. */
function noisePicture(width: number, height: number): Bitmap {
  const random = seededRandom(3);
  const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(256 * random()));
  return { width, height, channels: 3, data };
}

describe('the crops of a picture', () => {
  it('are the whole, then four, nine and sixteen squares from edge to edge', () => {
    const squares = cropSquares(320);
    expect(squares).toHaveLength(1 + 4 + 9 + 16);
    expect(squares[0]).toEqual({ left: 0, top: 0, side: 320 });
    expect(squares.slice(1, 5)).toEqual([
      { left: 0, top: 0, side: 240 },
      { left: 80, top: 0, side: 240 },
      { left: 0, top: 80, side: 240 },
      { left: 80, top: 80, side: 240 },
    ]);
    expect(squares[9]).toEqual({ left: 80, top: 80, side: 160 });
    expect(squares.slice(14, 18).map(({ left }) => left)).toEqual([0, 69, 139, 208]);
    expect(squares.at(-1)).toEqual({ left: 208, top: 208, side: 112 });
  });

  it('stay inside pictures of any size', () => {
    for (const side of [1, 2, 3, 32, 239, 512])
      for (const square of cropSquares(side)) {
        expect(square.side).toBeGreaterThanOrEqual(1);
        expect(square.left + square.side).toBeLessThanOrEqual(side);
        expect(square.top + square.side).toBeLessThanOrEqual(side);
      }
  });
});

describe('the strongest cells of a picture', () => {
  onEachBackend(() => {
    it('are the largest activations of all crops', async () => {
      const model = smallModel(8);
      const picture = noisePicture(44, 40);
      const layer = 'features.1';
      const found = await strongestCells(model, preprocessing, picture, layer);
      expect(found.shape).toEqual([32, 4, 4]);
      expect(found.squares).toEqual(cropSquares(40));
      const best = Array.from({ length: 32 }, () => ({ value: -Infinity, crop: 0, cell: 0 }));
      for (const [crop, { left, top, side }] of found.squares.entries()) {
        // The centre square begins at column 2.
        const view = networkView(cutSquare(picture, { left: left + 2, top, side }), preprocessing);
        const run = model.run(normalize(view, preprocessing));
        const { data } = (await capture(run, { layers: [layer] })).activations[layer]!;
        run.dispose();
        data.forEach((value, i) => {
          const channel = Math.floor(i / 16);
          if (value > best[channel]!.value) best[channel] = { value, crop, cell: i % 16 };
        });
      }
      for (const [channel, { value, crop, cell }] of best.entries()) {
        expect(found.values[channel]).toBe(value);
        expect([channel, found.crops[channel], found.cells[channel]]).toEqual([
          channel,
          crop,
          cell,
        ]);
      }
      await model.dispose();
    });

    it('of the whole picture are those of its first crop', async () => {
      const model = smallModel(8);
      const picture = noisePicture(8, 8);
      const run = model.run(normalize(networkView(picture, preprocessing), preprocessing));
      const found = await wholeCells(run, picture, 'features.0');
      const { data } = (await capture(run, { layers: ['features.0'] })).activations['features.0']!;
      for (const [channel, value] of found.values.entries()) {
        const map = [...data.subarray(64 * channel, 64 * channel + 64)];
        expect(value).toBe(Math.max(...map));
        expect(found.cells[channel]).toBe(map.indexOf(value));
      }
      expect(found.squares).toEqual([{ left: 0, top: 0, side: 8 }]);
      expect([...found.crops]).toEqual(Array<number>(32).fill(0));
      run.dispose();
      await model.dispose();
    });

    it('leave no tensors behind, not even when they are cancelled', async () => {
      const model = smallModel(8);
      const picture = noisePicture(16, 16);
      await strongestCells(model, preprocessing, picture, 'features.0');
      const before = memory().numTensors;
      await strongestCells(model, preprocessing, picture, 'features.0');
      const controller = new AbortController();
      const search = strongestCells(model, preprocessing, picture, 'features.0', {
        signal: controller.signal,
      });
      controller.abort();
      await expect(search).rejects.toMatchObject({ code: 'aborted' });
      expect(memory().numTensors).toBe(before);
      await model.dispose();
    });

    it('are refused for a layer without maps', async () => {
      const model = smallModel(8);
      const search = strongestCells(model, preprocessing, noisePicture(8, 8), 'head');
      await expect(search).rejects.toMatchObject({ code: 'invalid-option' });
      await model.dispose();
    });
  });
});
