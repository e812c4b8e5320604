/** Methods with options, layers and targets whose PyTorch code is run beside the engine. */
import type { CodeRequest } from '../../src/components/figures/pytorchCode.ts';
import { normalNoise } from '../../src/engine/inputs/normalNoise.ts';
import type { OptionValue } from '../../src/engine/methods/options.ts';
import { seededRandom } from '../../src/engine/random.ts';
import type { Target } from '../../src/engine/targets.ts';

const size = 3 * 32 * 32;
/** A layer whose gradient is not the same everywhere. */
const before = 'features.3';

const uniform = (count: number, samples: number, seed: number) =>
  Array.from({ length: samples }, (_, sample) => {
    const random = seededRandom(seed, sample);
    return Array.from({ length: count }, random);
  }).flat();

/** The engine's random numbers in place of PyTorch's, as the script's `noise` or `draws`. */
export interface Numbers {
  readonly name: 'noise' | 'draws';
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface CodeExample {
  readonly method: string;
  /** What a figure makes of the method's map. */
  readonly shown?: Pick<CodeRequest, 'part' | 'negated'> & { readonly signed?: boolean };
  readonly options?: Readonly<Record<string, OptionValue>>;
  /** The pooled block unless told. */
  readonly layer?: string;
  readonly numbers?: Numbers;
  /** Its gradient goes back to a picture that nobody moved away from the kinks of ReLU and max-pooling. */
  readonly atKinks?: true;
  readonly target?: Pick<Target, 'kind'> & { readonly class?: number; readonly against?: number };
}

const smoothNoise: Numbers = {
  name: 'noise',
  shape: [8, 3, 32, 32],
  values: Array.from({ length: 8 }, (_, sample) => [...normalNoise(size, 1, sample)]).flat(),
};

/** A class whose probability is not near 1, where float32 has few digits left of what is missing to 1. */
const unlikely = 4;

const gradients: readonly CodeExample[] = [
  { method: 'saliency' },
  {
    method: 'saliency',
    options: { reduction: 'l2' },
    target: { kind: 'probability', class: unlikely },
  },
  {
    method: 'saliency',
    options: { reduction: 'sum' },
    target: { kind: 'log-probability', class: unlikely },
  },
  { method: 'gradient-x-input', target: { kind: 'difference', against: 5 } },
  ...['mean', 'squared', 'variance'].map((form) => ({
    method: 'smoothgrad',
    options: { form, samples: 8, sigma: 0.1 },
    numbers: smoothNoise,
  })),
  {
    method: 'smoothgrad',
    options: { convention: 'captum', samples: 8, sigma: 0.3, reduction: 'l2' },
    numbers: smoothNoise,
  },
  ...['black', 'white', 'mean'].map((baseline) => ({
    method: 'integrated-gradients',
    options: { baseline, steps: 6 },
  })),
  {
    method: 'integrated-gradients',
    options: { baseline: 'blurred', steps: 6, rule: 'gauss-legendre' },
  },
  {
    method: 'integrated-gradients',
    options: { baseline: 'noise', steps: 6 },
    numbers: { name: 'noise', shape: [1, 3, 32, 32], values: uniform(size, 1, 1) },
  },
  {
    method: 'expected-gradients',
    options: { samples: 8 },
    numbers: { name: 'draws', shape: [8, 2], values: uniform(2, 8, 1) },
  },
  { method: 'blur-ig', options: { steps: 6, sigma: 0.2 } },
  { method: 'guided-backprop' },
  { method: 'deconvnet', options: { reduction: 'l2' } },
  { method: 'guided-x-input' },
  { method: 'occlusion', options: { window: 0.25, stride: 0.75, baseline: 'blurred' } },
  { method: 'occlusion', options: { window: 0.3, stride: 0.6 } },
  {
    method: 'rise',
    options: { masks: 16, cells: 5, probability: 0.4 },
    numbers: { name: 'draws', shape: [16, 27], values: uniform(27, 16, 1) },
  },
  { method: 'guided-grad-cam' },
  { method: 'guided-grad-cam', options: { upsampling: 'captum' } },
];

const probability = { kind: 'probability', class: unlikely } as const;

const cams: readonly CodeExample[] = [
  { method: 'cam' },
  { method: 'cam', target: { kind: 'log-probability', class: unlikely } },
  { method: 'grad-cam' },
  { method: 'grad-cam', layer: before, options: { relu: 'off' }, target: probability },
  { method: 'grad-cam', options: { scale: 'pytorch-grad-cam', layers: before } },
  { method: 'grad-cam', layer: before, options: { component: 'principal' } },
  { method: 'grad-cam', layer: before, options: { augmentation: 'flips and contrasts' } },
  {
    method: 'x-grad-cam',
    options: { layers: before, augmentation: 'flips and contrasts', component: 'principal' },
  },
  ...['grad-cam-plus-plus', 'x-grad-cam', 'hires-cam', 'element-wise-grad-cam'].map((method) => ({
    method,
    layer: before,
  })),
  ...['none', 'tanh'].map((scaling) => ({
    method: 'layer-cam',
    layer: before,
    options: { scaling },
  })),
  { method: 'score-cam' },
  { method: 'score-cam', layer: before, options: { channels: 24, variant: 'pytorch-grad-cam' } },
  { method: 'ablation-cam' },
  { method: 'ablation-cam', layer: before, options: { channels: 12 } },
  { method: 'ablation-cam', options: { variant: 'pytorch-grad-cam', channels: 12 } },
  ...['channels', 'none'].map((centre) => ({
    method: 'eigen-cam',
    layer: before,
    options: { centre },
  })),
  { method: 'eigen-grad-cam', layer: before, options: { relu: 'on' } },
  ...['raw', 'min-max'].map((terms) => ({ method: 'full-grad', options: { terms } })),
  ...['paper', 'pytorch-grad-cam'].map((variant) => ({
    method: 'finer-cam',
    layer: before,
    options: { variant, strength: 0.8 },
  })),
  { method: 'shapley-cam' },
  { method: 'shapley-cam', layer: before, target: probability },
  ...['sigmoid', 'rbf', 'linear'].map((kernel) => ({
    method: 'kpca-cam',
    layer: before,
    options: { kernel },
  })),
  {
    method: 'random-cam',
    numbers: { name: 'draws', shape: [128], values: uniform(128, 1, 1) },
  },
];

const sorts = ['alpha', 'magnitude', 'contribution'] as const;

const drawn: readonly CodeExample[] = [
  { method: 'saliency', shown: { signed: true } },
  {
    method: 'smoothgrad',
    options: { form: 'squared', samples: 8, sigma: 0.1 },
    numbers: smoothNoise,
    shown: { signed: true },
  },
  { method: 'guided-grad-cam', shown: { signed: true } },
  { method: 'grad-cam', layer: before, shown: { negated: true } },
  ...sorts.map((sort) => ({ method: 'grad-cam', shown: { part: { channels: 9, sort } } })),
];

export const codeExamples: readonly CodeExample[] = [...gradients, ...cams, ...drawn];

/** A layer of ResNet-18 whose gradient is not the same everywhere. */
const early = 'layer3';
const colours = 3 * 224 * 224;

/** For ResNet-18: of each kind of script some, since a pass takes fifty times as long as SmallCNN's. */
export const residualExamples: readonly CodeExample[] = [
  { method: 'saliency', atKinks: true },
  { method: 'gradient-x-input', atKinks: true, target: { kind: 'difference', against: 5 } },
  {
    method: 'smoothgrad',
    atKinks: true,
    options: { samples: 2, sigma: 0.1 },
    numbers: {
      name: 'noise',
      shape: [2, 3, 224, 224],
      values: Float32Array.from([0, 1].flatMap((i) => [...normalNoise(colours, 1, i)])),
    },
  },
  { method: 'integrated-gradients', atKinks: true, options: { steps: 2 } },
  { method: 'guided-backprop', atKinks: true },
  { method: 'deconvnet', atKinks: true },
  { method: 'guided-grad-cam', atKinks: true, options: { upsampling: 'captum' } },
  { method: 'full-grad', atKinks: true },
  { method: 'occlusion', options: { window: 0.5, stride: 1, baseline: 'blurred' } },
  {
    method: 'rise',
    options: { masks: 2, cells: 5, probability: 0.4 },
    numbers: { name: 'draws', shape: [2, 27], values: uniform(27, 2, 1) },
  },
  { method: 'cam' },
  { method: 'grad-cam' },
  { method: 'grad-cam', layer: early, options: { relu: 'off' }, target: probability },
  { method: 'grad-cam', options: { scale: 'pytorch-grad-cam', layers: early } },
  ...['hires-cam', 'layer-cam', 'eigen-cam', 'shapley-cam', 'finer-cam'].map((method) => ({
    method,
    layer: early,
  })),
  { method: 'score-cam', options: { channels: 3, variant: 'pytorch-grad-cam' } },
  { method: 'ablation-cam', layer: early, options: { channels: 3 } },
];
