import type { OptionValue } from '../../worker/protocol.ts';
import { layersOf } from './pytorchCams.ts';
import type { CodeRequest } from './pytorchCode.ts';

/** What a library of the field would be asked, after `pytorchCode`'s model and picture. */
export interface LibraryCode {
  readonly library: 'Captum' | 'pytorch-grad-cam';
  readonly code: string;
}

type Options = CodeRequest['options'];

/** Captum leaves the colour channels apart: `[C, H, W]` to `[H, W]`. */
const reduced = ({ reduction }: Options) =>
  ({ l2: 'square().sum(0).sqrt()', sum: 'abs().sum(0)', signed: 'sum(0)' })[String(reduction)] ??
  'abs().amax(0)';

const noiseTypes: Readonly<Record<string, string>> = {
  mean: 'smoothgrad',
  squared: 'smoothgrad_sq',
  variance: 'vargrad',
};

/** Baselines that one number or an expression tells. */
const baselines: Readonly<Record<string, string>> = {
  black: '((0 - mean) / std)[None].expand_as(x)',
  white: '((1 - mean) / std)[None].expand_as(x)',
  mean: '0',
};

/** The name of Captum's class, and from its attribution `[1, C, H, W]` on to `heat`. */
function captum(name: string, index: number, reduce: string, more = ''): LibraryCode {
  return {
    library: 'Captum',
    code: `from captum.attr import ${name}

attribution = ${name}(model).attribute(x, target=${index}${more})
heat = attribution[0].${reduce}`,
  };
}

function noiseTunnel(options: Options, index: number): LibraryCode {
  const scale = options['convention'] === 'captum' ? '' : ' * (x.max() - x.min()).item()';
  const absolute = options['convention'] === 'captum' ? '' : ', abs=False';
  return {
    library: 'Captum',
    code: `from captum.attr import NoiseTunnel, Saliency

attribution = NoiseTunnel(Saliency(model)).attribute(
    x, target=${index}${absolute}, nt_type="${noiseTypes[String(options['form'])]}",
    nt_samples=${options['samples']}, stdevs=${options['sigma']}${scale},
)
heat = attribution[0].${reduced(options)}`,
  };
}

/** The class-activation methods by their names in pytorch-grad-cam. */
const camClasses: Readonly<Record<string, string>> = {
  'grad-cam': 'GradCAM',
  'grad-cam-plus-plus': 'GradCAMPlusPlus',
  'x-grad-cam': 'XGradCAM',
  'hires-cam': 'HiResCAM',
  'element-wise-grad-cam': 'GradCAMElementWise',
  'layer-cam': 'LayerCAM',
  'score-cam': 'ScoreCAM',
  'ablation-cam': 'AblationCAM',
  'eigen-cam': 'EigenCAM',
  'eigen-grad-cam': 'EigenGradCAM',
  'full-grad': 'FullGrad',
  'finer-cam': 'FinerCAM',
  'shapley-cam': 'ShapleyCAM',
  'kpca-cam': 'KPCA_CAM',
  'random-cam': 'RandomCAM',
};

/** Choices that pytorch-grad-cam does not leave. */
const camChoices: Readonly<Record<string, OptionValue>> = {
  scaling: 'none',
  channels: 4096,
  variant: 'pytorch-grad-cam',
  centre: 'channels',
  terms: 'min-max',
};

function camLibraryCode(request: CodeRequest): LibraryCode | undefined {
  const { method, options, target, part, negated } = request;
  const name = camClasses[method];
  const differs = Object.keys(camChoices).some(
    (key) => options[key] !== undefined && options[key] !== camChoices[key],
  );
  if (name === undefined || differs || part || negated) return undefined;
  const layers = method === 'full-grad' ? [] : layersOf(request);
  const modules = layers.map((path) => `model.get_submodule("${path}")`).join(', ');
  const kernel = method === 'kpca-cam' ? `, kernel="${options['kernel']}"` : '';
  const made = `${name}(model=model, target_layers=[${modules}]${kernel})`;
  const smooth = options['component'] === 'principal' ? ', eigen_smooth=True' : '';
  const augmented = options['augmentation'] === 'flips and contrasts' ? ', aug_smooth=True' : '';
  if (method === 'finer-cam') {
    if (augmented) return undefined;
    const others = Array.from({ length: Number(options['comparisons']) }, (_, i) => i + 1);
    const more = `alpha=${options['strength']}, comparison_categories=[${others.join(', ')}]`;
    const asked = `input_tensor=x, target_idx=${target.class}, ${more}${smooth}`;
    return gradCamLibrary(`from pytorch_grad_cam import FinerCAM

heat = ${made}(${asked})[0]`);
  }
  return gradCamLibrary(`from pytorch_grad_cam import ${name}
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

targets = [ClassifierOutputTarget(${target.class})]
heat = ${made}(input_tensor=x, targets=targets${augmented}${smooth})[0]`);
}

const gradCamLibrary = (code: string): LibraryCode => ({ library: 'pytorch-grad-cam', code });

/**
 * The same method in Captum or pytorch-grad-cam, for a class's logit; undefined where neither has it
 * with these options. pytorch-grad-cam scales its map to 0 to 1 and enlarges it.
 */
export function libraryCode(request: CodeRequest): LibraryCode | undefined {
  const { method, options, target } = request;
  if (target.kind !== 'logit') return undefined;
  const index = target.class;
  const baseline = baselines[String(options['baseline'])];
  switch (method) {
    case 'saliency':
      return captum('Saliency', index, reduced(options), ', abs=False');
    case 'gradient-x-input':
      return captum('InputXGradient', index, 'sum(0)');
    case 'guided-backprop':
      return captum('GuidedBackprop', index, reduced(options));
    case 'deconvnet':
      return captum('Deconvolution', index, reduced(options));
    case 'smoothgrad':
      return noiseTunnel(options, index);
    case 'integrated-gradients': {
      const rule = options['rule'] === 'midpoint' ? 'riemann_middle' : 'gausslegendre';
      const more = `, baselines=${baseline}, n_steps=${options['steps']}, method="${rule}"`;
      return baseline === undefined
        ? undefined
        : captum('IntegratedGradients', index, 'sum(0)', more);
    }
    default:
      return camLibraryCode(request);
  }
}
