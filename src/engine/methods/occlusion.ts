import type { TensorData } from '../layout.ts';
import { baselineOf, baselineOption } from './baselineOption.ts';
import { sampled, spreadOrder, subjectOf } from './batches.ts';
import { defineMethod, type Evidence } from './method.ts';
import { scalar } from './pathIntegral.ts';
import { seedOption } from './seedOption.ts';

/** First pixels of the windows along one side; the last one may reach beyond the border. */
function windowStarts(size: number, side: number, step: number): number[] {
  const count = 1 + Math.ceil(Math.max(0, size - side) / step);
  return Array.from({ length: count }, (_, k) => k * step);
}

/** Calls back with the index of each pixel of a window in one plane. */
function eachPixel(
  [height, width]: readonly [number, number],
  [top, left]: readonly [number, number],
  side: number,
  visit: (index: number) => void,
): void {
  for (let y = top; y < Math.min(top + side, height); y++)
    for (let x = left; x < Math.min(left + side, width); x++) visit(y * width + x);
}

/** `[C * H * W]`: the picture, of the cover inside the window. */
function covered(
  pixels: TensorData,
  cover: TensorData,
  at: readonly [number, number],
  side: number,
) {
  const [, channels, height, width] = pixels.shape as [number, number, number, number];
  const data = pixels.data.slice();
  for (let c = 0; c < channels; c++)
    eachPixel([height, width], at, side, (index) => {
      const i = c * height * width + index;
      data[i] = cover.data[i]!;
    });
  return data;
}

// #region occlusion
/**
 * S(I) - S(I with a window covered by the baseline), exactly, for windows on a grid; a pixel has the
 * mean over the windows that cover it: positive where covering costs the target something. In target
 * units. Needs no gradient. `window` is a share of the width, `stride` a share of the window, both
 * rounded to pixels, at least one.
 * `details`: `changes` `[rows, columns]`, one for each window; `window` and `stride` in pixels.
 * Source: Zeiler and Fergus 2013, arXiv:1311.2901, who draw the target under a grey square. The same
 * windows, clipped at the border, and the same mean as Captum's `Occlusion`.
 */
export const occlusion = defineMethod({
  id: 'occlusion',
  name: 'Occlusion',
  family: 'gradient-free',
  unit: 'target units',
  atLayer: false,
  long: true,
  options: [
    {
      kind: 'number',
      name: 'window',
      label: 'Window (share of the width)',
      min: 0.01,
      max: 1,
      step: 0.005,
      default: 0.125,
    },
    {
      kind: 'number',
      name: 'stride',
      label: 'Stride (share of the window)',
      min: 0.05,
      max: 1,
      step: 0.05,
      default: 0.5,
    },
    { ...baselineOption, default: 'mean' },
    seedOption,
  ],
  async attribute(run, request, { window, stride, baseline: kind, seed }) {
    const subject = await subjectOf(run, request);
    const { pixels, target, logits } = subject;
    const [, , height, width] = pixels.shape as [number, number, number, number];
    const cover = baselineOf(kind, pixels, request, seed);
    const side = Math.max(1, Math.floor(window * width + 0.5));
    const step = Math.max(1, Math.floor(stride * side + 0.5));
    const [rows, columns] = [windowStarts(height, side, step), windowStarts(width, side, step)];
    const places = rows.flatMap((top) => columns.map((left) => [top, left] as const));
    const order = spreadOrder(places.length);
    const changes = new Float32Array(places.length);
    const sums = new Float64Array(height * width);
    const counts = new Float64Array(height * width);

    const evidence = (): Evidence => ({
      map: {
        shape: [height, width],
        data: Float32Array.from(sums, (sum, i) => (counts[i] === 0 ? 0 : sum / counts[i]!)),
      },
      details: {
        changes: { shape: [rows.length, columns.length], data: changes.slice() },
        window: scalar(side),
        stride: scalar(step),
      },
      layer: undefined,
      target,
      logits,
    });

    await sampled(subject, request, {
      count: places.length,
      gradients: false,
      input: (index) => covered(pixels, cover, places[order[index]!]!, side),
      take(index, { value }) {
        const place = order[index]!;
        const change = target.value - value;
        changes[place] = change;
        eachPixel([height, width], places[place]!, side, (i) => {
          sums[i]! += change;
          counts[i]! += 1;
        });
      },
      partial: evidence,
    });
    return evidence();
  },
});
// #endregion
