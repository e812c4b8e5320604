"""Oracles of the class-activation methods: each formula in plain PyTorch, from the papers, nothing shared with the engine.

Everything is computed in float64, on gradients that autograd takes (no closed form). A case whose map float32 does not
settle is left out and named: golden_methods.py's test asks for every method.
"""

import copy
import math
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import sfc32

SETTLED = 3e-5
"""Largest difference between float32's and float64's maps, relative to the largest magnitude, that a case may have."""
LAYERS = {"smallcnn": ("features.5", "features.3"), "resnet18": ("layer4", "layer3")}
"""The pooled block, and one before it."""
METHODS = frozenset(
    ("cam", "grad-cam", "grad-cam-plus-plus", "x-grad-cam", "hires-cam", "element-wise-grad-cam", "layer-cam", "score-cam",
     "ablation-cam", "eigen-cam", "eigen-grad-cam", "full-grad", "finer-cam", "shapley-cam", "kpca-cam", "random-cam")
)
FLIPS = (False, True)
FACTORS = (0.9, 1.0, 1.1)


class Case(NamedTuple):
    """A map [H, W]; details are further tensors by their names in the engine."""

    method: str
    options: Dict[str, object]
    layer: Optional[str]
    target: Optional[Dict[str, object]]
    tensor: Tensor
    details: Dict[str, Tensor]


class Problem(NamedTuple):
    """pixels [1, C, H, W], normalised; kind: logit, probability, log-probability or difference of `index`."""

    model: nn.Module
    pixels: Tensor
    index: int
    kind: str = "logit"

    def double(self) -> "Problem":
        return self._replace(model=copy.deepcopy(self.model).double(), pixels=self.pixels.double())

    def score(self, logits: Tensor) -> Tensor:
        """[N, classes] -> [N]."""
        own = logits[:, self.index]
        if self.kind == "logit":
            return own
        if self.kind == "difference":
            others = torch.cat([logits[:, : self.index], logits[:, self.index + 1 :]], 1)
            return own - others.amax(1)
        chances = logits.softmax(1)[:, self.index]
        return chances if self.kind == "probability" else logits.log_softmax(1)[:, self.index]

    def look(self, layer: str, target: Optional[Callable[[Tensor], Tensor]] = None) -> Tuple[Tensor, Tensor]:
        """(A, g), each [C, H, W]; target: logits [1, classes] -> [1] in place of the problem's own."""
        kept: List[Tensor] = []
        handle = self.model.get_submodule(layer).register_forward_hook(lambda _m, _i, output: kept.append(output))
        logits = self.model(self.pixels.clone().requires_grad_(True))
        handle.remove()
        (gradient,) = torch.autograd.grad((target or self.score)(logits).sum(), kept[-1])
        return kept[-1].detach()[0], gradient[0]

    def logits_with(self, layer: str, activation: Tensor) -> Tensor:
        """What the network gives when the layer's output is `activation` [1, C, H, W]."""
        handle = self.model.get_submodule(layer).register_forward_hook(lambda _m, _i, _output: activation)
        logits = self.model(self.pixels)
        handle.remove()
        return logits


def total(alpha: Tensor, activation: Tensor) -> Tensor:
    return (alpha[:, None, None] * activation).sum(0)


def grad_cam_alpha(problem: Problem, layer: str) -> Tensor:
    return problem.look(layer)[1].mean((1, 2))


def grad_cam(problem: Problem, layer: str) -> Tensor:
    activation, gradient = problem.look(layer)
    return total(gradient.mean((1, 2)), activation)


def cam(problem: Problem, layer: str) -> Tensor:
    """Straight from the weights of the linear layer."""
    head = [module for module in problem.model.modules() if isinstance(module, nn.Linear)][-1]
    return total(head.weight[problem.index].detach(), problem.look(layer)[0])


def grad_cam_plus_plus(problem: Problem, layer: str) -> Tensor:
    activation, gradient = problem.look(layer)
    sums = activation.sum((1, 2), keepdim=True)
    share = gradient**2 / (2 * gradient**2 + sums * gradient**3 + 1e-6)
    share = torch.where(gradient != 0, share, torch.zeros_like(share))
    return total((gradient.relu() * share).sum((1, 2)), activation)


def x_grad_cam(problem: Problem, layer: str) -> Tensor:
    activation, gradient = problem.look(layer)
    return total((gradient * activation).sum((1, 2)) / (activation.sum((1, 2)) + 1e-7), activation)


def hires_terms(problem: Problem, layer: str) -> Tensor:
    activation, gradient = problem.look(layer)
    return gradient * activation


def layer_cam(problem: Problem, layer: str, scaling: str = "none") -> Tensor:
    activation, gradient = problem.look(layer)
    sums = (gradient.relu() * activation).sum(0)
    return torch.tanh(2 * sums / sums.max()) if scaling == "tanh" else sums


def component(terms: Tensor, centre: bool = True) -> Tensor:
    """[C, H, W] -> [H, W]: singular value decomposition of the positions; the largest magnitude is positive."""
    points = terms.reshape(len(terms), -1).T
    if centre:
        points = points - points.mean(0)
    u, s, _ = torch.linalg.svd(points, full_matrices=False)
    return upright(u[:, 0] * s[0]).reshape(terms.shape[1:])


def upright(values: Tensor) -> Tensor:
    return -values if -values.min() > values.max() else values


def kpca_cam(problem: Problem, layer: str, kernel: str) -> Tensor:
    """scikit-learn's KernelPCA: centred kernel matrix, its first eigenvector times the root of its eigenvalue."""
    activation, _ = problem.look(layer)
    points = activation.reshape(len(activation), -1).T
    points = points - points.mean(0)
    gamma = 1 / points.shape[1]
    products = points @ points.T
    squares = products.diagonal()
    matrix = {
        "linear": lambda: products,
        "sigmoid": lambda: torch.tanh(gamma * products + 1),
        "rbf": lambda: torch.exp(-gamma * (squares[:, None] + squares[None] - 2 * products)),
    }[kernel]()
    centring = torch.eye(len(matrix), dtype=matrix.dtype) - 1 / len(matrix)
    values, vectors = torch.linalg.eigh(centring @ matrix @ centring)
    return upright(vectors[:, -1] * values[-1].clamp(min=0).sqrt()).reshape(activation.shape[1:])


def strongest(activation: Tensor, most: int) -> Tensor:
    return activation.abs().sum((1, 2)).argsort(descending=True)[:most]


def score_cam(problem: Problem, layer: str, channels: int, corners: bool) -> Tensor:
    activation, _ = problem.look(layer)
    chosen = strongest(activation, channels)
    side = problem.pixels.shape[-2:]
    masks = F.interpolate(activation[None], size=side, mode="bilinear", align_corners=corners)[0]
    low, high = masks.amin((1, 2), keepdim=True), masks.amax((1, 2), keepdim=True)
    masks = (masks - low) / (high - low + 1e-8)
    with torch.no_grad():
        scores = torch.stack([problem.score(problem.model(problem.pixels * masks[c]))[0] for c in chosen])
    alpha = torch.zeros(len(activation), dtype=activation.dtype)
    alpha[chosen] = scores.softmax(0)
    return total(alpha, activation)


def ablation_cam(problem: Problem, layer: str, channels: int) -> Tensor:
    """Without the strongest channels, one after the other."""
    activation, _ = problem.look(layer)
    alpha = torch.zeros(len(activation), dtype=activation.dtype)
    with torch.no_grad():
        whole = problem.score(problem.model(problem.pixels))[0]
        for channel in strongest(activation, channels):
            without = activation.clone()
            without[channel] = 0
            alpha[channel] = (whole - problem.score(problem.logits_with(layer, without[None]))[0]) / whole
    return total(alpha, activation)


def full_grad(problem: Problem, scaled: bool) -> Tensor:
    """Input and BatchNorm terms; the bias of the linear layer has no place in a map."""
    norms = [module for module in problem.model.modules() if isinstance(module, nn.BatchNorm2d)]
    outputs: List[Tensor] = []
    handles = [norm.register_forward_hook(lambda _m, _i, output: outputs.append(output)) for norm in norms]
    pixels = problem.pixels.clone().requires_grad_(True)
    score = problem.score(problem.model(pixels)).sum()
    for handle in handles:
        handle.remove()
    gradients = torch.autograd.grad(score, [pixels] + outputs)
    terms = [pixels.detach() * gradients[0]]
    for norm, gradient in zip(norms_in_order(problem, norms), gradients[1:]):
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        terms.append((norm.bias - norm.running_mean * scale).detach()[None, :, None, None] * gradient)
    result = torch.zeros_like(problem.pixels[0, 0])
    for term in terms:
        term = term.abs()
        if scaled:
            low, high = term.amin((2, 3), keepdim=True), term.amax((2, 3), keepdim=True)
            term = (term - low) / (1e-7 + high - low)
        large = F.interpolate(term, size=result.shape, mode="bilinear", align_corners=False)
        result += large[0].sum(0)
    return result


def norms_in_order(problem: Problem, norms: Sequence[nn.Module]) -> List[nn.Module]:
    """The order in which they run, which need not be that of the modules."""
    order: List[nn.Module] = []
    handles = [norm.register_forward_hook(lambda module, _i, _o: order.append(module)) for norm in norms]
    with torch.no_grad():
        problem.model(problem.pixels)
    for handle in handles:
        handle.remove()
    return order


def finer_cam(problem: Problem, layer: str, strength: float, comparisons: int, library: bool = False) -> Tensor:
    def target(logits: Tensor) -> Tensor:
        own = logits[0, problem.index]
        order = (logits[0] - own).abs().argsort()
        nearest = [k for k in order.tolist() if k != problem.index][:comparisons]
        chances = logits[0].softmax(0)[nearest]
        leads = own - strength * logits[0, nearest]
        return ((chances * leads).sum() / (chances.sum() + (1e-9 if library else 0)))[None]

    activation, gradient = problem.look(layer, target)
    return total(gradient.mean((1, 2)), activation)


def shapley_cam(problem: Problem, layer: str) -> Tensor:
    """Hessian times activation by differentiating twice."""
    kept: List[Tensor] = []
    handle = problem.model.get_submodule(layer).register_forward_hook(lambda _m, _i, output: kept.append(output))
    logits = problem.model(problem.pixels.clone().requires_grad_(True))
    handle.remove()
    activation = kept[-1]
    (gradient,) = torch.autograd.grad(problem.score(logits).sum(), activation, create_graph=True)
    second = torch.zeros_like(gradient)
    if gradient.requires_grad:
        (found,) = torch.autograd.grad((gradient * activation.detach()).sum(), activation, allow_unused=True)
        second = torch.zeros_like(gradient) if found is None else found
    alpha = (gradient - second / 2).detach()[0].mean((1, 2))
    return total(alpha, activation.detach()[0])


def random_cam(problem: Problem, layer: str, seed: int) -> Tensor:
    activation, _ = problem.look(layer)
    draws = torch.from_numpy(sfc32.uniform(seed, [0], len(activation))[0])
    return total((2 * draws - 1).to(activation.dtype), activation)


def library_scaled(values: Tensor) -> Tensor:
    """pytorch-grad-cam's ReLU and min-max."""
    values = values.relu()
    return (values - values.min()) / (1e-7 + values.max() - values.min())


def over_layers(problem: Problem, layers: Sequence[str], scaled: bool) -> Tensor:
    maps = [grad_cam(problem, layer).relu() for layer in layers]
    side = max((map.shape for map in maps), key=lambda shape: shape[0])
    if scaled:
        maps = [library_scaled(map) for map in maps]
    large = [F.interpolate(map[None, None], size=side, mode="bilinear", align_corners=False)[0, 0] for map in maps]
    return torch.stack(large).mean(0)


def augmented(problem: Problem, layer: str) -> Tensor:
    maps = []
    for flip in FLIPS:
        for factor in FACTORS:
            pixels = problem.pixels * factor
            changed = problem._replace(pixels=pixels.flip(3) if flip else pixels)
            map = grad_cam(changed, layer).relu()
            maps.append(map.flip(1) if flip else map)
    return torch.stack(maps).mean(0)


class Formula(NamedTuple):
    method: str
    options: Dict[str, object]
    layer: Optional[str]
    kind: str
    compute: Callable[[Problem], Tensor]


def formulas(deep: str, before: str, channels: int, ablated: int = 0) -> List[Formula]:
    """deep: the pooled block; before: one whose gradient is not constant; channels: how many Score-CAM looks at; ablated:
    how many Ablation-CAM does, 0 for all."""
    found: List[Formula] = []
    few = {"channels": ablated} if ablated else {}

    def add(method: str, layer: Optional[str], compute: Callable[[Problem], Tensor], kind: str = "logit", **options):
        found.append(Formula(method, options, layer, kind, compute))

    add("cam", deep, lambda p: cam(p, deep))
    for layer in (deep, before):
        for kind in ("logit", "probability", "log-probability", "difference"):
            add("grad-cam", layer, lambda p, l=layer: grad_cam(p, l).relu(), kind)
            add("shapley-cam", layer, lambda p, l=layer: shapley_cam(p, l).relu(), kind)
        add("grad-cam", layer, lambda p, l=layer: grad_cam(p, l), relu="off")
        add("grad-cam", layer, lambda p, l=layer: library_scaled(grad_cam(p, l)), scale="pytorch-grad-cam")
        add("grad-cam", layer, lambda p, l=layer: component(grad_cam_alpha(p, l)[:, None, None] * p.look(l)[0]).relu(),
            component="principal")
        add("grad-cam", layer, lambda p, l=layer: augmented(p, l), augmentation="flips and contrasts")
        add("grad-cam-plus-plus", layer, lambda p, l=layer: grad_cam_plus_plus(p, l).relu())
        add("x-grad-cam", layer, lambda p, l=layer: x_grad_cam(p, l).relu())
        add("hires-cam", layer, lambda p, l=layer: hires_terms(p, l).sum(0))
        add("element-wise-grad-cam", layer, lambda p, l=layer: hires_terms(p, l).relu().sum(0))
        for scaling in ("none", "tanh"):
            add("layer-cam", layer, lambda p, l=layer, s=scaling: layer_cam(p, l, s).relu(), scaling=scaling)
        for centre in ("channels", "none"):
            add("eigen-cam", layer, lambda p, l=layer, c=centre: component(p.look(l)[0], c == "channels"), centre=centre)
        add("eigen-grad-cam", layer, lambda p, l=layer: component(hires_terms(p, l)))
        for kernel in ("sigmoid", "rbf", "linear"):
            add("kpca-cam", layer, lambda p, l=layer, k=kernel: kpca_cam(p, l, k), kernel=kernel)
        for variant in ("paper", "pytorch-grad-cam"):
            add("score-cam", layer, lambda p, l=layer, v=variant: score_cam(p, l, channels, v != "paper").relu(),
                channels=channels, variant=variant)
            add("finer-cam", layer, lambda p, l=layer, v=variant: finer_cam(p, l, 0.8, 3, v != "paper").relu(),
                strength=0.8, comparisons=3, variant=variant)
        add("ablation-cam", layer, lambda p, l=layer: ablation_cam(p, l, ablated or 4096).relu(), **few)
        add("random-cam", layer, lambda p, l=layer: random_cam(p, l, 5).relu(), seed=5)
    add("ablation-cam", deep, lambda p: ablation_cam(p, deep, ablated or 4096).relu(), "probability", **few)
    for scale in ("raw", "pytorch-grad-cam"):
        add("grad-cam", deep, lambda p, s=scale: over_layers(p, (deep, before), s != "raw"), layers=before, scale=scale)
    for terms in ("raw", "min-max"):
        add("full-grad", None, lambda p, t=terms: full_grad(p, t != "raw"), terms=terms)
    return found


def cases(
    model: nn.Module, manifest: Dict, pixels: Tensor, target: int, references: Sequence[Tensor]
) -> Iterator[Case]:
    """Every method of this file for one picture whose map float32 settles, in float64."""
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    single = Problem(model, pixels, target)
    double = single.double()
    architecture = manifest["architecture"]["name"]
    deep, before = LAYERS[architecture]
    counts = (24,) if architecture == "smallcnn" else (4, 4)
    for formula in formulas(deep, before, *counts):
        exact = formula.compute(double._replace(kind=formula.kind)).detach()
        near = formula.compute(single._replace(kind=formula.kind)).detach()
        largest = exact.abs().max().item()
        distance = (near - exact).abs().max().item() / largest if largest > 0 else math.inf
        called = f"{formula.method} {formula.options} {formula.layer} {formula.kind}"
        if not distance <= SETTLED:
            print(f"{manifest['id']}: leaves out {called}: float32 and float64 differ by {distance:.1e}")
            continue
        aim = None if formula.kind == "logit" else {"kind": formula.kind, "class": target}
        yield Case(formula.method, formula.options, formula.layer, aim, exact, {})
