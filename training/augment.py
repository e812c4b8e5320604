"""Random crops and flips of whole batches, on uint8 tensors."""

import torch
import torch.nn.functional as F
from torch import Tensor


def pad(images: Tensor, padding: int) -> Tensor:
    """uint8 [N, H, W, C] -> [N, H + 2p, W + 2p, C], black margin."""
    return F.pad(images, (0, 0, padding, padding, padding, padding))


def random_crops(padded: Tensor, picks: Tensor, size: int, flip: bool) -> Tensor:
    """Crops size x size at a random place of each picked picture, mirrored for half of them if `flip`.

    padded: uint8 [N, H, W, C]; picks: int64 [B]. Returns uint8 [B, size, size, C].
    """
    count, room = len(picks), padded.shape[1] - size + 1
    steps = torch.arange(size)
    rows = torch.randint(room, (count, 1)) + steps
    columns = torch.randint(room, (count, 1)) + steps
    if flip:
        columns = torch.where(torch.rand(count, 1) < 0.5, columns.flip(1), columns)
    return padded[picks[:, None, None], rows[:, :, None], columns[:, None, :]]


def normalise(batch: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """uint8 [B, H, W, C] -> float32 [B, C, H, W] in channels_last memory, (x / 255 - mean) / std."""
    return ((batch.float() / 255 - mean) / std).permute(0, 3, 1, 2)
