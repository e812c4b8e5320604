import type { CodeRequest } from './pytorchCode.ts';

/** What a library of the field would be asked, after `pytorchCode`'s model and picture. */
export interface LibraryCode {
  readonly library: 'Captum' | 'pytorch-grad-cam';
  readonly code: string;
}

type Options = CodeRequest['options'];

/** Captum leaves the colour channels apart: `[C, H, W]` to `[H, W]`. */
const reduced = ({ reduction }: Options) =>
  ({ l2: 'square().sum(0).sqrt()', sum: 'abs().sum(0)' })[String(reduction)] ?? 'abs().amax(0)';

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

/**
 * The same method in Captum or pytorch-grad-cam, for a class's logit; undefined where neither has it
 * with these options. pytorch-grad-cam scales its map to 0 to 1 and enlarges it.
 */
export function libraryCode({
  method,
  options,
  layer,
  target,
}: CodeRequest): LibraryCode | undefined {
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
    case 'grad-cam':
      return {
        library: 'pytorch-grad-cam',
        code: `from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

layers, targets = [model.get_submodule("${layer}")], [ClassifierOutputTarget(${index})]
heat = GradCAM(model=model, target_layers=layers)(input_tensor=x, targets=targets)[0]`,
      };
    default:
      return undefined;
  }
}
