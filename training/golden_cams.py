"""Oracles of the class-activation methods: each formula in plain PyTorch, from the papers, nothing shared with the engine.

Gradients are autograd's: no closed form.
"""

from typing import Callable, Dict, List, Optional, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import sfc32
from golden_problem import Formula, Problem
from kinks import plain

FLIPS = (False, True)
FACTORS = (0.9, 1.0, 1.1)


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
    return total(head.weight[problem.target].detach(), problem.look(layer)[0])


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
    alpha = torch.zeros(len(activation), dtype=activation.dtype)
    alpha[chosen] = problem.scores(problem.pixels * masks[chosen][:, None]).softmax(0)
    return total(alpha, activation)


def ablation_cam(problem: Problem, layer: str, channels: int, library: bool = False) -> Tensor:
    """Without the strongest channels, one after the other."""
    activation, _ = problem.look(layer)
    chosen = strongest(activation, channels)
    smallest = activation.min()
    without = activation.repeat(len(chosen), 1, 1, 1)
    without[range(len(chosen)), chosen] = smallest - 1e7 if library and smallest != 0 else 0
    whole = problem.scores(problem.pixels)[0]
    alpha = torch.zeros(len(activation), dtype=activation.dtype)
    alpha[chosen] = (whole - problem.score(problem.logits_with(layer, without))) / whole
    return total(alpha, activation)


def full_grad(problem: Problem, scaled: bool) -> Tensor:
    """Input and BatchNorm terms; the bias of the linear layer has no place in a map."""
    network = problem.by(plain)
    norms = {name: module for name, module in network.named_modules() if isinstance(module, nn.BatchNorm2d)}
    logits, outputs = problem.taps()
    names = [name for name in outputs if name in norms]
    gradients = torch.autograd.grad(
        problem.score(logits).sum(), [outputs[name] for name in ("input", *names)], retain_graph=True
    )
    terms = [problem.pixels * gradients[0]]
    for name, gradient in zip(names, gradients[1:]):
        norm = norms[name]
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        terms.append((norm.bias - norm.running_mean * scale)[None, :, None, None] * gradient)
    result = torch.zeros_like(problem.pixels[0, 0])
    for term in terms:
        term = term.abs()
        if scaled:
            low, high = term.amin((2, 3), keepdim=True), term.amax((2, 3), keepdim=True)
            term = (term - low) / (1e-7 + high - low)
        # Enlarging is linear: of the sum over the channels it costs a five-hundredth.
        large = F.interpolate(term.sum(1, keepdim=True), size=result.shape, mode="bilinear", align_corners=False)
        result += large[0, 0]
    return result


def finer_cam(problem: Problem, layer: str, strength: float, comparisons: int, library: bool = False) -> Tensor:
    def target(logits: Tensor) -> Tensor:
        own = logits[0, problem.target]
        order = (logits[0] - own).abs().argsort()
        nearest = [k for k in order.tolist() if k != problem.target][:comparisons]
        chances = logits[0].softmax(0)[nearest]
        leads = own - strength * logits[0, nearest]
        return ((chances * leads).sum() / (chances.sum() + (1e-9 if library else 0)))[None]

    activation, gradient = problem.look(layer, target, f"finer {strength} {comparisons} {library}")
    return total(gradient.mean((1, 2)), activation)


def shapley_cam(problem: Problem, layer: str) -> Tensor:
    """Hessian times activation by differentiating twice."""
    logits, outputs = problem.taps()
    activation = outputs[layer]
    (gradient,) = torch.autograd.grad(problem.score(logits).sum(), activation, create_graph=True)
    second = torch.zeros_like(gradient)
    if gradient.requires_grad:
        (found,) = torch.autograd.grad(
            (gradient * activation.detach()).sum(), activation, retain_graph=True, allow_unused=True
        )
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
            changed = problem.at(pixels.flip(3) if flip else pixels)
            map = grad_cam(changed, layer).relu()
            if not torch.equal(changed.pixels, problem.pixels):
                changed.forget()
            maps.append(map.flip(1) if flip else map)
    return torch.stack(maps).mean(0)


def formulas(deep: str, before: str, linear: str, channels: int, ablated: int = 0) -> List[Formula]:
    """deep: the pooled block; before: one whose gradient is not constant; linear: a layer before its ReLU; channels: how
    many Score-CAM looks at; ablated: how many Ablation-CAM does, 0 for all."""
    found: List[Formula] = []
    few: Dict[str, object] = {"channels": ablated} if ablated else {}
    most = ablated or 4096

    def add(
        method: str, layer: Optional[str], compute: Callable[[Problem], Tensor], kind: str = "logit", cut: bool = False,
        **options: object,
    ) -> None:
        found.append(Formula(method, options, compute, layer, kind, cut))

    add("cam", deep, lambda p: cam(p, deep))
    for layer in (deep, before):
        for kind in ("logit", "probability", "log-probability", "difference"):
            add("grad-cam", layer, lambda p, l=layer: grad_cam(p, l), kind, cut=True)
            add("shapley-cam", layer, lambda p, l=layer: shapley_cam(p, l), kind, cut=True)
        add("grad-cam", layer, lambda p, l=layer: grad_cam(p, l), relu="off")
        add("grad-cam", layer, lambda p, l=layer: library_scaled(grad_cam(p, l)), scale="pytorch-grad-cam")
        add("grad-cam", layer, lambda p, l=layer: component(grad_cam_alpha(p, l)[:, None, None] * p.look(l)[0]), cut=True,
            component="principal")
        add("grad-cam", layer, lambda p, l=layer: augmented(p, l), augmentation="flips and contrasts")
        add("grad-cam-plus-plus", layer, lambda p, l=layer: grad_cam_plus_plus(p, l), cut=True)
        add("x-grad-cam", layer, lambda p, l=layer: x_grad_cam(p, l), cut=True)
        add("hires-cam", layer, lambda p, l=layer: hires_terms(p, l).sum(0))
        add("element-wise-grad-cam", layer, lambda p, l=layer: hires_terms(p, l).relu().sum(0))
        for scaling in ("none", "tanh"):
            add("layer-cam", layer, lambda p, l=layer, s=scaling: layer_cam(p, l, s), cut=True, scaling=scaling)
        for centre in ("channels", "none"):
            add("eigen-cam", layer, lambda p, l=layer, c=centre: component(p.look(l)[0], c == "channels"), centre=centre)
        add("eigen-grad-cam", layer, lambda p, l=layer: component(hires_terms(p, l)))
        for kernel in ("sigmoid", "rbf", "linear"):
            add("kpca-cam", layer, lambda p, l=layer, k=kernel: kpca_cam(p, l, k), kernel=kernel)
        for variant in ("paper", "pytorch-grad-cam"):
            add("score-cam", layer, lambda p, l=layer, v=variant: score_cam(p, l, channels, v != "paper"), cut=True,
                channels=channels, variant=variant)
            add("finer-cam", layer, lambda p, l=layer, v=variant: finer_cam(p, l, 0.8, 3, v != "paper"), cut=True,
                strength=0.8, comparisons=3, variant=variant)
        add("ablation-cam", layer, lambda p, l=layer: ablation_cam(p, l, most), cut=True, **few)
        add("random-cam", layer, lambda p, l=layer: random_cam(p, l, 5), cut=True, seed=5)
    add("ablation-cam", deep, lambda p: ablation_cam(p, deep, most), "probability", cut=True, **few)
    # Of the strongest channels before a ReLU many are negative, and silent behind it.
    more = 4 * ablated or 4096
    add("ablation-cam", linear, lambda p: ablation_cam(p, linear, more, True), cut=True, variant="pytorch-grad-cam",
        channels=more)
    for scale in ("raw", "pytorch-grad-cam"):
        add("grad-cam", deep, lambda p, s=scale: over_layers(p, (deep, before), s != "raw"), layers=before, scale=scale)
    for terms in ("raw", "min-max"):
        add("full-grad", None, lambda p, t=terms: full_grad(p, t != "raw"), terms=terms)
    return found
