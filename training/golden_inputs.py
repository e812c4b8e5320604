"""The inputs of each model's goldens: two natural ones, seeded noise, a plain one (constant grey, or a ramp), and for
networks that take any size a small one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

NOISE_SEED = 196
GREYS = (128, 112, 144, 96, 160, 80, 176, 64)
"""Levels of the plain input."""
SMALL = 96
"""Side of the small input: what takes a software GPU half a minute takes it a few seconds here."""
ATTEMPTS = len(GREYS)
"""Variants of each input: where a value lies at a kink of ReLU or max-pooling, rounding decides its gradient."""
PICTURES = ("horse", "chelsea")


@dataclass
class GoldenInput:
    """pixels: normalised float32 [1, C, H, W]; rank: which logit is explained, 0 the largest."""

    name: str
    pixels: Tensor
    picture: str
    rank: int = 0


def resized(path: Path, width: int, height: int, mode: str = "RGB", margin: int = 0) -> Image.Image:
    """Pillow's antialiased bilinear resize, which the engine follows bit by bit; `margin` pixels are cut off before."""
    image = Image.open(path).convert(mode)
    box = (margin, margin, image.width - margin, image.height - margin)
    return image.resize((width, height), Image.BILINEAR, box=box)


def normalised(image: Image.Image, preprocessing: Dict) -> Tensor:
    """8-bit picture -> float32 [1, C, H, W], (v / 255 - mean) / std."""
    values = torch.from_numpy(np.array(image)).float() / 255
    values = values.reshape(image.height, image.width, -1)
    values = (values - torch.tensor(preprocessing["mean"])) / torch.tensor(preprocessing["std"])
    return values.permute(2, 0, 1)[None].contiguous()


def drawn_digit(digit: int) -> Image.Image:
    """A 7 or a 3 drawn with round strokes, white on black, 28x28, antialiased from 8 times the size."""
    scale, width = 8, 20
    canvas = Image.new("L", (28 * scale, 28 * scale))
    pen = ImageDraw.Draw(canvas)
    if digit == 7:
        points = [(60, 52), (160, 50), (138, 104), (110, 176)]
    elif digit == 3:
        points = arc(108, 76, 36, -150, 75) + arc(106, 144, 44, -80, 150)
    else:
        raise ValueError(f"no strokes for digit {digit}")
    pen.line(points, fill=255, width=width, joint="curve")
    for x, y in (points[0], points[-1]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return canvas.resize((28, 28), Image.BOX)


def arc(x: float, y: float, radius: float, first: float, last: float) -> List:
    """Points of a circular arc, angles in degrees clockwise from the right."""
    angles = np.radians(np.linspace(first, last, 40))
    return [(float(x + radius * np.cos(a)), float(y + radius * np.sin(a))) for a in angles]


def inputs(manifest: Dict, images: Path, attempt: int = 0) -> List[GoldenInput]:
    """The inputs for a model, in one of ATTEMPTS variants; `images` is the folder of the site's pictures."""
    max_pooled = manifest["architecture"]["name"].startswith("resnet")
    preprocessing = manifest["preprocessing"]
    width, height, one = preprocessing["width"], preprocessing["height"], preprocessing["colour"] == "grey"
    if one:
        natural = [
            GoldenInput(f"digit-{digit}", normalised(drawn_digit(digit), preprocessing), f"drawn {digit}", rank)
            for rank, digit in enumerate((7, 3))
        ]
    else:
        natural = [
            GoldenInput(
                name,
                normalised(resized(images / f"{name}.webp", width, height, margin=attempt), preprocessing),
                f"{name}.webp" if attempt == 0 else f"{name}.webp without {attempt} pixels on each side",
                rank,
            )
            for rank, name in enumerate(PICTURES)
        ]
    channels, seed = len(preprocessing["mean"]), NOISE_SEED + attempt
    plain = (ramp if max_pooled else constant)(preprocessing, GREYS[attempt])
    small = [noise(f"noise-{SMALL}", channels, SMALL, SMALL, seed)] if max_pooled else []
    return natural + [noise("noise", channels, height, width, seed), plain] + small


def noise(name: str, channels: int, height: int, width: int, seed: int) -> GoldenInput:
    """Standard normal noise in place of normalised pixels."""
    pixels = torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(seed))
    return GoldenInput(name, pixels, f"standard normal noise, seed {seed}")


def constant(preprocessing: Dict, grey: int) -> GoldenInput:
    """The same 8-bit level everywhere."""
    one = preprocessing["colour"] == "grey"
    size = (preprocessing["width"], preprocessing["height"])
    flat = Image.new("L" if one else "RGB", size, grey if one else (grey, grey, grey))
    return GoldenInput("constant", normalised(flat, preprocessing), f"grey {grey} everywhere")


def ramp(preprocessing: Dict, grey: int) -> GoldenInput:
    """Grey that rises by 64 levels from the top left to the bottom right, under noise of 16 levels.

    For networks with max-pooling: in a constant picture all cells of a window are equal but for rounding, which then
    decides where the gradient goes, and on a smooth one whole contours lie at a kink.
    """
    height, width = preprocessing["height"], preprocessing["width"]
    down, across = torch.linspace(0, 32, height)[:, None], torch.linspace(0, 32, width)[None, :]
    noise = torch.randn(height, width, generator=torch.Generator().manual_seed(grey))
    levels = ((grey + down + across + 16 * noise) / 255)[..., None]
    values = (levels - torch.tensor(preprocessing["mean"])) / torch.tensor(preprocessing["std"])
    pixels = values.permute(2, 0, 1)[None].contiguous()
    return GoldenInput("ramp", pixels, f"grey {grey} to {grey + 64} along the diagonal, noise of 16 levels")
