import { EngineError } from '../errors.ts';
import { baseline, baselineKinds, type BaselineKind } from '../inputs/baselines.ts';
import type { TensorData } from '../layout.ts';
import type { EvidenceRequest } from './method.ts';

export const baselineOption = {
  kind: 'choice',
  name: 'baseline',
  label: 'Compared with',
  choices: baselineKinds,
  default: 'black',
} as const;

/**
 * The baseline of a request for `pixels` `[1, C, H, W]`.
 * @throws {EngineError} `invalid-option` where nothing tells what black is
 */
export function baselineOf(
  kind: BaselineKind,
  pixels: TensorData,
  { preprocessing }: EvidenceRequest,
  seed?: number,
): TensorData {
  const needed = kind !== 'mean' && kind !== 'blurred';
  if (!preprocessing && needed)
    throw new EngineError(
      'invalid-option',
      `a baseline "${kind}" needs the mean and deviation that pictures are normalised with`,
    );
  return baseline(kind, pixels, preprocessing ?? { mean: [], std: [] }, seed);
}
