import { dispose, tensor2d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { unlessLost } from './backend.ts';
import { EngineError, throwIfAborted } from './errors.ts';
import { toNchw, type TensorData } from './layout.ts';
import type { Run } from './model.ts';
import { resolveTarget, targetSeed, type ResolvedTarget, type Target } from './targets.ts';
import type { BackwardOptions } from './trace.ts';
import type { LoadOptions } from './weights/lazyWeights.ts';

export interface CaptureRequest extends LoadOptions, BackwardOptions {
  /** Taps whose activation is wanted. */
  readonly layers?: readonly string[];
  /** Taps (or `input`) at which the target's gradient is wanted. */
  readonly gradients?: readonly string[];
  /** Without a target the pass goes no further than the deepest of `layers`. */
  readonly target?: Target | undefined;
  /** Gradient with respect to one picture's logits, in place of the target's own. */
  readonly seed?: ((logits: Float32Array) => Float32Array) | undefined;
}

/** All arrays are `[N, C, H, W]`, or `[N, features]` after flattening. */
export interface Capture {
  readonly activations: Readonly<Record<string, TensorData>>;
  readonly gradients: Readonly<Record<string, TensorData>>;
  /** Only with a target. */
  readonly logits: TensorData | undefined;
  /** The target's value and class for the first picture; only with a target. */
  readonly target: ResolvedTarget | undefined;
}

// #region capture
/**
 * Activations and gradients at any taps of a network, from one forward and at most one backward
 * pass. What the run has computed before, gradients included, is not computed again.
 */
export async function capture(run: Run, request: CaptureRequest = {}): Promise<Capture> {
  const { layers = [], gradients = [], target, seed: given, reluRule, ...options } = request;
  const { trace, model } = run;
  await run.forward([...layers, ...(target ? [...gradients, model.output] : [])], options);
  const activations = await readAll(layers.map((name) => [name, trace.value(name).tensor]));
  if (!target) return { activations, gradients: {}, logits: undefined, target: undefined };

  const logits = await read(trace.value(model.output).tensor);
  const rows = rowsOf(logits);
  const seed = rows.flatMap((row) => [...(given ? given(row) : targetSeed(target, row))]);
  const result = await gradientsAt(run, gradients, seed, { reluRule });
  throwIfAborted(options.signal);
  return { activations, gradients: result, logits, target: resolveTarget(target, rows[0]!) };
}
// #endregion

/** Gradients of the logits weighted by `seed` `[N * classes]`; those the run has had before take no pass. */
async function gradientsAt(
  { trace, model, gradients }: Run,
  names: readonly string[],
  seed: number[],
  options: BackwardOptions,
): Promise<Capture['gradients']> {
  const keyOf = (name: string) => [name, options.reluRule ?? 'gradient', ...seed].join(' ');
  const found: Record<string, TensorData> = {};
  for (const name of names) {
    const known = gradients.take(keyOf(name));
    if (known) found[name] = known;
  }
  const missing = names.filter((name) => !found[name]);
  if (missing.length === 0) return found;
  const output = trace.value(model.output);
  const weights = tensor2d(seed, output.tensor.shape as [number, number]);
  const backward = trace.backward(output, weights, missing, options);
  const computed = await readAll([...backward]);
  dispose([weights, ...backward.values()]);
  // Batches are made for one question and thrown away.
  if (output.tensor.shape[0] === 1)
    for (const name of missing) gradients.put(keyOf(name), computed[name]!);
  return { ...found, ...computed };
}

/** @throws {EngineError} `invalid-option` if gradients are asked for without a target. */
export function checkRequest({ gradients = [], target }: CaptureRequest): void {
  if (gradients.length > 0 && !target)
    throw new EngineError('invalid-option', 'gradients need a target: the class to differentiate');
}

function rowsOf({ shape, data }: TensorData): Float32Array[] {
  const classes = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, n) => data.slice(n * classes, (n + 1) * classes));
}

/** Downloads a tensor in PyTorch's layout. */
async function read(tensor: Tensor): Promise<TensorData> {
  const nchw = tensor.rank === 4 ? toNchw(tensor as Tensor4D) : tensor.clone();
  const data = (await unlessLost(nchw.data())) as Float32Array;
  nchw.dispose();
  return { shape: nchw.shape, data: tensor.rank === 4 ? data : data.slice() };
}

/** Downloads named tensors; names of the same data (a block and its last layer) share one array. */
async function readAll(tensors: ReadonlyArray<readonly [string, Tensor]>) {
  const reads = new Map<object, Promise<TensorData>>();
  const entries = tensors.map(async ([name, tensor]) => {
    const reading = reads.get(tensor.dataId) ?? read(tensor);
    reads.set(tensor.dataId, reading);
    return [name, await reading] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
