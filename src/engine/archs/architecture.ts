import type { Operation, Trace, Value } from '../trace.ts';

/** How PyTorch initialises a parameter by default. */
export type Initial =
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform on `[-bound, bound]`; `bound` is 1 / sqrt(fan in). */
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly standardDeviation: number };

/** One tensor of a state dict, in PyTorch's layout (OIHW for convolutions). */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Initial;
}

/** The square window that a convolution or pooling slides over its input, in cells of that input. */
export interface SlidingWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** One PyTorch module of a network. */
export interface ModuleInfo {
  /** PyTorch module path, the name of its tap. */
  readonly name: string;
  /** PyTorch class name. */
  readonly type: string;
  /** `[C, H, W]`, or `[features]` after flattening, for one picture. */
  readonly outputShape: readonly number[];
  /** Number of learned values (running statistics not counted). */
  readonly parameters: number;
  /** The modules whose outputs it reads, or `input`; a ReLU after a residual sum reads two. */
  readonly inputs: readonly string[];
  /** A ReLU stands between it and what it reads, as a call of a module that runs again later. */
  readonly rectifiesInput?: true;
  /** Only of convolutions and max-pooling. */
  readonly window?: SlidingWindow;
  /** Only of containers: the module inside whose output is theirs. */
  readonly returns?: string;
}

/** A stage with its weights on the backend, ready to run. */
export interface BuiltStage {
  readonly operations: readonly Operation[];
  forward(trace: Trace, x: Value): Value;
}

/** A piece of a network that runs as soon as its own weights are there. */
export interface Stage {
  readonly name: string;
  readonly modules: readonly ModuleInfo[];
  readonly parameters: readonly ParameterSpec[];
  build(weights: ReadonlyMap<string, Float32Array>): BuiltStage;
}

export interface ArchitectureConfig {
  readonly name: string;
  readonly inputChannels: number;
  /** Height and width of the input in pixels. */
  readonly inputSize: number;
  readonly classCount: number;
}

export interface Architecture {
  readonly name: string;
  /** The stages in forward order. */
  stages(config: ArchitectureConfig): Stage[];
}
