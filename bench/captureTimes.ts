import { capture, type CaptureRequest } from '../src/engine/capture.ts';
import type { TensorData } from '../src/engine/layout.ts';
import type { Model } from '../src/engine/model.ts';
import { medianTimes } from './median.ts';

/** Median milliseconds for one picture, from a fresh run to arrays in PyTorch's layout. */
export interface CaptureTimes {
  /** Logits only. */
  readonly forward: number;
  /** Logits and the gradient at the input. */
  readonly inputGradient: number;
  /** Logits, and activations and gradients at the input and every module. */
  readonly everything: number;
}

export function captureTimes(
  model: Model,
  input: TensorData,
  rounds: number,
): Promise<CaptureTimes> {
  const layers = model.modules.map(({ name }) => name);
  const target = { kind: 'logit', class: 3 } as const;
  const once = (request: CaptureRequest) => async () => {
    const run = model.run(input);
    await capture(run, request);
    run.dispose();
  };
  return medianTimes(
    {
      forward: once({ target }),
      inputGradient: once({ target, gradients: ['input'] }),
      everything: once({ target, layers, gradients: ['input', ...layers] }),
    },
    rounds,
  );
}
