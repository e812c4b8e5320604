"""Oracles of the gradient methods and of the gradient-free ones: each formula in plain PyTorch, apart from the engine.

Random numbers are those of sfc32.py, so that a seed stands for the noise.
"""

import copy
import math
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from torch import Tensor, nn

import sfc32
from golden import WHOLE_UP_TO, sampled

BLUR_SHARE = 1 / 16
"""Standard deviation of the blurred baseline, as a share of the picture's side."""
SETTLED = 3e-5
"""Largest difference between float32's and float64's maps, relative to the largest magnitude, that a case may have."""
NUDGES = {"smallcnn": (1e-6,) * 6, "resnet18": (3e-7,)}
"""About what rounding moves a value by on any backend. ResNet-18 has millions of kinks, some always close to any input."""
SEEDS = {"smallcnn": range(1, 9), "resnet18": range(1, 3)}


class Case(NamedTuple):
    """A map `[H, W]` of a method with these options, and details by the engine's names."""

    method: str
    options: Dict[str, object]
    tensor: Tensor
    details: Dict[str, Tensor]


Found = Tuple[Tensor, Dict[str, Tensor]]


class Problem(NamedTuple):
    """One picture to be explained: pixels [1, C, H, W], normalised; references alike."""

    model: nn.Module
    pixels: Tensor
    target: int
    mean: Tensor
    std: Tensor
    references: Sequence[Tensor]

    def double(self) -> "Problem":
        return Problem(
            copy.deepcopy(self.model).double(),
            self.pixels.double(),
            self.target,
            self.mean.double(),
            self.std.double(),
            [reference.double() for reference in self.references],
        )

    def scores(self, pixels: Tensor) -> Tensor:
        """[N, C, H, W] -> [N], the target's logits."""
        with torch.no_grad():
            return torch.cat([self.model(part)[:, self.target] for part in pixels.split(8)])

    def gradients(self, pixels: Tensor, model: Optional[nn.Module] = None) -> Tensor:
        """[N, C, H, W] -> the same shape: the logit's gradient at each input."""
        parts = []
        for part in pixels.split(8):
            part = part.clone().requires_grad_(True)
            (gradient,) = torch.autograd.grad((model or self.model)(part)[:, self.target].sum(), part)
            parts.append(gradient)
        return torch.cat(parts)


class Guided(torch.autograd.Function):
    """ReLU that passes back g (x > 0)(g > 0): Springenberg et al. 2014."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return torch.where((x > 0) & (gradient > 0), gradient, torch.zeros_like(gradient))


class Deconvolving(torch.autograd.Function):
    """ReLU that passes back g (g > 0): Zeiler and Fergus 2014."""

    @staticmethod
    def forward(ctx, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, gradient):
        return torch.where(gradient > 0, gradient, torch.zeros_like(gradient))


class Rectifier(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function.apply(x)


def with_rectifiers(model: nn.Module, function) -> nn.Module:
    """A copy of the model in which every ReLU module passes gradients back by another rule."""
    twin = copy.deepcopy(model)
    for parent in list(twin.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.ReLU):
                setattr(parent, name, Rectifier(function))
    return twin


def reduced(channels: Tensor, how: str) -> Tensor:
    """[C, H, W] -> [H, W]."""
    return {
        "max": lambda: channels.abs().amax(0),
        "l2": lambda: channels.square().sum(0).sqrt(),
        "sum": lambda: channels.abs().sum(0),
    }[how]()


def gaussian_matrix(size: int, sigma: float) -> np.ndarray:
    """[size, size]: weights of a Gaussian cut off at 4 sigma, mirrored at the borders (d c b a | a b c d)."""
    radius = int(4 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2) if sigma > 0 else np.ones(1)
    weights /= weights.sum()
    matrix = np.zeros((size, size))
    for row in range(size):
        for offset, weight in zip(range(-radius, radius + 1), weights):
            place = (row + offset) % (2 * size)
            matrix[row, place if place < size else 2 * size - 1 - place] += weight
    return matrix


def blurred(pixels: Tensor, sigma: float) -> Tensor:
    """[..., H, W] of the same shape; sigma in pixels."""
    rows, columns = (torch.from_numpy(gaussian_matrix(size, sigma)) for size in pixels.shape[-2:])
    return (rows @ pixels.double() @ columns.T).to(pixels.dtype)


def baseline(problem: Problem, kind: str, seed: int = 1) -> Tensor:
    """[1, C, H, W] normalised."""
    pixels = problem.pixels
    mean, std = problem.mean[:, None, None], problem.std[:, None, None]
    if kind == "mean":
        return torch.zeros_like(pixels)
    if kind == "black":
        return ((0 - mean) / std).expand_as(pixels)
    if kind == "white":
        return ((1 - mean) / std).expand_as(pixels)
    if kind == "blurred":
        return blurred(pixels, BLUR_SHARE * pixels.shape[-1])
    draws = torch.from_numpy(sfc32.uniform(seed, [0], pixels.numel())).reshape(pixels.shape)
    return ((draws - mean.double()) / std.double()).to(pixels.dtype)


def saliency(problem: Problem, reduction: str = "max") -> Tensor:
    return reduced(problem.gradients(problem.pixels)[0], reduction)


def gradient_x_input(problem: Problem) -> Tensor:
    return (problem.pixels * problem.gradients(problem.pixels))[0].sum(0)


def smooth_grad(
    problem: Problem, samples: int, sigma: float, seed: int, form: str = "mean", convention: str = "paper",
    reduction: str = "max",
) -> Found:
    """Noise of the float32 generator in either precision."""
    pixels = problem.pixels
    scale = sigma * (pixels.max() - pixels.min()).item() if convention == "paper" else sigma
    noise = sfc32.normal_like(pixels, seed, samples).to(pixels.dtype)
    gradients = problem.gradients(pixels + scale * noise)
    if convention == "captum":
        gradients = gradients.abs()
    forms = {
        "mean": lambda: gradients.mean(0),
        "squared": lambda: gradients.square().mean(0),
        "variance": lambda: gradients.var(0, unbiased=False),
    }
    error = gradients.std(0, keepdim=True) / math.sqrt(samples)
    return reduced(forms[form](), reduction), {"standardError": error}


def nodes(rule: str, steps: int) -> Tuple[np.ndarray, np.ndarray]:
    """(places in (0, 1), weights that sum to 1)."""
    if rule == "midpoint":
        return (np.arange(steps) + 0.5) / steps, np.full(steps, 1 / steps)
    places, weights = np.polynomial.legendre.leggauss(steps)
    return (places + 1) / 2, weights / 2


def integrated_gradients(
    problem: Problem, steps: int, baseline_kind: str = "black", rule: str = "midpoint", seed: int = 1
) -> Found:
    start = baseline(problem, baseline_kind, seed)
    places, weights = (
        torch.from_numpy(values).to(start.dtype)[:, None, None, None] for values in nodes(rule, steps)
    )
    path = start + places * (problem.pixels - start)
    gradients = problem.gradients(path)
    attribution = (problem.pixels - start) * (weights * gradients).sum(0, keepdim=True)
    scores = problem.scores(torch.cat([start, path, problem.pixels]))
    return attribution[0].sum(0), {"scores": scores, "sum": attribution.sum()[None]}


def expected_gradients(problem: Problem, samples: int, seed: int) -> Tensor:
    """Sample i draws its reference and its place on the path from stream i."""
    draws = sfc32.uniform(seed, range(samples), 2)
    starts = torch.cat([problem.references[int(draw * len(problem.references))] for draw in draws[:, 0]])
    places = torch.from_numpy(draws[:, 1]).to(starts.dtype)[:, None, None, None]
    gradients = problem.gradients(starts + places * (problem.pixels - starts))
    return ((problem.pixels - starts) * gradients).mean(0).sum(0)


def blur_integrated_gradients(problem: Problem, steps: int, max_sigma: float) -> Tensor:
    """sum over steps of (L(sigma_k) - L(sigma_k+1)) times the gradient at L of the sigma between; sigma_0 is 0."""
    edges = np.arange(steps + 1) / steps * max_sigma * problem.pixels.shape[-1]
    total = torch.zeros_like(problem.pixels)
    for low, high in zip(edges[:-1], edges[1:]):
        gradient = problem.gradients(blurred(problem.pixels, (low + high) / 2))
        total += (blurred(problem.pixels, low) - blurred(problem.pixels, high)) * gradient
    return total[0].sum(0)


def guided(problem: Problem, function, reduction: str = "max") -> Tensor:
    return reduced(problem.gradients(problem.pixels, with_rectifiers(problem.model, function))[0], reduction)


def guided_x_input(problem: Problem) -> Tensor:
    gradient = problem.gradients(problem.pixels, with_rectifiers(problem.model, Guided))
    return (problem.pixels * gradient)[0].sum(0)


def guided_grad_cam(problem: Problem, layer: str, upsampling: str = "bilinear") -> Tensor:
    kept: List[Tensor] = []
    handle = problem.model.get_submodule(layer).register_forward_hook(lambda _m, _i, output: kept.append(output))
    logits = problem.model(problem.pixels)
    handle.remove()
    (gradient,) = torch.autograd.grad(logits[0, problem.target], kept[0])
    cam = (gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1, keepdim=True).relu().detach()
    side = problem.pixels.shape[-2:]
    if upsampling == "bilinear":
        cam = nn.functional.interpolate(cam, size=side, mode="bilinear", align_corners=False)
    else:
        cam = nn.functional.interpolate(cam, size=side, mode="nearest")
    return reduced((cam * problem.gradients(problem.pixels, with_rectifiers(problem.model, Guided)))[0], "max")


def occlusion(problem: Problem, window: float, stride: float, baseline_kind: str) -> Tensor:
    """Change of the target where a window is covered; a pixel has the mean over the windows that cover it."""
    size = problem.pixels.shape[-1]
    side = max(1, math.floor(window * size + 0.5))
    step = max(1, math.floor(stride * side + 0.5))
    cover = baseline(problem, baseline_kind)
    starts = [k * step for k in range(1 + math.ceil(max(0, size - side) / step))]
    whole = problem.scores(problem.pixels)[0]
    total, count = torch.zeros_like(problem.pixels[0, 0]), torch.zeros_like(problem.pixels[0, 0])
    for top in starts:
        for left in starts:
            covered = problem.pixels.clone()
            covered[..., top : top + side, left : left + side] = cover[..., top : top + side, left : left + side]
            total[top : top + side, left : left + side] += whole - problem.scores(covered)[0]
            count[top : top + side, left : left + side] += 1
    return total / count


def rise_masks(size: int, masks: int, cells: int, probability: float, seed: int) -> Tensor:
    """[masks, 1, H, W] float32: cells x cells coins, enlarged bilinearly to one cell more than the picture, shifted."""
    cell = math.ceil(size / cells)
    draws = sfc32.uniform(seed, range(masks), cells**2 + 2)
    coins = torch.from_numpy((draws[:, :-2] < probability).astype(np.float32)).reshape(masks, 1, cells, cells)
    side = (cells + 1) * cell
    large = nn.functional.interpolate(coins, size=(side, side), mode="bilinear", align_corners=False)
    tops, lefts = ((draws[:, k] * cell).astype(int) for k in (-2, -1))
    return torch.stack(
        [mask[:, top : top + size, left : left + size] for mask, top, left in zip(large, tops, lefts)]
    )


def rise(problem: Problem, masks: int, cells: int, probability: float, seed: int) -> Tensor:
    field = rise_masks(problem.pixels.shape[-1], masks, cells, probability, seed).to(problem.pixels.dtype)
    scores = problem.scores(problem.pixels * field)
    return (scores[:, None, None, None] * field).sum(0)[0] / (masks * probability)


class Formula(NamedTuple):
    """A method with its options, seed included, and its formula."""

    method: str
    options: Dict[str, object]
    compute: Callable[[Problem], Union[Tensor, Found]]

    def found(self, problem: Problem) -> Found:
        result = self.compute(problem)
        return result if isinstance(result, tuple) else (result, {})


def formulas(small: bool, layer: str, seed: int) -> List[Formula]:
    """What is computed for a small network, or the less for a large one. The seed is that of random numbers, and moves
    the places of what draws none."""
    many = 8 if small else 2
    steps = (6 if small else 3) + seed - 1
    window = 0.25 if small else 0.5
    found: List[Formula] = []

    def add(method: str, compute: Callable[[Problem], Union[Tensor, Found]], **options: object) -> None:
        found.append(Formula(method, options, compute))

    for reduction in ("max", "l2", "sum"):
        add("saliency", lambda p, r=reduction: saliency(p, r), reduction=reduction)
    add("gradient-x-input", gradient_x_input)
    for form in ("mean", "squared", "variance"):
        add(
            "smoothgrad", lambda p, f=form: smooth_grad(p, many, 0.1, seed, f),
            form=form, samples=many, sigma=0.1, seed=seed,
        )
    if small:
        add(
            "smoothgrad", lambda p: smooth_grad(p, many, 0.3, seed, "mean", "captum", "l2"),
            convention="captum", samples=many, sigma=0.3, reduction="l2", seed=seed,
        )
    for kind in ("black", "white", "blurred", "noise", "mean") if small else ("black",):
        add(
            "integrated-gradients", lambda p, k=kind: integrated_gradients(p, steps, k, "midpoint", seed),
            baseline=kind, steps=steps, rule="midpoint", seed=seed,
        )
    add(
        "integrated-gradients", lambda p: integrated_gradients(p, steps, "blurred", "gauss-legendre"),
        baseline="blurred", steps=steps, rule="gauss-legendre",
    )
    add("expected-gradients", lambda p: expected_gradients(p, many, seed), samples=many, seed=seed)
    add("guided-backprop", lambda p: guided(p, Guided), reduction="max")
    add("deconvnet", lambda p: guided(p, Deconvolving, "l2"), reduction="l2")
    add("guided-x-input", guided_x_input)
    for upsampling in ("bilinear", "captum"):
        add("guided-grad-cam", lambda p, u=upsampling: guided_grad_cam(p, layer, u), upsampling=upsampling)
    add("blur-ig", lambda p: blur_integrated_gradients(p, steps, 0.2), steps=steps, sigma=0.2)
    for kind in ("black", "blurred") if small else ("mean",):
        add("occlusion", lambda p, k=kind: occlusion(p, window, 0.75, k), window=window, stride=0.75, baseline=kind)
    add("rise", lambda p: rise(p, 2 * many, 5, 0.4, seed), masks=2 * many, cells=5, probability=0.4, seed=seed)
    return found


LAYERS = {"smallcnn": "features.5", "resnet18": "layer4"}
"""Where Guided Grad-CAM looks: the last layer with rows and columns."""


def moved(problem: Problem, seed: int, nudge: float) -> Problem:
    """The same with pixels moved by as much as rounding moves them."""
    noise = torch.randn(problem.pixels.shape, generator=torch.Generator().manual_seed(seed), dtype=problem.pixels.dtype)
    return problem._replace(pixels=problem.pixels + nudge * noise)


def apart(problem: Problem, formula: Formula, found: Tensor, architecture: str) -> float:
    """Largest difference of what is kept of float32's map from float64's, and of those of neighbours, relative to the
    largest magnitude: what lies at a kink of ReLU or max-pooling differs."""
    double = problem.double()
    exact, _ = formula.found(double)
    nudges = enumerate(NUDGES[architecture])
    others = [found, *(formula.found(moved(double, seed, nudge))[0] for seed, nudge in nudges)]
    largest = exact.abs().max().item()
    if largest == 0:
        return math.inf
    differences = sampled({"": torch.stack([(other - exact).abs() for other in others]).amax(0)}, WHOLE_UP_TO[architecture])
    return max(values.max().item() for name, values in differences[0].items() if not name.startswith("summary")) / largest


def cases(
    model: nn.Module, manifest: Dict, pixels: Tensor, target: int, references: Sequence[Tensor]
) -> Iterator[Case]:
    """Every method of this file for one picture, away from the kinks of ReLU and max-pooling, where float32 and float64
    agree: the first seed that is good enough counts. Where none is, a large network's case is left out; a small one's
    raises ValueError."""
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    mean, std = (torch.tensor(manifest["preprocessing"][key]) for key in ("mean", "std"))
    problem = Problem(model, pixels, target, mean, std, references)
    architecture = manifest["architecture"]["name"]
    tries = [formulas(architecture == "smallcnn", LAYERS[architecture], seed) for seed in SEEDS[architecture]]
    for candidates in zip(*tries):
        for formula in candidates:
            tensor, details = formula.found(problem)
            distance = apart(problem, formula, tensor, architecture)
            if distance <= SETTLED:
                break
            print(f"{formula.method} {formula.options}: float32 and float64 or neighbours differ by {distance:.1e}")
        else:
            if architecture == "smallcnn":
                raise ValueError(f"{manifest['id']}: no seed for {formula.method} keeps away from kinks; choose others")
            print(f"{manifest['id']}: leaves out {formula.method} {formula.options}")
            continue
        yield Case(formula.method, formula.options, tensor, details)


def main() -> None:
    """usage: golden_gradients.py <model folder> <picture> <reference pictures>: tries the cases, writes nothing."""
    import sys
    import time
    from pathlib import Path

    from architectures import load_model
    from golden_inputs import normalised, resized

    folder, *pictures = map(Path, sys.argv[1:])
    model, manifest = load_model(folder)
    view = manifest["preprocessing"]
    pixels, *references = [
        normalised(resized(picture, view["width"], view["height"]), view) for picture in pictures
    ]
    start = time.monotonic()
    for case in cases(model, manifest, pixels, int(model(pixels).argmax()), references):
        print(f"{time.monotonic() - start:6.1f} s  {case.method} {case.options}: "
              f"{case.tensor.min():.4g} to {case.tensor.max():.4g}")


if __name__ == "__main__":
    main()
