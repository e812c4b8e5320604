import { EngineError } from '../errors.ts';
import type { TensorData } from '../layout.ts';
import type { Preprocessing } from '../manifest.ts';

/** A step away from the picture: some of its pixels become lighter or darker, by several amounts. */
export interface Nudge {
  readonly kind: 'nudge';
  /** Columns and rows of the input, from its top left. */
  readonly pixels: ReadonlyArray<{ readonly x: number; readonly y: number }>;
  /** What each colour channel takes of an amount: `[1, 0, 0]` for red alone. */
  readonly channels: readonly number[];
  /** In levels of the 8-bit picture, one nudged picture for each. */
  readonly amounts: readonly number[];
  /** Whether values stay within 0 to 255, as those of pictures do; the network itself knows no such limits. */
  readonly clip: boolean;
}

/**
 * The nudged inputs, each `[C * H * W]`: (v + w d - 255 mean) / (255 std) for a value v of 0 to 255, a
 * channel's share w and an amount d.
 * @throws {EngineError} `invalid-option` for a pixel or channels that the input does not have
 */
export function nudgedInputs(
  { pixels, channels, amounts, clip }: Nudge,
  { shape, data }: TensorData,
  { mean, std }: Pick<Preprocessing, 'mean' | 'std'>,
): Float32Array[] {
  const [, depth, height, width] = shape as [number, number, number, number];
  checkNudge(pixels, channels, shape);
  return amounts.map((amount) => {
    const nudged = data.slice();
    for (const { x, y } of pixels)
      for (let c = 0; c < depth; c++) {
        const at = (c * height + y) * width + x;
        const [middle, spread] = [255 * mean[c]!, 255 * std[c]!];
        const level = data[at]! * spread + middle;
        const wanted = level + channels[c]! * amount;
        const reached = clip ? Math.min(255, Math.max(0, wanted)) : wanted;
        // What does not move keeps its last bit.
        if (reached !== level) nudged[at] = (reached - middle) / spread;
      }
    return nudged;
  });
}

function checkNudge(
  pixels: Nudge['pixels'],
  channels: Nudge['channels'],
  shape: readonly number[],
): void {
  const [, depth, height, width] = shape as [number, number, number, number];
  const within = (value: number, count: number) =>
    Number.isInteger(value) && value >= 0 && value < count;
  const outside = pixels.find(({ x, y }) => !within(x, width) || !within(y, height));
  if (outside)
    throw new EngineError(
      'invalid-option',
      `invalid pixel: column ${outside.x}, row ${outside.y}, expected less than ${width} and ${height}`,
    );
  if (channels.length !== depth)
    throw new EngineError(
      'invalid-option',
      `invalid channels: got ${channels.length} shares, expected one for each of ${depth} channels`,
    );
}
