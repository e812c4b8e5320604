import { capture, type CaptureRequest } from '../src/engine/capture.ts';
import type { TensorData } from '../src/engine/layout.ts';
import type { Model } from '../src/engine/model.ts';
import { sampleTimes, type Samples } from './median.ts';

/** What is timed for one picture, from a fresh run to arrays in PyTorch's layout; always the logits. */
export const captureColumns = {
  forward: 'forward',
  inputGradient: '+ input gradient',
  moduleGradients: '+ gradient at every module',
  everything: '+ activation at every module',
} as const;

export type CaptureKind = keyof typeof captureColumns;
/** Median milliseconds. */
export type CaptureTimes = Readonly<Record<CaptureKind, number>>;

export function captureSamples(
  model: Model,
  input: TensorData,
  rounds: number,
  warmUps?: number,
): Promise<Samples<CaptureKind>> {
  const layers = model.modules.map(({ name }) => name);
  const target = { kind: 'logit', class: 3 } as const;
  const once = (request: CaptureRequest) => async () => {
    const run = model.run(input);
    await capture(run, { target, ...request });
    run.dispose();
  };
  const gradients = ['input', ...layers];
  const tasks: Readonly<Record<CaptureKind, () => Promise<void>>> = {
    forward: once({}),
    inputGradient: once({ gradients: ['input'] }),
    moduleGradients: once({ gradients }),
    everything: once({ layers, gradients }),
  };
  return sampleTimes(tasks, rounds, warmUps);
}
