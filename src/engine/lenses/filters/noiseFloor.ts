import type { Shape } from './filter.ts';
import type { PrototypeKind } from './prototypeFit.ts';
export function noiseFloor(_kind: PrototypeKind, _shape: Shape): number {
  return 0;
}
