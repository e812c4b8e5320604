import { capture, type CaptureRequest } from '../capture.ts';
import { EngineError } from '../errors.ts';
import type { TensorData } from '../layout.ts';
import type { Model, Run } from '../model.ts';
import type { ResolvedTarget, Target } from '../targets.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';

/** A layer as class-activation methods see it. Arrays are `[C, H, W]`. */
export interface LayerView {
  readonly layer: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Z, the number of positions of one channel. */
  readonly plane: number;
  readonly activation: Float32Array;
  /** d target / d A; all zeros where the method did not ask for it. */
  readonly gradient: Float32Array;
  readonly target: ResolvedTarget;
  /** `[1, classes]` */
  readonly logits: TensorData;
}

/** The last layer that still has rows and columns: the output of the deepest stage wider than 1x1. */
export function lastSpatialLayer(model: Model): string {
  const outputs = model.stages.map((stage) => stage.modules.at(-1)!);
  return outputs.findLast(({ outputShape: [, height = 1, width = 1] }) => height * width > 1)!.name;
}

/** @throws {EngineError} `unknown-layer` or `no-spatial-extent` */
export function checkSpatial(model: Model, layer: string): void {
  const [, height = 1, width = 1] = model.module(layer).outputShape;
  if (height * width <= 1)
    throw new EngineError(
      'no-spatial-extent',
      `${layer} has no rows and columns left to draw a map on, choose a layer before the pooling`,
    );
}

/** The module whose very output a container gives. */
function leafOf(model: Model, name: string): string {
  const { returns } = model.module(name);
  return returns === undefined ? name : leafOf(model, returns);
}

/**
 * The global average pooling that alone stands between a layer and a linear head; undefined where
 * there is more in between. There, d target / d A is the pooled value's gradient over Z everywhere.
 */
export function pooledBy(model: Model, layer: string): string | undefined {
  const head = model.module(model.output);
  const pool = head.type === 'Linear' ? model.module(head.inputs[0]!) : undefined;
  if (pool?.type !== 'AdaptiveAvgPool2d') return undefined;
  return leafOf(model, pool.inputs[0]!) === leafOf(model, layer) ? pool.name : undefined;
}

export interface ViewRequest extends LoadOptions {
  readonly target: Target;
  readonly gradient: boolean;
  readonly seed?: CaptureRequest['seed'];
}

// #region layerView
/**
 * Activation and gradient at a layer. Between the last block and the logits stand only the average
 * over positions and a linear layer: there, no pass goes back through the network, since every
 * position has the gradient of its channel's mean over Z.
 * @throws {EngineError} `unknown-layer` or `no-spatial-extent`
 */
export async function layerView(
  run: Run,
  layer: string,
  { target, gradient, seed, signal, waiting, onProgress }: ViewRequest,
): Promise<LayerView> {
  checkSpatial(run.model, layer);
  const pool = pooledBy(run.model, layer);
  const found = await capture(run, {
    ...{ signal, waiting, onProgress, target, seed },
    layers: [layer],
    gradients: gradient ? [pool ?? layer] : [],
  });
  const { shape, data: activation } = found.activations[layer]!;
  const [, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const whole = found.gradients[layer]?.data;
  const pooled = pool && found.gradients[pool]?.data;
  return {
    ...{ layer, channels, height, width, plane, activation },
    gradient: pooled
      ? activation.map((_, i) => pooled[Math.floor(i / plane)]! / plane)
      : (whole ?? new Float32Array(activation.length)),
    target: found.target!,
    logits: found.logits!,
  };
}
// #endregion
