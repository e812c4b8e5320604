import type { TensorData } from '../layout.ts';
import type { Preprocessing } from '../manifest.ts';
import { seededRandom } from '../random.ts';
import { gaussianBlur } from './gaussianBlur.ts';

/** What a picture is compared with: a picture without evidence. */
export const baselineKinds = ['black', 'white', 'mean', 'blurred', 'noise'] as const;
export type BaselineKind = (typeof baselineKinds)[number];

/** Standard deviation of the blurred baseline, as a share of the picture's width. */
export const baselineBlur = 1 / 16;

/**
 * A baseline for `pixels` `[1, C, H, W]`, normalised as they are. `black` and `white` are those of the
 * 8-bit picture, -mean/std and (1 - mean)/std; `mean` is the mean colour of the training data, 0 after
 * normalisation, which Captum takes when it is told nothing; `blurred` is the picture itself under a
 * Gaussian of `baselineBlur`; `noise` has every value uniform between black and white, by the seed.
 */
export function baseline(
  kind: BaselineKind,
  pixels: TensorData,
  { mean, std }: Pick<Preprocessing, 'mean' | 'std'>,
  seed = 1,
): TensorData {
  const { shape, data } = pixels;
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const normalised = (valueAt: (index: number) => number): TensorData => ({
    shape,
    data: Float32Array.from(data, (_, i) => {
      const channel = Math.floor(i / plane) % channels;
      return (valueAt(i) - mean[channel]!) / std[channel]!;
    }),
  });
  switch (kind) {
    case 'black':
      return normalised(() => 0);
    case 'white':
      return normalised(() => 1);
    case 'mean':
      return { shape, data: new Float32Array(data.length) };
    case 'blurred':
      return gaussianBlur(pixels, baselineBlur * width);
    case 'noise': {
      const random = seededRandom(seed);
      return normalised(() => random());
    }
  }
}
