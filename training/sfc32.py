"""The engine's random numbers (src/engine/random.ts) once more: sfc32, uniform and normal, equal on both sides."""

from typing import Sequence

import numpy as np
import torch
from torch import Tensor

WARM_UP = 12


def uniform(seed: int, streams: Sequence[int], count: int) -> np.ndarray:
    """float64 [streams, count], each in [0, 1): `count` draws of `seededRandom(seed, stream)` for every stream."""
    a = np.full(len(streams), seed, dtype=np.uint32)
    b = np.array(streams, dtype=np.uint32)
    c = np.full(len(streams), 0x9E3779B9, dtype=np.uint32)
    counter = np.uint32(1)
    out = np.empty((count, len(streams)))
    shift9, shift3, shift21, shift11, one = (np.uint32(n) for n in (9, 3, 21, 11, 1))
    with np.errstate(over="ignore"):
        for i in range(-WARM_UP, count):
            total = a + b + counter
            counter = counter + one
            a = b ^ (b >> shift9)
            b = c + (c << shift3)
            c = ((c << shift21) | (c >> shift11)) + total
            if i >= 0:
                out[i] = total
    return out.T / 4294967296


def normal(seed: int, streams: Sequence[int], count: int) -> np.ndarray:
    """float64 [streams, count]: Box and Muller, two uniform draws for each value."""
    draws = uniform(seed, streams, 2 * count)
    return np.sqrt(-2 * np.log(1 - draws[:, 0::2])) * np.cos(2 * np.pi * draws[:, 1::2])


def normal_like(pixels: Tensor, seed: int, count: int) -> Tensor:
    """float32 [count, C, H, W] for pixels [1, C, H, W]: sample i is stream i, its values in the order of memory."""
    values = normal(seed, range(count), pixels.numel())
    return torch.from_numpy(values.astype(np.float32)).reshape(count, *pixels.shape[1:])
