import { camCode } from './pytorchCams.ts';
import type { CodeRequest } from './pytorchCode.ts';

type Options = CodeRequest['options'];

/** `[C, H, W]` to `[H, W]`, as an expression; `signed` is what figures show of the signs. */
function reduced(channels: string, { reduction }: Options): string {
  if (reduction === 'signed') return `${channels}.sum(0)`;
  if (reduction === 'l2') return `${channels}.square().sum(0).sqrt()`;
  return reduction === 'sum' ? `${channels}.abs().sum(0)` : `${channels}.abs().amax(0)`;
}

/** Gaussian blur with mirrored borders, as matrices. */
const blur = `def blur(x, sigma):  # in pixels
    def matrix(size):
        radius = int(4 * sigma + 0.5)
        offsets = np.arange(-radius, radius + 1)
        weights = np.exp(-0.5 * (offsets / sigma) ** 2) if radius else np.ones(1)
        weights /= weights.sum()
        found = np.zeros((size, size))
        for row in range(size):
            for place, weight in zip((row + offsets) % (2 * size), weights):
                found[row, min(place, 2 * size - 1 - place)] += weight
        return torch.from_numpy(found)

    return (matrix(x.shape[-2]) @ x.double() @ matrix(x.shape[-1]).T).float()`;

/** Definitions that a baseline needs, and the baseline as an expression. */
function baselineCode({ baseline }: Options): { before: string[]; value: string } {
  if (baseline === 'blurred') return { before: [blur], value: 'blur(x, x.shape[-1] / 16)' };
  if (baseline === 'mean') return { before: [], value: 'torch.zeros_like(x)' };
  if (baseline === 'noise')
    return { before: ['noise = torch.rand_like(x)'], value: '(noise - mean) / std' };
  const level = baseline === 'white' ? 1 : 0;
  return { before: [], value: `((${level} - mean) / std).expand_as(x)` };
}

const saliency = ({ options }: CodeRequest) => `heat = ${reduced('gradient(x)[0]', options)}`;

const gradientXInput = () => `heat = (x * gradient(x))[0].sum(0)`;

const forms: Readonly<Record<string, string>> = {
  mean: 'mean(0)',
  squared: 'square().mean(0)',
  variance: 'var(0, unbiased=False)',
};

function smoothGrad({ options }: CodeRequest): string {
  const captum = options['convention'] === 'captum';
  const scale = captum ? '' : ' * (x.max() - x.min())';
  return `torch.manual_seed(${options['seed']})
sigma = ${options['sigma']}${scale}
noise = torch.randn(${options['samples']}, *x.shape[1:])
gradients = torch.cat([gradient(x + sigma * one) for one in noise])${captum ? '.abs()' : ''}
gradients = gradients.${forms[String(options['form'])]}
heat = ${reduced('gradients', options)}`;
}

function integratedGradients({ options }: CodeRequest): string {
  const { before, value } = baselineCode(options);
  const steps = options['steps'];
  const rule =
    options['rule'] === 'gauss-legendre'
      ? `places, weights = np.polynomial.legendre.leggauss(${steps})
places, weights = (places + 1) / 2, weights / 2`
      : `places, weights = (np.arange(${steps}) + 0.5) / ${steps}, np.full(${steps}, 1 / ${steps})`;
  return `${[...before, `baseline = ${value}`].join('\n\n')}
${rule}
mean_gradient = sum(w * gradient(baseline + a * (x - baseline)) for a, w in zip(places, weights))
attribution = (x - baseline) * mean_gradient
heat = attribution[0].sum(0)
print(f"sum {attribution.sum():.4f}, should be {(score(x) - score(baseline)).item():.4f}")`;
}

function expectedGradients({ options, references = [] }: CodeRequest): string {
  const files = references.map((file) => `"${file}"`).join(', ');
  return `torch.manual_seed(${options['seed']})
pictures = [load(file) for file in [${files}]]
draws = torch.rand(${options['samples']}, 2)
heat = torch.zeros_like(x[0, 0])
for which, a in draws:
    start = pictures[int(which * len(pictures))]
    heat += ((x - start) * gradient(start + a * (x - start)))[0].sum(0) / len(draws)`;
}

const blurIg = ({ options }: CodeRequest) => `${blur}


steps, largest = ${options['steps']}, ${options['sigma']} * x.shape[-1]
heat = torch.zeros_like(x[0, 0])
for step in range(steps):
    fine, coarse = largest * step / steps, largest * (step + 1) / steps
    change = blur(x, fine) - blur(x, coarse)
    heat += (change * gradient(blur(x, (fine + coarse) / 2)))[0].sum(0)`;

/** A backward hook on every ReLU; PyTorch's own gradient is `inside[0]`. */
const rectifying = (gradient: string) => `for module in model.modules():
    if isinstance(module, nn.ReLU):
        module.register_full_backward_hook(lambda relu, inside, outside: (${gradient}.clamp(min=0),))`;

const guidedBackprop = ({ options }: CodeRequest) => `${rectifying('inside[0]')}
heat = ${reduced('gradient(x)[0]', options)}`;

const deconvnet = ({ options }: CodeRequest) => `${rectifying('outside[0]')}
heat = ${reduced('gradient(x)[0]', options)}`;

const guidedXInput = () => `${rectifying('inside[0]')}
heat = (x * gradient(x))[0].sum(0)`;

const guidedGradCam = (request: CodeRequest) => {
  const how =
    request.options['upsampling'] === 'captum'
      ? 'mode="nearest"'
      : 'mode="bilinear", align_corners=False';
  const options = { relu: 'on' };
  return `${camCode({ ...request, method: 'grad-cam', options })}
weights = nn.functional.interpolate(heat[None, None], size=x.shape[-2:], ${how})[0, 0]
${rectifying('inside[0]')}
heat = weights * ${reduced('gradient(x)[0]', request.options)}`;
};

function occlusion({ options }: CodeRequest): string {
  const { before, value } = baselineCode(options);
  return `${[...before, `baseline = ${value}`].join('\n\n')}
size = x.shape[-1]
window = max(1, int(${options['window']} * size + 0.5))
stride = max(1, int(${options['stride']} * window + 0.5))
starts = range(0, max(0, size - window) + stride, stride)
heat, count = torch.zeros(size, size), torch.zeros(size, size)
with torch.no_grad():
    for top in starts:
        for left in starts:
            covered, place = x.clone(), (slice(top, top + window), slice(left, left + window))
            covered[(..., *place)] = baseline[(..., *place)]
            heat[place] += (score(x) - score(covered)).item()
            count[place] += 1
heat = heat / count`;
}

const rise = ({ options }: CodeRequest) => `torch.manual_seed(${options['seed']})
n, cells, p, size = ${options['masks']}, ${options['cells']}, ${options['probability']}, x.shape[-1]
cell = -(-size // cells)
draws = torch.rand(n, cells**2 + 2)
coins = (draws[:, :-2] < p).float().reshape(n, 1, cells, cells)
side = (cells + 1) * cell
large = nn.functional.interpolate(coins, size=(side, side), mode="bilinear", align_corners=False)
heat = torch.zeros(size, size)
with torch.no_grad():
    for mask, (down, across) in zip(large[:, 0], draws[:, -2:]):
        top, left = int(down * cell), int(across * cell)
        mask = mask[top : top + size, left : left + size]
        heat += score(x * mask).item() * mask / (n * p)`;

const fullGrad = ({ options }: CodeRequest) => `normalised = []
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.register_forward_hook(lambda norm, given, output: normalised.append((norm, output)))
x.requires_grad_(True)
value = score(x)
gradients = torch.autograd.grad(value.sum(), [x, *(output for _, output in normalised)])
terms = [x * gradients[0]]
for (norm, _), g in zip(normalised, gradients[1:]):
    bias = norm.bias - norm.running_mean * norm.weight / (norm.running_var + norm.eps).sqrt()
    terms.append(bias[None, :, None, None] * g)
heat = 0
for term in terms:
    term = term.detach().abs()${
      options['terms'] === 'min-max'
        ? `
    low, high = term.amin((2, 3), keepdim=True), term.amax((2, 3), keepdim=True)
    term = (term - low) / (1e-7 + high - low)`
        : ''
    }
    large = nn.functional.interpolate(term, size=x.shape[-2:], mode="bilinear", align_corners=False)
    heat = heat + large[0].sum(0)`;

const codes: Readonly<Record<string, (request: CodeRequest) => string>> = {
  saliency,
  'gradient-x-input': gradientXInput,
  smoothgrad: smoothGrad,
  'integrated-gradients': integratedGradients,
  'expected-gradients': expectedGradients,
  'blur-ig': blurIg,
  'guided-backprop': guidedBackprop,
  deconvnet,
  'guided-x-input': guidedXInput,
  occlusion,
  rise,
  'guided-grad-cam': guidedGradCam,
  'full-grad': fullGrad,
};

/** From `x`, `score` and `gradient` to `heat`, `[H, W]`. */
export function methodCode(request: CodeRequest): string | undefined {
  return codes[request.method]?.(request) ?? camCode(request);
}
