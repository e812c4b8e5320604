"""Gradients of single units with respect to the input, for the tests of the engine's effective receptive fields.

usage: unit_gradient.py <model folder> <layer>:<channel>:<row>:<column> ...
stdin: the input, float32 [1, C, H, W]; stdout: for each unit float32 [H, W], the Euclidean norm over colours of its
gradient.
"""

import sys
from pathlib import Path
from typing import List

import numpy as np
import torch
from torch import Tensor, nn

from architectures import load_model


def unit_gradient(model: nn.Module, pixels: Tensor, unit: str) -> Tensor:
    """`unit`: layer, channel, row and column with colons between them -> [H, W]."""
    layer, *place = unit.split(":")
    channel, row, column = map(int, place)
    captured: List[Tensor] = []
    keep = model.get_submodule(layer).register_forward_hook(lambda _module, _inputs, output: captured.append(output))
    model(pixels)
    keep.remove()
    (gradient,) = torch.autograd.grad(captured[0][0, channel, row, column], pixels)
    return gradient[0].square().sum(0).sqrt()


def main() -> None:
    model, manifest = load_model(Path(sys.argv[1]))
    architecture = manifest["architecture"]
    shape = (1, architecture["inputChannels"], architecture["inputSize"], architecture["inputSize"])
    values = np.frombuffer(sys.stdin.buffer.read(), "<f4").reshape(shape)
    pixels = torch.from_numpy(values.copy()).requires_grad_(True)
    for unit in sys.argv[2:]:
        sys.stdout.buffer.write(unit_gradient(model, pixels, unit).numpy().astype("<f4").tobytes())


main()
