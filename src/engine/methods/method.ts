import type { TensorData } from '../layout.ts';
import type { Run } from '../model.ts';
import type { Target } from '../targets.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';

/** One knob of a method: a choice among words. */
export interface ChoiceOption {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly string[];
  readonly default: string;
}

export interface ExplainRequest extends LoadOptions {
  readonly target: Target;
  /** Tap that a class-activation method works at; the method's own default if left out. */
  readonly layer?: string | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** A raw attribution, not normalised and not upsampled, in the units the method states. */
export interface Attribution {
  /** `[H, W]` */
  readonly map: TensorData;
  /** What the map was computed from, by name. */
  readonly details: Readonly<Record<string, TensorData>>;
  readonly layer: string | undefined;
  readonly target: { readonly class: number; readonly value: number };
  readonly logits: TensorData;
}

/** An attribution method: for one picture and one target, a map of where the evidence lies. */
export interface Method {
  readonly id: string;
  readonly name: string;
  /** Units of the raw map. */
  readonly unit: string;
  /** Whether the method works at a layer rather than at the input. */
  readonly atLayer: boolean;
  readonly options: readonly ChoiceOption[];
  explain(run: Run, request: ExplainRequest): Promise<Attribution>;
}
