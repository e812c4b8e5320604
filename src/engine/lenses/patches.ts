import { argMax, dispose, max, reshape, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { unlessLost } from '../backend.ts';
import { EngineError, throwIfAborted } from '../errors.ts';
import type { Preprocessing } from '../manifest.ts';
import type { Model, Run } from '../model.ts';
import { othersTurn } from '../othersTurn.ts';
import { networkView, normalize } from '../preprocess.ts';
import { centreSquare, cutSquare, type Bitmap, type Square } from '../resample.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';

/** What excites each channel of a layer most in one picture. Arrays have one entry for each channel. */
export interface StrongestCells {
  /** `[C, H, W]`. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Index of the square in `squares`. */
  readonly crops: Int32Array;
  /** row * W + column of the cell in that crop's map. */
  readonly cells: Int32Array;
  /** What was looked at, in pixels of the picture's centre square. */
  readonly squares: readonly Square[];
}

/** Share of the picture's side, and places along each axis; as in training/patches.py. */
const scales = [
  { share: 1, places: 1 },
  { share: 0.75, places: 2 },
  { share: 0.5, places: 3 },
  { share: 0.35, places: 4 },
] as const;

/** Squares of a square picture at four scales, the whole picture first: 30, spread evenly, overlapping. */
export function cropSquares(side: number): Square[] {
  return scales.flatMap(({ share, places }) => {
    const small = Math.max(1, Math.round(share * side));
    const steps = Array.from({ length: places }, (_, i) =>
      Math.round((i * (side - small)) / Math.max(1, places - 1)),
    );
    return steps.flatMap((top) => steps.map((left) => ({ left, top, side: small })));
  });
}

/** What excites each channel of a layer most in the whole picture that the run is about. */
export async function wholeCells(
  run: Run,
  picture: Bitmap,
  layer: string,
  options: LoadOptions = {},
): Promise<StrongestCells> {
  const peaks = await layerPeaks(run, layer, options);
  const squares = [{ left: 0, top: 0, side: centreSquare(picture).width }];
  return { ...peaks, crops: new Int32Array(peaks.values.length), squares };
}

// #region strongestCells
/**
 * Runs the network as far as the layer over crops of a picture, each resized to the network's input,
 * and keeps for each channel the largest value and where it was; the first of equals. Others may
 * compute between the crops.
 *
 * @throws {EngineError} `unknown-layer`, `invalid-option` for a layer without maps, and what loading weights throws
 */
export async function strongestCells(
  model: Model,
  preprocessing: Preprocessing,
  picture: Bitmap,
  layer: string,
  options: LoadOptions = {},
): Promise<StrongestCells> {
  const whole = centreSquare(picture);
  const squares = cropSquares(whole.width);
  const found: Array<Awaited<ReturnType<typeof layerPeaks>>> = [];
  const { waiting = (turn) => turn } = options;
  for (const square of squares) {
    throwIfAborted(options.signal);
    const view = networkView(cutSquare(whole, square), preprocessing);
    const run = model.run(normalize(view, preprocessing));
    try {
      found.push(await layerPeaks(run, layer, options));
    } finally {
      run.dispose();
    }
    await waiting(othersTurn());
  }
  const { shape } = found[0]!;
  const crops = Int32Array.from({ length: shape[0]! }, (_, channel) =>
    found.reduce(
      (best, { values }, crop) => (values[channel]! > found[best]!.values[channel]! ? crop : best),
      0,
    ),
  );
  return {
    shape,
    squares,
    crops,
    values: Float32Array.from(crops, (crop, channel) => found[crop]!.values[channel]!),
    cells: Int32Array.from(crops, (crop, channel) => found[crop]!.cells[channel]!),
  };
}
// #endregion

async function layerPeaks(run: Run, layer: string, options: LoadOptions) {
  const shape = run.model.module(layer).outputShape;
  if (shape.length !== 3)
    throw new EngineError('invalid-option', `${layer} has no maps, only ${shape[0]} numbers`);
  await run.forward([layer], options);
  const peaks = await channelPeaks(run.trace.value(layer).tensor);
  throwIfAborted(options.signal);
  return { shape, ...peaks };
}

/** The largest value of each channel and the first cell that has it; the input is NHWC with N = 1. */
async function channelPeaks(tensor: Tensor) {
  const [values, cells] = tidy(() => {
    const flat = reshape(tensor, [-1, tensor.shape.at(-1)!]);
    return [max(flat, 0), argMax(flat, 0)];
  });
  const read = await unlessLost(Promise.all([values!.data(), cells!.data()]));
  dispose([values!, cells!]);
  return { values: read[0].slice() as Float32Array, cells: Int32Array.from(read[1]) };
}
