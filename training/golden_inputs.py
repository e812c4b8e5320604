"""The four inputs of each model's goldens: two natural ones, seeded noise, constant grey."""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

NOISE_SEED = 196
GREYS = (128, 112, 144, 96, 160)
"""Levels to try for the constant input: where a whole channel lies at a ReLU's kink, rounding decides its gradient."""
PICTURES = ("horse", "chelsea")


@dataclass
class GoldenInput:
    """pixels: normalised float32 [1, C, H, W]; rank: which logit is explained, 0 the largest."""

    name: str
    pixels: Tensor
    picture: str
    rank: int = 0


def resized(path: Path, width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Pillow's antialiased bilinear resize, which the engine follows bit by bit."""
    return Image.open(path).convert(mode).resize((width, height), Image.BILINEAR)


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


def inputs(manifest: Dict, images: Path, grey: int = GREYS[0]) -> List[GoldenInput]:
    """The four inputs for a model; `images` is the folder of the site's pictures, `grey` the constant one's level."""
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
                name, normalised(resized(images / f"{name}.webp", width, height), preprocessing), f"{name}.webp", rank
            )
            for rank, name in enumerate(PICTURES)
        ]
    channels = len(preprocessing["mean"])
    noise = torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(NOISE_SEED))
    flat = Image.new("L" if one else "RGB", (width, height), grey if one else (grey, grey, grey))
    return natural + [
        GoldenInput("noise", noise, f"standard normal noise, seed {NOISE_SEED}"),
        GoldenInput("constant", normalised(flat, preprocessing), f"grey {grey} everywhere"),
    ]
