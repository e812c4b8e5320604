import type { TensorData } from '../layout.ts';

/** One output sample of an enlargement: two neighbours and the share of the second. */
export interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Sample number `index` of `output` samples made of `input`; half-pixel centres, PyTorch's `align_corners=False`. */
export function between(input: number, output: number, index: number): Between {
  const place = Math.max(0, ((index + 0.5) * input) / output - 0.5);
  const low = Math.min(Math.floor(place), input - 1);
  return { low, high: Math.min(low + 1, input - 1), share: place - low };
}

/** `nearest` is PyTorch's: the cell at floor(index * input / output). */
export type Enlargement = 'bilinear' | 'nearest';

function placeOf(kind: Enlargement, input: number, output: number, index: number): Between {
  if (kind === 'bilinear') return between(input, output, index);
  const cell = Math.floor((index * input) / output);
  return { low: cell, high: cell, share: 0 };
}

/** A map `[h, w]` at another resolution `[height, width]`. */
export function enlarge(
  { shape, data }: TensorData,
  height: number,
  width: number,
  kind: Enlargement,
): TensorData {
  const [h, w] = shape as [number, number];
  const columns = Array.from({ length: width }, (_, x) => placeOf(kind, w, width, x));
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = placeOf(kind, h, height, y);
    columns.forEach(({ low, high, share }, x) => {
      const at = (line: number) =>
        data[line * w + low]! * (1 - share) + data[line * w + high]! * share;
      out[y * width + x] = at(row.low) * (1 - row.share) + at(row.high) * row.share;
    });
  }
  return { shape: [height, width], data: out };
}
