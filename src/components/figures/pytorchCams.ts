import type { CodeRequest } from './pytorchCode.ts';

type Options = CodeRequest['options'];

/**
 * How a method of the class-activation family comes to its map, as lines of Python that know `A` and
 * `g` of a layer, `[C, H, W]` each: to weights `alpha` `[C]`, to `terms` `[C, H, W]`, or to `heat` itself.
 */
interface Formula {
  readonly lines: readonly string[];
  readonly gives: 'alpha' | 'terms' | 'heat';
  /** Definitions that the lines need. */
  readonly before?: readonly string[];
}

const alpha = (...lines: readonly string[]): Formula => ({ lines, gives: 'alpha' });
const terms = (...lines: readonly string[]): Formula => ({ lines, gives: 'terms' });

const look = `def look(x, layer):  # activation A and gradient g of the score there, [C, H, W] each
    kept = []
    handle = model.get_submodule(layer).register_forward_hook(lambda module, given, output: kept.append(output))
    value = score(x)
    handle.remove()
    gradient = torch.autograd.grad(value.sum(), kept[0])[0]
    return kept[0][0].detach(), gradient[0]`;

const upright = `def upright(heat):  # a component's sign is arbitrary: the largest magnitude becomes positive
    return -heat if -heat.min() > heat.max() else heat`;

const component = `def first_component(terms, centre=True):  # positions are points, channels their coordinates
    points = terms.reshape(len(terms), -1).T.double()
    if centre:
        points = points - points.mean(0)
    u, s, _ = torch.linalg.svd(points, full_matrices=False)
    return upright(u[:, 0] * s[0]).reshape(terms.shape[1:]).float()`;

const components = [upright, component];

const meanGradient = alpha('alpha = g.mean((1, 2))');

/** The weights of a linear head; for other targets than a logit, the gradient at the pooled values. */
const cam = ({ target, architecture }: CodeRequest) =>
  target.kind === 'logit'
    ? alpha(
        `alpha = model.${architecture.name === 'smallcnn' ? 'head' : 'fc'}.weight[${target.class}].detach()`,
      )
    : alpha('alpha = g.sum((1, 2))  # of the mean over positions');

const gradCamPlusPlus = () =>
  alpha(
    'a = g**2 / (2 * g**2 + g**3 * A.sum((1, 2), keepdim=True) + 1e-6)',
    'alpha = (a * g.relu()).sum((1, 2))',
  );

const xGradCam = () => alpha('alpha = (g * A).sum((1, 2)) / (A.sum((1, 2)) + 1e-7)');

const layerCam = ({ options }: CodeRequest): Formula =>
  options['scaling'] === 'tanh'
    ? {
        lines: [
          'heat = (g.relu() * A).sum(0)',
          'heat = torch.tanh(2 * heat / heat.max()) if heat.max() > 0 else 0 * heat',
        ],
        gives: 'heat',
      }
    : terms('terms = g.relu() * A');

/** All channels, or the strongest. */
function chosenChannels({ channels }: Options): string {
  const all = channels === undefined || Number(channels) >= 4096;
  return all
    ? 'chosen = range(len(A))'
    : `chosen = A.abs().sum((1, 2)).argsort(descending=True)[:${channels}].tolist()`;
}

const scoreCam = ({ options }: CodeRequest) =>
  alpha(
    chosenChannels(options),
    `masks = nn.functional.interpolate(A[None], size=x.shape[-2:], mode="bilinear", align_corners=${options['variant'] === 'pytorch-grad-cam' ? 'True' : 'False'})[0]`,
    'low, high = masks.amin((1, 2), keepdim=True), masks.amax((1, 2), keepdim=True)',
    'masks = (masks - low) / (high - low + 1e-8)',
    'with torch.no_grad():',
    '    scores = torch.cat([score(x * masks[k]) for k in chosen])',
    'alpha = torch.zeros(len(A))',
    'alpha[chosen] = scores.softmax(0)',
  );

const ablationCam = ({ options }: CodeRequest): Formula => ({
  gives: 'alpha',
  before: [
    `def score_with(A, x, layer):  # as if the layer's output were A
    handle = model.get_submodule(layer).register_forward_hook(lambda module, given, output: A[None])
    with torch.no_grad():
        value = score(x).item()
    handle.remove()
    return value`,
  ],
  lines: [
    options['variant'] === 'pytorch-grad-cam'
      ? 'off = A.min() - 1e7 if A.min() != 0 else 0'
      : 'off = 0',
    'alpha, whole = torch.zeros(len(A)), score(x).item()',
    chosenChannels(options),
    'for k in chosen:',
    '    without = A.clone()',
    '    without[k] = off',
    '    alpha[k] = (whole - score_with(without, x, layer)) / whole',
  ],
});

const eigenCam = ({ options }: CodeRequest): Formula => ({
  before: components,
  lines: [`heat = first_component(A${options['centre'] === 'none' ? ', centre=False' : ''})`],
  gives: 'heat',
});

const eigenGradCam = (): Formula => ({
  before: components,
  lines: ['heat = first_component(g * A)'],
  gives: 'heat',
});

function finerCam({ options, target }: CodeRequest): Formula {
  const { strength, comparisons, variant } = options;
  const leads = `(z[${target.class}] - ${strength} * z[nearest])`;
  const mean =
    variant === 'pytorch-grad-cam'
      ? `    p = z.softmax(0)[nearest]
    return (p * ${leads}).sum()[None] / (p.sum() + 1e-9)`
      : `    p = z[nearest].softmax(0)
    return (p * ${leads}).sum()[None]`;
  const score = `# In place of the score above: how far the class is ahead of those it is mistaken for.
def score(x):
    z = model(x)[0]
    nearest = [k for k in (z - z[${target.class}]).abs().argsort().tolist() if k != ${target.class}][:${comparisons}]
${mean}`;
  return { ...meanGradient, before: [score] };
}

/** Of a logit, piecewise linear in the activations of a network of ReLUs, the second derivative is 0. */
function shapleyCam({ target }: CodeRequest): Formula {
  if (target.kind === 'logit' || target.kind === 'difference')
    return alpha('alpha = g.mean((1, 2))  # the second derivative of a logit is 0');
  return {
    gives: 'alpha',
    before: [
      `def hessian_times_activation(x, layer):
    kept = []
    handle = model.get_submodule(layer).register_forward_hook(lambda module, given, output: kept.append(output))
    value = score(x)
    handle.remove()
    gradient = torch.autograd.grad(value.sum(), kept[0], create_graph=True)[0]
    return torch.autograd.grad((gradient * kept[0].detach()).sum(), kept[0])[0][0]`,
    ],
    lines: ['alpha = (g - hessian_times_activation(x, layer) / 2).mean((1, 2))'],
  };
}

const kernels: Readonly<Record<string, string>> = {
  sigmoid: 'torch.tanh(products / points.shape[1] + 1)',
  rbf: 'torch.exp(-torch.cdist(points, points) ** 2 / points.shape[1])',
  linear: 'products',
};

const kpcaCam = ({ options }: CodeRequest): Formula => ({
  before: [upright],
  lines: [
    'points = A.reshape(len(A), -1).T.double()',
    'points = points - points.mean(0)',
    'products = points @ points.T',
    `kernel = ${kernels[String(options['kernel'])]}`,
    'kernel = kernel - kernel.mean(0) - kernel.mean(1, keepdim=True) + kernel.mean()',
    'values, vectors = torch.linalg.eigh(kernel)',
    'heat = upright(vectors[:, -1] * values[-1].clamp(min=0).sqrt()).reshape(A.shape[1:]).float()',
  ],
  gives: 'heat',
});

const randomCam = ({ options }: CodeRequest) =>
  alpha(
    `torch.manual_seed(${options['seed']})`,
    'draws = torch.rand(len(A))',
    'alpha = 2 * draws - 1',
  );

const formulas: Readonly<Record<string, (request: CodeRequest) => Formula>> = {
  cam,
  'grad-cam': () => meanGradient,
  'grad-cam-plus-plus': gradCamPlusPlus,
  'x-grad-cam': xGradCam,
  'hires-cam': () => terms('terms = g * A'),
  'element-wise-grad-cam': () => terms('terms = (g * A).relu()'),
  'layer-cam': layerCam,
  'score-cam': scoreCam,
  'ablation-cam': ablationCam,
  'eigen-cam': eigenCam,
  'eigen-grad-cam': eigenGradCam,
  'finer-cam': finerCam,
  'shapley-cam': shapleyCam,
  'kpca-cam': kpcaCam,
  'random-cam': randomCam,
};

const ranks = {
  alpha: 'alpha',
  magnitude: 'alpha.abs()',
  contribution: '(alpha * A.sum((1, 2))).abs()',
} as const;

/** Only the first channels of an order, where the figure's sum has come no further. */
function partOf({ part }: CodeRequest): string[] {
  if (!part) return [];
  return [
    `first = ${ranks[part.sort]}.argsort(descending=True)[:${part.channels}]`,
    'alpha, A = alpha[first], A[first]',
  ];
}

/** From what the formula gives to `heat`. */
function summed({ gives }: Formula, { options }: CodeRequest): string[] {
  if (gives === 'heat') return [];
  const found = gives === 'alpha' ? 'alpha[:, None, None] * A' : 'terms';
  if (options['component'] === 'principal') return [`heat = first_component(${found})`];
  return [`heat = ${gives === 'alpha' ? `(${found})` : found}.sum(0)`];
}

/** The end of `cam`: what becomes of negative values, and of the scale. */
function returned({ options, negated }: CodeRequest): string[] {
  const heat = negated ? '(-heat)' : 'heat';
  if (options['scale'] !== 'pytorch-grad-cam')
    return [`return ${options['relu'] === 'on' ? `${heat}.relu()` : heat}`];
  return [`heat = ${heat}.relu()`, 'return (heat - heat.min()) / (1e-7 + heat.max() - heat.min())'];
}

/** A block of a ResNet calls its ReLU twice; what the last call gives is the block's own output. */
const blockOf = (name: string) => name.replace(/^(layer\d\.\d+)\.relu$/, '$1');

/** The layer, and those whose maps are averaged with its own. */
export function layersOf({ layer, options }: CodeRequest): string[] {
  const more = String(options['layers'] ?? '').split(',');
  const all = [layer ?? '', ...more].map((name) => blockOf(name.trim()));
  return [...new Set(all)].filter((name) => name !== '');
}

/** The map of the picture `x`: of one layer, or the mean of several; of the picture, or of changed ones. */
function calls(request: CodeRequest): string {
  const layers = layersOf(request).map((name) => `"${name}"`);
  const several = layers.length > 1;
  const mean = `def mean_cam(x):  # over layers, at the size of the finest map
    maps = [cam(x, layer) for layer in [${layers.join(', ')}]]
    size = max(one.shape for one in maps)
    large = [nn.functional.interpolate(one[None, None], size=size, mode="bilinear", align_corners=False) for one in maps]
    return torch.stack(large).mean(0)[0, 0]`;
  const call = (input: string) => (several ? `mean_cam(${input})` : `cam(${input}, ${layers[0]})`);
  const whole =
    request.options['augmentation'] === 'flips and contrasts'
      ? `maps = []
for factor in (0.9, 1.0, 1.1):
    maps.append(${call('factor * x')})
    maps.append(${call('factor * x.flip(3)')}.flip(1))
heat = torch.stack(maps).mean(0)`
      : `heat = ${call('x')}`;
  return several ? `${mean}\n\n\n${whole}` : whole;
}

/** From `x` and `score` to `heat` for the methods that look at a layer; undefined for any other. */
export function camCode(request: CodeRequest): string | undefined {
  const formula = formulas[request.method]?.(request);
  if (!formula) return undefined;
  const { before = [], lines } = formula;
  const smoothed = formula.gives !== 'heat' && request.options['component'] === 'principal';
  const own = new Set([...before, ...(smoothed ? components : [])]);
  const body = [
    'A, g = look(x, layer)',
    ...lines,
    ...partOf(request),
    ...summed(formula, request),
    ...returned(request),
  ];
  const cam = `def cam(x, layer):\n${body.map((line) => `    ${line}`).join('\n')}`;
  return [look, ...own, cam, calls(request)].join('\n\n\n');
}
