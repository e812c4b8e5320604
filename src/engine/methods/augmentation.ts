import { capture } from '../capture.ts';
import type { Run } from '../model.ts';

/** A changed picture, and how a map of it becomes one of the picture itself. */
export interface Augmentation {
  /** A forward pass that the caller disposes of, unless it is the very one given. */
  open(run: Run): Promise<Run>;
  /** `[H, W]`, W the width. */
  undo(map: Float32Array, width: number): Float32Array;
}

/** Left and right exchanged, in rows of `width` values. */
function mirrored(values: Float32Array, width: number): Float32Array {
  return values.map((_, i) => values[i - (i % width) + (width - 1 - (i % width))]!);
}

/** Nothing is done to the picture. */
export const unchanged: Augmentation = { open: async (run) => run, undo: (map) => map };

/** The picture as it is and mirrored, its normalised values times 0.9, 1 and 1.1 (pytorch-grad-cam's six). */
export const augmented: readonly Augmentation[] = [false, true].flatMap((mirror) =>
  [0.9, 1, 1.1].map((factor) => ({
    async open(run) {
      const { activations } = await capture(run, { layers: ['input'] });
      const { shape, data } = activations['input']!;
      const turned = mirror ? mirrored(data, shape[3]!) : data;
      return run.model.run({ shape, data: turned.map((value) => factor * value) });
    },
    undo: (map, width) => (mirror ? mirrored(map, width) : map),
  })),
);
