"""Oracles of the gradient methods and of the gradient-free ones: each formula in plain PyTorch, apart from the engine.

Random numbers are those of sfc32.py, so that a seed stands for the noise.
"""

import math
from functools import lru_cache
from typing import Callable, List, Tuple, Union

import numpy as np
import torch
from torch import Tensor, nn

import sfc32
from golden_problem import Formula, Found, Problem
from kinks import Rule, deconvolving, guided

BLUR_SHARE = 1 / 16
"""Standard deviation of the blurred baseline, as a share of the picture's side."""


def reduced(channels: Tensor, how: str) -> Tensor:
    """[C, H, W] -> [H, W]."""
    return {
        "max": lambda: channels.abs().amax(0),
        "l2": lambda: channels.square().sum(0).sqrt(),
        "sum": lambda: channels.abs().sum(0),
    }[how]()


@lru_cache(maxsize=None)
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


@lru_cache(maxsize=4)
def normal_noise(shape: Tuple[int, ...], seed: int, samples: int) -> Tensor:
    """float32 [samples, C, H, W], the noise of SmoothGrad."""
    return sfc32.normal_like(torch.empty(1, *shape), seed, samples)


@lru_cache(maxsize=4)
def uniform_noise(count: int, seed: int) -> Tensor:
    """float64 [count] in [0, 1), the noise of a baseline."""
    return torch.from_numpy(sfc32.uniform(seed, [0], count)[0])


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
    draws = uniform_noise(pixels.numel(), seed).reshape(pixels.shape)
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
    noise = normal_noise(tuple(pixels.shape[1:]), seed, samples).to(pixels.dtype)
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
    views = torch.cat([blurred(problem.pixels, sigma) for sigma in edges])
    between = [blurred(problem.pixels, (low + high) / 2) for low, high in zip(edges[:-1], edges[1:])]
    return ((views[:-1] - views[1:]) * problem.gradients(torch.cat(between))).sum((0, 1))


def changed(problem: Problem, rule: Rule, reduction: str = "max") -> Tensor:
    """The gradient that ReLUs pass back by another rule."""
    return reduced(problem.gradients(problem.pixels, rule)[0], reduction)


def guided_x_input(problem: Problem) -> Tensor:
    return (problem.pixels * problem.gradients(problem.pixels, guided))[0].sum(0)


def guided_grad_cam(problem: Problem, reduction: str = "max", upsampling: str = "bilinear") -> Tensor:
    activation, gradient = problem.look(problem.layers[0])
    cam = (gradient.mean((1, 2), keepdim=True) * activation).sum(0)[None, None].relu()
    side = problem.pixels.shape[-2:]
    if upsampling == "bilinear":
        cam = nn.functional.interpolate(cam, size=side, mode="bilinear", align_corners=False)
    else:
        cam = nn.functional.interpolate(cam, size=side, mode="nearest")
    return cam[0, 0] * changed(problem, guided, reduction)


def occlusion(problem: Problem, window: float, stride: float, kind: str, seed: int = 1) -> Tensor:
    """Change of the target where a window is covered; a pixel has the mean over the windows that cover it."""
    size = problem.pixels.shape[-1]
    side = max(1, math.floor(window * size + 0.5))
    step = max(1, math.floor(stride * side + 0.5))
    cover = baseline(problem, kind, seed)
    starts = [k * step for k in range(1 + math.ceil(max(0, size - side) / step))]
    places = [(slice(top, top + side), slice(left, left + side)) for top in starts for left in starts]
    covered = problem.pixels.repeat(len(places), 1, 1, 1)
    for picture, place in zip(covered, places):
        picture[(..., *place)] = cover[(0, ..., *place)]
    changes = problem.scores(problem.pixels) - problem.scores(covered)
    total, count = torch.zeros_like(problem.pixels[0, 0]), torch.zeros_like(problem.pixels[0, 0])
    for change, place in zip(changes, places):
        total[place] += change
        count[place] += 1
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


def formulas(small: bool, seed: int) -> List[Formula]:
    """What is computed for a small network, or the less for a large one. The seed is that of random numbers, and moves
    the places of what draws none."""
    many = 8 if small else 3
    steps = 5 + seed
    fewer = steps if small else 2
    window, stride = (0.25, 0.75) if small else (0.5, 1.0)
    found: List[Formula] = []

    def add(method: str, compute: Callable[[Problem], Union[Tensor, Found]], **options: object) -> None:
        found.append(Formula(method, options, compute))

    for reduction in ("max", "l2", "sum"):
        add("saliency", lambda p, r=reduction: saliency(p, r), reduction=reduction)
        add("guided-backprop", lambda p, r=reduction: changed(p, guided, r), reduction=reduction)
        add("deconvnet", lambda p, r=reduction: changed(p, deconvolving, r), reduction=reduction)
    add("gradient-x-input", gradient_x_input)
    add("guided-x-input", guided_x_input)
    for form, reduction in (("mean", "max"), ("squared", "l2"), ("variance", "sum")):
        add(
            "smoothgrad", lambda p, f=form, r=reduction: smooth_grad(p, many, 0.1, seed, f, reduction=r),
            form=form, samples=many, sigma=0.1, reduction=reduction, seed=seed,
        )
    add(
        "smoothgrad", lambda p: smooth_grad(p, many, 0.3, seed, "mean", "captum", "l2"),
        convention="captum", samples=many, sigma=0.3, reduction="l2", seed=seed,
    )
    for kind in ("black", "white", "blurred", "noise", "mean"):
        add(
            "integrated-gradients",
            lambda p, k=kind, n=steps if kind == "black" else fewer: integrated_gradients(p, n, k, "midpoint", seed),
            baseline=kind, steps=steps if kind == "black" else fewer, rule="midpoint", seed=seed,
        )
    add(
        "integrated-gradients", lambda p: integrated_gradients(p, fewer + 1, "blurred", "gauss-legendre"),
        baseline="blurred", steps=fewer + 1, rule="gauss-legendre",
    )
    add("expected-gradients", lambda p: expected_gradients(p, many, seed), samples=many, seed=seed)
    for reduction, upsampling in (("max", "bilinear"), ("max", "captum"), ("l2", "bilinear"), ("sum", "captum")):
        add(
            "guided-grad-cam", lambda p, r=reduction, u=upsampling: guided_grad_cam(p, r, u),
            reduction=reduction, upsampling=upsampling,
        )
    add("blur-ig", lambda p: blur_integrated_gradients(p, steps // 2, 0.2), steps=steps // 2, sigma=0.2)
    for kind in ("black", "white", "blurred", "noise", "mean"):
        add(
            "occlusion", lambda p, k=kind: occlusion(p, window, stride, k, seed),
            window=window, stride=stride, baseline=kind, seed=seed,
        )
    add("rise", lambda p: rise(p, 2 * many, 5, 0.4, seed), masks=2 * many, cells=5, probability=0.4, seed=seed)
    return found
