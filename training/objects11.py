"""objects11: Imagenette with cats and dogs added, eleven everyday classes, as uint8 arrays on disk."""

import io
import math
import zipfile
from pathlib import Path
from typing import Iterator, List, Tuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

LABELS = [
    "tench", "dog", "cassette player", "chain saw", "church", "French horn",
    "garbage truck", "gas pump", "golf ball", "parachute", "cat",
]
FOLDERS = {
    "n01440764": "tench", "n02102040": "dog", "n02979186": "cassette player", "n03000684": "chain saw",
    "n03028079": "church", "n03394916": "French horn", "n03417042": "garbage truck", "n03425413": "gas pump",
    "n03445777": "golf ball", "n03888257": "parachute", "cat": "cat", "dog": "dog",
}
"""Imagenette's English springers (n02102040) count as dog."""
ARCHIVES = {
    "train": ("imagenette-224/train-0.zip", "imagenette-224/train-1.zip", "cats-dogs-224/cats-dogs.zip"),
    "val": ("imagenette-224/val.zip", "cats-dogs-224/cats-dogs.zip"),
}
SIZE = 224
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def members(data: Path, split: str) -> List[Tuple[Path, str, int]]:
    """(archive, entry, label) of every picture of the split, in a fixed order."""
    found = []
    for relative in ARCHIVES[split]:
        path = data / relative
        if not path.exists():
            raise SystemExit(f"{path} is missing: objects11 needs Imagenette and the cat and dog pictures, see README.md")
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                parts = name.split("/")
                if parts[0] == split and len(parts) == 3 and parts[2]:
                    found.append((path, name, LABELS.index(FOLDERS[parts[1]])))
    return found


def load(data: Path, split: str, cache: Path) -> Tuple[np.ndarray, Tensor]:
    """(uint8 [N, 224, 224, 3] memory-mapped from `cache`, int64 [N]); decodes the zips once."""
    entries = members(data, split)
    labels = torch.tensor([label for _, _, label in entries])
    path = cache / f"objects11-{split}.npy"
    if not path.exists():
        decode(entries, path)
    return np.load(path, mmap_mode="r"), labels


def decode(entries: List[Tuple[Path, str, int]], path: Path) -> None:
    """Writes all pictures into one array; the file gets its name only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    shape = (len(entries), SIZE, SIZE, 3)
    array = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
    archives = {file: zipfile.ZipFile(file) for file in {file for file, _, _ in entries}}
    for index, (file, name, _) in enumerate(entries):
        picture = Image.open(io.BytesIO(archives[file].read(name))).convert("RGB")
        if picture.size != (SIZE, SIZE):
            raise ValueError(f"{name}: {picture.size}, expected {SIZE}x{SIZE}")
        array[index] = np.asarray(picture)
    array.flush()
    partial.rename(path)


def random_box(generator: np.random.Generator, least: float) -> Tuple[float, float, float, float]:
    """A box of area share uniform in [least, 1] and aspect ratio log-uniform in [3/4, 4/3], inside 224x224."""
    for _ in range(10):
        area = SIZE * SIZE * generator.uniform(least, 1)
        ratio = math.exp(generator.uniform(math.log(3 / 4), math.log(4 / 3)))
        width, height = math.sqrt(area * ratio), math.sqrt(area / ratio)
        if width <= SIZE and height <= SIZE:
            left, top = generator.uniform(0, SIZE - width), generator.uniform(0, SIZE - height)
            return left, top, left + width, top + height
    return 0, 0, SIZE, SIZE


def jitter(batch: Tensor, generator: np.random.Generator, strength: float) -> Tensor:
    """Brightness, contrast and saturation times 1 +- strength per picture; float [B, H, W, 3] in [0, 1]."""
    factors = torch.from_numpy(generator.uniform(1 - strength, 1 + strength, (3, len(batch), 1, 1, 1))).float()
    batch = batch * factors[0]
    grey = batch.mean(3, keepdim=True)
    batch = grey + (batch - grey) * factors[1]
    middle = batch.mean((1, 2, 3), keepdim=True)
    return (middle + (batch - middle) * factors[2]).clamp(0, 1)


def normalise(batch: Tensor) -> Tensor:
    """float [B, H, W, 3] in [0, 1] -> [B, 3, H, W] in channels_last memory."""
    return ((batch - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)


def training_batches(
    images: np.ndarray, labels: Tensor, size: int, batch: int, generator: np.random.Generator, least: float
) -> Iterator[Tuple[Tensor, Tensor]]:
    """One epoch of ([B, 3, size, size], [B]): random resized crop, flip, light colour jitter; drops the rest."""
    order = generator.permutation(len(images))
    for start in range(0, len(order) - batch + 1, batch):
        picks = order[start : start + batch]
        crops = np.empty((batch, size, size, 3), np.uint8)
        for row, pick in enumerate(picks):
            picture = Image.fromarray(images[pick])
            crop = picture.resize((size, size), Image.BILINEAR, box=random_box(generator, least))
            crops[row] = np.asarray(crop)[:, :: generator.choice((1, -1))]
        pixels = jitter(torch.from_numpy(crops).float() / 255, generator, 0.2)
        yield normalise(pixels), labels[torch.from_numpy(picks)]


def evaluation_batches(images: np.ndarray, size: int, step: int = 1, batch: int = 125) -> Iterator[Tensor]:
    """Every `step`-th picture whole, resized to size x size: [B, 3, size, size]."""
    chosen = range(0, len(images), step)
    for start in range(0, len(chosen), batch):
        rows = [
            np.asarray(Image.fromarray(images[pick]).resize((size, size), Image.BILINEAR))
            for pick in chosen[start : start + batch]
        ]
        yield normalise(torch.from_numpy(np.stack(rows)).float() / 255)
