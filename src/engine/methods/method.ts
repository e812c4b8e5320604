import type { TensorData } from '../layout.ts';
import type { Preprocessing } from '../manifest.ts';
import type { Run } from '../model.ts';
import type { ResolvedTarget, Target } from '../targets.ts';
import type { LoadOptions } from '../weights/lazyWeights.ts';
import { notesOn, rangeOf, type Note, type Range } from './notes.ts';
import {
  resolveOptions,
  type MethodOption,
  type OptionValue,
  type OptionValues,
} from './options.ts';

/** How far a long computation has come, in steps of its own. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** A computation in slices tells of its progress, at most every `reportEvery` milliseconds (100 unless told). */
export interface Reports<Partial> extends LoadOptions {
  readonly onStep?: ((progress: Progress) => void) | undefined;
  /** Given the map as it would be if no more steps came. */
  readonly onPartial?: ((partial: Partial, progress: Progress) => void) | undefined;
  readonly reportEvery?: number | undefined;
}

interface Question {
  readonly target: Target;
  /** Tap that a class-activation method works at; the method's own default if left out. */
  readonly layer?: string | undefined;
  readonly options?: Readonly<Record<string, OptionValue>> | undefined;
  /** How pictures are normalised: black, white and blurred pictures are made with it. */
  readonly preprocessing?: Pick<Preprocessing, 'mean' | 'std'> | undefined;
  /** Other pictures to compare with, normalised: `[M, C, H, W]`. */
  readonly references?: TensorData | undefined;
}

export interface ExplainRequest extends Question, Reports<Attribution> {}

/** What a method is asked: as an `ExplainRequest`, but it reports what it has found without notes. */
export interface EvidenceRequest extends Question, Reports<Evidence> {}

/** What a method finds: a raw map, not normalised and not upsampled, in the units the method states. */
export interface Evidence {
  /** `[H, W]` */
  readonly map: TensorData;
  /**
   * What the map was computed from, by name. `signed` is the map `[H, W]` before a ReLU, `gradient` and
   * `activation` are `[1, C, H, W]`, `alpha` is one weight for each channel.
   */
  readonly details: Readonly<Record<string, TensorData>>;
  readonly layer: string | undefined;
  readonly target: ResolvedTarget;
  /** `[1, classes]` */
  readonly logits: TensorData;
  /** What only the method itself can know. */
  readonly notes?: readonly Note[];
}

/** A raw attribution, and what there is to say about it. */
export interface Attribution extends Evidence {
  /** Why a map is blank or not to be trusted; empty where there is nothing to say. */
  readonly notes: readonly Note[];
  /** Of the map, before its ReLU where it has one. */
  readonly range: Range;
}

/** What can be said about a method without running it. */
export interface MethodDescription {
  readonly id: string;
  readonly name: string;
  readonly family: 'gradient' | 'class-activation' | 'gradient-free';
  /** Units of the raw map. */
  readonly unit: string;
  /** Whether the method works at a layer rather than at the input. */
  readonly atLayer: boolean;
  /** Whether it can take over 200 ms on a small network, so that its progress is worth showing. */
  readonly long: boolean;
  readonly options: readonly MethodOption[];
}

/** An attribution method: for one picture and one target, a map of where the evidence lies. */
export interface Method extends MethodDescription {
  /** @throws {EngineError} `invalid-option` */
  explain(run: Run, request: ExplainRequest): Promise<Attribution>;
}

interface Plan<Options extends readonly MethodOption[]> extends MethodDescription {
  readonly options: Options;
  /** @param options the request's, checked, with defaults filled in */
  attribute(run: Run, request: EvidenceRequest, options: OptionValues<Options>): Promise<Evidence>;
}

/** Makes a method of how it attributes: options are checked before, notes are added after. */
export function defineMethod<const Options extends readonly MethodOption[]>(
  plan: Plan<Options>,
): Method {
  const { attribute, ...description } = plan;
  return {
    ...description,
    async explain(run, request) {
      const { onPartial, ...rest } = request;
      const options = resolveOptions(plan, request.options);
      const annotated = (evidence: Evidence) => annotate(evidence, request.target);
      const evidence = await attribute(
        run,
        {
          ...rest,
          onPartial: onPartial && ((partial, progress) => onPartial(annotated(partial), progress)),
        },
        options,
      );
      return annotated(evidence);
    },
  };
}

function annotate(evidence: Evidence, target: Target): Attribution {
  return { ...evidence, notes: notesOn(evidence, target), range: rangeOf(evidence) };
}
