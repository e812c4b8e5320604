import { abs, step, sum, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { ModuleInfo } from '../archs/architecture.ts';
import { unlessLost } from '../backend.ts';
import { throwIfAborted } from '../errors.ts';
import { sizeOf } from '../layout.ts';
import type { Run } from '../model.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';

/** How much of a layer's output is exactly zero. */
export interface LayerSparsity {
  readonly layer: string;
  /** Share of the activations that are zero, 0 to 1. */
  readonly zeroShare: number;
  /** Channels that are zero in every cell. */
  readonly silentChannels: number;
  readonly channels: number;
}

/**
 * Where a network cuts off what is negative, in forward order: each ReLU, under the name of the
 * block that it ends if there is one. `features.0` to `features.5`; `relu`, `layer1.0` to `layer4.1`.
 */
export function rectifiedLayers(modules: readonly ModuleInfo[]): string[] {
  const rectifiers = modules.filter(({ type }) => type === 'ReLU');
  return rectifiers.map(
    ({ name }) => modules.find(({ returns }) => returns === name)?.name ?? name,
  );
}

/**
 * How many activations of each channel are not zero, `[C]`; the input is NHWC or `[N, features]`.
 * Booleans would be the plainer way, but WebGPU's shaders cannot add them up (TensorFlow.js 4.22).
 */
function activeByChannel(tensor: Tensor): Tensor {
  const axes = Array.from({ length: tensor.rank - 1 }, (_, axis) => axis);
  return tidy(() => sum(step(abs(tensor)), axes));
}

// #region sparsity
/**
 * Counts the zeros of layers where the backend has them: one number for each channel is read back,
 * not the activations. What the run has computed before is not computed again.
 *
 * @throws {EngineError} `unknown-layer`, and what loading weights throws
 */
export async function sparsity(
  run: Run,
  layers: readonly string[],
  options: LoadOptions = {},
): Promise<LayerSparsity[]> {
  await run.forward(layers, options);
  const found = await Promise.all(layers.map((layer) => layerSparsity(run, layer)));
  throwIfAborted(options.signal);
  return found;
}

async function layerSparsity({ trace }: Run, layer: string): Promise<LayerSparsity> {
  const { tensor } = trace.value(layer);
  const channels = tensor.shape.at(-1)!;
  const cells = sizeOf(tensor.shape) / channels;
  const counted = activeByChannel(tensor);
  const active = (await unlessLost(counted.data())) as Float32Array;
  counted.dispose();
  const zeros = channels * cells - active.reduce((total, count) => total + count, 0);
  return {
    layer,
    zeroShare: zeros / (channels * cells),
    silentChannels: active.filter((count) => count === 0).length,
    channels,
  };
}
// #endregion
