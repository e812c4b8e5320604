"""Oracles of the gradient methods and of the gradient-free ones: each formula in plain PyTorch, nothing shared with the engine.

Random numbers are those of sfc32.py, so that a seed stands for the noise.
"""

import copy
import math
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor, nn

import sfc32

BLUR_SHARE = 1 / 16
"""Standard deviation of the blurred baseline, as a share of the picture's side."""
SETTLED = 3e-5
"""Largest difference between float32's and float64's maps, relative to the largest magnitude, that a case may have."""
SEEDS = range(1, 9)


class Case(NamedTuple):
    """A map `[H, W]` of a method with these options; noise has what the options' seed does not say."""

    method: str
    options: Dict[str, object]
    tensor: Tensor
    noise: Dict[str, Tensor]


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
            copy.deepcopy(self.model).double(), self.pixels.double(), self.target, self.mean.double(), self.std.double(),
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
    """[size, size]: weights of a Gaussian cut off at 4 sigma whose samples are mirrored at the borders (d c b a | a b c d)."""
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
) -> Tensor:
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
    return reduced(forms[form](), reduction)


def nodes(rule: str, steps: int) -> Tuple[np.ndarray, np.ndarray]:
    """(places in (0, 1), weights that sum to 1)."""
    if rule == "midpoint":
        return (np.arange(steps) + 0.5) / steps, np.full(steps, 1 / steps)
    places, weights = np.polynomial.legendre.leggauss(steps)
    return (places + 1) / 2, weights / 2


def integrated_gradients(
    problem: Problem, steps: int, baseline_kind: str = "black", rule: str = "midpoint", seed: int = 1
) -> Tensor:
    start = baseline(problem, baseline_kind, seed)
    places, weights = (
        torch.from_numpy(values).to(start.dtype)[:, None, None, None] for values in nodes(rule, steps)
    )
    gradients = problem.gradients(start + places * (problem.pixels - start))
    return ((problem.pixels - start) * (weights * gradients).sum(0, keepdim=True))[0].sum(0)


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


def settled(problem: Problem, compute: Callable[[Problem, int], Tensor]) -> Tuple[Tensor, int]:
    """A map away from the kinks of ReLU, where float32 and float64 agree, and the first seed that gives one."""
    double = problem.double()
    for seed in SEEDS:
        single, exact = compute(problem, seed), compute(double, seed)
        largest = exact.abs().max()
        if largest > 0 and (single - exact).abs().max() <= SETTLED * largest:
            return single, seed
    raise ValueError("float32 and float64 differ under every seed; choose other options")


def families(small: bool, layer: str) -> Iterator[Tuple[str, Dict[str, object], Callable[[Problem, int], Tensor]]]:
    """(method, options, formula) for a small network, or the fewer ones for a large one; the formula's second argument is
    the seed, which those that draw nothing ignore."""
    many = 8 if small else 2
    steps = 6 if small else 3
    window = 0.25 if small else 0.5
    for reduction in ("max", "l2", "sum"):
        yield "saliency", {"reduction": reduction}, lambda p, _, r=reduction: saliency(p, r)
    yield "gradient-x-input", {}, lambda p, _: gradient_x_input(p)
    for form in ("mean", "squared", "variance"):
        options = {"form": form, "samples": many, "sigma": 0.1}
        yield "smoothgrad", options, lambda p, seed, f=form: smooth_grad(p, many, 0.1, seed, f)
    if small:
        options = {"convention": "captum", "samples": many, "sigma": 0.3, "reduction": "l2"}
        yield "smoothgrad", options, lambda p, seed: smooth_grad(p, many, 0.3, seed, "mean", "captum", "l2")
    kinds = ("black", "white", "blurred", "noise", "mean") if small else ("black",)
    for kind in kinds:
        options = {"baseline": kind, "steps": steps, "rule": "midpoint"}
        yield "integrated-gradients", options, lambda p, seed, k=kind: integrated_gradients(p, steps, k, "midpoint", seed)
    options = {"baseline": "blurred", "steps": steps, "rule": "gauss-legendre"}
    yield "integrated-gradients", options, lambda p, _: integrated_gradients(p, steps, "blurred", "gauss-legendre")
    yield "expected-gradients", {"samples": many}, lambda p, seed: expected_gradients(p, many, seed)
    yield "guided-backprop", {"reduction": "max"}, lambda p, _: guided(p, Guided)
    yield "deconvnet", {"reduction": "l2"}, lambda p, _: guided(p, Deconvolving, "l2")
    yield "guided-x-input", {}, lambda p, _: guided_x_input(p)
    for upsampling in ("bilinear", "captum"):
        yield "guided-grad-cam", {"upsampling": upsampling}, lambda p, _, u=upsampling: guided_grad_cam(p, layer, u)
    options = {"steps": steps, "sigma": 0.2}
    yield "blur-ig", options, lambda p, _: blur_integrated_gradients(p, steps, 0.2)
    for kind in ("black", "blurred") if small else ("mean",):
        options = {"window": window, "stride": 0.75, "baseline": kind}
        yield "occlusion", options, lambda p, _, k=kind: occlusion(p, window, 0.75, k)
    options = {"masks": 2 * many, "cells": 5, "probability": 0.4}
    yield "rise", options, lambda p, seed: rise(p, 2 * many, 5, 0.4, seed)


LAYERS = {"smallcnn": "features.5", "resnet18": "layer4"}
"""Where Guided Grad-CAM looks: the last layer with rows and columns."""
SEEDED = ("smoothgrad", "expected-gradients", "rise")


def draws(method: str, options: Dict[str, object]) -> bool:
    """Whether the result depends on a seed."""
    return method in SEEDED or options.get("baseline") == "noise"


def cases(
    model: nn.Module, manifest: Dict, pixels: Tensor, target: int, references: Sequence[Tensor]
) -> Iterator[Case]:
    """Every method of this file for one picture; expected gradients needs references and is left out without."""
    mean, std = (torch.tensor(manifest["preprocessing"][key]) for key in ("mean", "std"))
    problem = Problem(model, pixels, target, mean, std, references)
    architecture = manifest["architecture"]["name"]
    for method, options, compute in families(architecture == "smallcnn", LAYERS[architecture]):
        if method == "expected-gradients" and not references:
            continue
        try:
            tensor, seed = settled(problem, compute)
        except ValueError as error:
            raise ValueError(f"{manifest['id']}: {method} {options}: {error}") from error
        if draws(method, options):
            options = {**options, "seed": seed}
        yield Case(method, options, tensor, {})


def main() -> None:
    """usage: golden_gradients.py <model folder> <picture> [reference pictures]: tries the cases, writes nothing."""
    import sys
    import time
    from pathlib import Path

    from architectures import load_model
    from golden_inputs import normalised, resized

    folder, *pictures = map(Path, sys.argv[1:])
    model, manifest = load_model(folder)
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
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
