/** What the page and the engine's worker say to each other: types, and the ending that both know twins by. */
import type { ArchitectureConfig, ModuleInfo } from '../engine/archs/architecture.ts';
import type { BackendName, BackendReport } from '../engine/backend.ts';
import type { EngineErrorCode } from '../engine/errors.ts';
import type { TensorData } from '../engine/layout.ts';
import type { ConventionGoldens } from '../engine/lenses/conventionGoldens.ts';
import type {
  ActivationTaps,
  ConventionMaps,
  ConventionSubject,
  ConventionTarget,
} from '../engine/lenses/conventions.ts';
import type { Unit, UnitGradient } from '../engine/lenses/effectiveField.ts';
import type { FilterAnalysis } from '../engine/lenses/filters/filterAnalysis.ts';
import type { FilterCensus } from '../engine/lenses/filters/filterCensus.ts';
import type {
  Pattern,
  PrototypeFit,
  PrototypeKind,
  PrototypeParameters,
} from '../engine/lenses/filters/prototypeFit.ts';
import type { Verdict } from '../engine/lenses/filters/verdict.ts';
import type { StrongestCells } from '../engine/lenses/patches.ts';
import type { FieldStep, ReceptiveField } from '../engine/lenses/receptiveField.ts';
import type { LayerSparsity } from '../engine/lenses/sparsity.ts';
import type { Variation, Variations } from '../engine/lenses/variations.ts';
import type { Preprocessing } from '../engine/manifest.ts';
import type { MethodDescription, Progress } from '../engine/methods/method.ts';
import type { Note, Range } from '../engine/methods/notes.ts';
import type { MethodOption, OptionValue } from '../engine/methods/options.ts';
import type { Bitmap } from '../engine/resample.ts';
import type { ResolvedTarget, Target } from '../engine/targets.ts';
import type { LoadProgress } from '../engine/weights/lazyWeights.ts';

export { untrainedSuffix } from '../engine/untrainedSuffix.ts';
export type {
  ActivationTaps,
  BackendName,
  BackendReport,
  Bitmap,
  ConventionGoldens,
  ConventionMaps,
  ConventionSubject,
  ConventionTarget,
  EngineErrorCode,
  FieldStep,
  FilterAnalysis,
  FilterCensus,
  LayerSparsity,
  LoadProgress,
  MethodDescription,
  MethodOption,
  ModuleInfo,
  Note,
  OptionValue,
  Pattern,
  PrototypeFit,
  PrototypeKind,
  PrototypeParameters,
  Progress,
  Range,
  ReceptiveField,
  ResolvedTarget,
  StrongestCells,
  Target,
  TensorData,
  Unit,
  UnitGradient,
  Variation,
  Variations,
  Verdict,
};

/** A picture under a key: the worker keeps one forward pass for each model and key. */
export interface KeyedPicture {
  readonly key: string;
  readonly bitmap: Bitmap;
}

export interface ModelDescription {
  readonly id: string;
  readonly title: string;
  readonly architecture: ArchitectureConfig;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly modules: readonly ModuleInfo[];
}

/** A state dict of the reader's own. */
export interface ModelFile {
  readonly file: Blob;
  readonly name: string;
  /** One for each class; numbered if left out. */
  readonly labels?: readonly string[] | undefined;
  /** Height and width of the input in pixels; the architecture's usual one if left out. */
  readonly inputSize?: number | undefined;
}

/** A weight file that lies outside the site, and how it is known. */
export interface FetchedFile {
  readonly url: string;
  /** Of the whole file, 64 hex digits; where left out, its structure alone is checked. */
  readonly sha256?: string | undefined;
  /** Length that is expected where the server does not tell. */
  readonly bytes: number;
  /** Address of the list of labels. */
  readonly labelsUrl: string;
  /** Name of the browser's cache that keeps the file. */
  readonly cache: string;
}

/** A method's map for one picture and target. */
export interface Explanation {
  /** `[H, W]`, raw. */
  readonly map: TensorData;
  readonly details: Readonly<Record<string, TensorData>>;
  readonly layer: string | undefined;
  readonly unit: string;
  readonly logits: readonly number[];
  readonly target: ResolvedTarget;
  /** Why the map is blank or not to be trusted. */
  readonly notes: readonly Note[];
  /** Of the map, before its ReLU where it has one. */
  readonly range: Range;
}

/** Every request with its parameters and its result. Maps travel as `[N, C, H, W]`. */
export interface Requests {
  describe: { params: { model: string }; result: ModelDescription };
  /** Opens a file under the id `model`, which other requests may then name. */
  openModel: { params: { model: string } & ModelFile; result: ModelDescription };
  /** Fetches torchvision's ImageNet-1k weights and opens them under the id `model`. */
  fetchModel: {
    params: {
      model: string;
      source: FetchedFile;
      /** What was fetched before, so that nothing needs to be fetched again. */
      fetched?: { readonly file: Blob; readonly labels: readonly string[] } | undefined;
    };
    result: {
      description: ModelDescription;
      file: Blob;
      /** Whether it came out of the browser's cache. */
      cached: boolean;
    };
  };
  /** Frees a model that was opened from a file. */
  closeModel: { params: { model: string }; result: undefined };
  /** One tensor of the state dict, OIHW for convolutions. */
  parameter: { params: { model: string; name: string }; result: TensorData };
  /** The first layer's weights in the course of training, after `epoch` if one is named. */
  history: {
    params: { model: string; epoch?: number };
    result: {
      /** What can be asked for, 0 for the state before training; empty where no history was kept. */
      epochs: readonly number[];
      /** OIHW. */
      weights: TensorData | undefined;
    };
  };
  /** Every filter of a first layer against hand-designed kernels; the first convolution's unless told. */
  filters: { params: { model: string; layer?: string }; result: FilterCensus };
  /** The picture as the network sees it, before normalisation. */
  view: { params: { model: string; picture: KeyedPicture }; result: Bitmap };
  capture: {
    params: {
      model: string;
      picture: KeyedPicture;
      layers?: readonly string[];
      gradients?: readonly string[];
      target?: Target;
      /** Layers in forward order: whenever the pass must wait for weights, the deepest computed is shown. */
      previews?: readonly string[];
    };
    preview: { layer: string; activations: TensorData };
    result: {
      activations: Readonly<Record<string, TensorData>>;
      gradients: Readonly<Record<string, TensorData>>;
      /** Empty without a target. */
      logits: readonly number[];
      target: ResolvedTarget | undefined;
    };
  };
  /** Zeros of the layers named; of every ReLU of the network unless told. */
  sparsity: {
    params: { model: string; picture: KeyedPicture; layers?: readonly string[] };
    result: readonly LayerSparsity[];
  };
  /** What the cells of every module (and `input`) see of the input, and the windows on the longest way through the network. */
  receptiveFields: {
    params: { model: string };
    result: {
      fields: Readonly<Record<string, ReceptiveField>>;
      steps: readonly FieldStep[];
    };
  };
  /** What excites each channel of a layer most in a picture: in the whole of it, or in any of its crops. */
  patches: {
    params: {
      model: string;
      picture: KeyedPicture;
      layer: string;
      crops: 'whole' | 'all';
    };
    result: StrongestCells;
  };
  /** How strongly each pixel moves one unit of a layer. */
  unitGradient: {
    params: { model: string; picture: KeyedPicture; layer: string; unit: Unit };
    result: UnitGradient;
  };
  /** The target at other inputs made of the picture: nudged pixels, noisy copies, points of a path. */
  vary: {
    params: { model: string; picture: KeyedPicture; target: Target; variation: Variation };
    result: Variations;
  };
  explain: {
    params: {
      model: string;
      picture: KeyedPicture;
      method: string;
      target: Target;
      layer?: string | undefined;
      options?: Readonly<Record<string, OptionValue>>;
      /** Other pictures that the method may compare with. */
      references?: readonly KeyedPicture[];
    };
    /** How far a long method has come, and, where it can tell, its map so far. */
    preview: { progress: Progress; partial?: Explanation };
    result: Explanation;
  };
  /** The raw maps of which the conventions of libraries and papers make theirs. */
  conventions: {
    params: {
      model: string;
      picture: KeyedPicture;
      subject: ConventionSubject;
      class: number | 'predicted';
    };
    result: ConventionMaps;
  };
  /** PyTorch's maps under every convention; undefined for a model that has none. */
  conventionGoldens: { params: { model: string }; result: ConventionGoldens | undefined };
  /** Every attribution method with its options and their defaults. */
  methods: { params: Readonly<Record<string, never>>; result: readonly MethodDescription[] };
}

export type RequestKind = keyof Requests;
export type Params<K extends RequestKind> = Requests[K]['params'];
export type Result<K extends RequestKind> = Requests[K]['result'];
/** What can be shown before the result is there. */
export type Preview<K extends RequestKind> = Requests[K] extends { preview: infer P } ? P : never;

/** Asks the engine, wherever it runs. */
export type Ask = <K extends RequestKind>(
  kind: K,
  params: Params<K>,
  onPreview?: (preview: Preview<K>) => void,
) => Promise<Result<K>>;

/** Errors cross the boundary as values, so that their code survives. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: EngineErrorCode | 'internal'; readonly message: string };

export interface StartOptions {
  readonly preferred?: BackendName | undefined;
  readonly excluded?: Readonly<Partial<Record<BackendName, string>>> | undefined;
  /** Absolute URL of the folder that holds `models/`. */
  readonly base: string;
}

export interface EngineWorker {
  start(options: StartOptions): Promise<Reply<BackendReport>>;
  /** Requests compute one after the other; `id` is for `cancel`. */
  request<K extends RequestKind>(
    id: number,
    kind: K,
    params: Params<K>,
    onProgress?: (progress: LoadProgress) => void,
    onPreview?: (preview: Preview<K>) => void,
  ): Promise<Reply<Result<K>>>;
  cancel(id: number): void;
}
