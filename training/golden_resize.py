"""Oracles for the engine's resize: Pillow's antialiased bilinear filter on 8-bit pictures."""

import json
from collections import OrderedDict
from pathlib import Path

import numpy as np
import PIL
import torch
from PIL import Image
from torch import Tensor

from golden_inputs import PICTURES, resized
from safetensors_io import save_file

SYNTHETIC = (
    ("random-50x37", 50, 37, 3, 32, 32),
    ("random-7x5", 7, 5, 3, 16, 16),
    ("random-96x64", 96, 64, 3, 28, 28),
    ("random-3x90", 3, 90, 3, 28, 28),
    ("random-1x1", 1, 1, 3, 4, 4),
    ("grey-41x29", 41, 29, 1, 28, 28),
)
"""(name, width, height, channels, resized width, resized height)."""


def pixels(image: Image.Image) -> Tensor:
    """uint8 [H, W, C]."""
    return torch.from_numpy(np.array(image).reshape(image.height, image.width, -1))


def synthetic(width: int, height: int, channels: int, generator: np.random.Generator) -> Image.Image:
    """Uniform random bytes."""
    values = generator.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return Image.fromarray(values if channels == 3 else values[..., 0])


def write(path: Path, images: Path) -> None:
    """`picture.<name>.32` for the site's pictures; `<name>.input` and `<name>.output` for synthetic ones (U8, HWC)."""
    tensors: "OrderedDict[str, Tensor]" = OrderedDict()
    for name in PICTURES:
        tensors[f"picture.{name}.32"] = pixels(resized(images / f"{name}.webp", 32, 32))
    generator = np.random.default_rng(196)
    for name, width, height, channels, new_width, new_height in SYNTHETIC:
        image = synthetic(width, height, channels, generator)
        tensors[f"{name}.input"] = pixels(image)
        tensors[f"{name}.output"] = pixels(image.resize((new_width, new_height), Image.BILINEAR))
    metadata = {
        "layout": "HWC",
        "pictures": json.dumps({name: f"{name}.webp" for name in PICTURES}),
        "cases": json.dumps([case[0] for case in SYNTHETIC]),
        "software": f"Pillow {PIL.__version__}",
    }
    save_file(tensors, path, metadata)
    print(f"{path.name}: {len(tensors)} tensors")
