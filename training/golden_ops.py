"""Oracles for single operations: forward values and input gradients from PyTorch (NCHW, OIHW, float32)."""

import json
from collections import OrderedDict
from pathlib import Path
from typing import Callable, Dict, List, Optional

import torch
import torch.nn.functional as F
from torch import Tensor

from safetensors_io import save_file

CONVOLUTIONS = ((1, 1, 0), (1, 2, 0), (3, 1, 0), (3, 1, 1), (3, 2, 1), (3, 2, 0), (7, 1, 3), (7, 2, 3))
"""(kernel, stride, padding)."""
POOLS = ((3, 2, 1), (2, 2, 0))
SIZES = ((8, 8), (9, 9), (8, 9))
INTERPOLATIONS = ((4, 4, 32, 32), (7, 7, 20, 20), (5, 3, 4, 9))
BATCH_NORM_EPSILON = 1e-5


class Oracle:
    """Collects tensors by name and the list of cases with their parameters."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.tensors: "OrderedDict[str, Tensor]" = OrderedDict()
        self.cases: List[Dict] = []

    def normal(self, *shape: int) -> Tensor:
        """Standard normal values."""
        return torch.randn(*shape, generator=self.generator)

    def add(
        self,
        name: str,
        parameters: Dict,
        x: Tensor,
        operation: Callable[[Tensor], Tensor],
        constants: Optional[Dict[str, Tensor]] = None,
    ) -> None:
        """Runs the operation and its backward pass for a random output gradient."""
        x = x.clone().requires_grad_(True)
        y = operation(x)
        gradient = self.normal(*y.shape)
        y.backward(gradient)
        parts = {"input": x.detach(), **(constants or {}), "output": y.detach(), "outputGradient": gradient,
                 "inputGradient": x.grad}
        for part, tensor in parts.items():
            self.tensors[f"{name}.{part}"] = tensor
        self.cases.append({"name": name, **parameters})


def convolutions(oracle: Oracle) -> None:
    """3 -> 4 channels, batch of 2, without bias."""
    for height, width in SIZES:
        for kernel, stride, padding in CONVOLUTIONS:
            weight = oracle.normal(4, 3, kernel, kernel)
            oracle.add(
                f"conv.k{kernel}s{stride}p{padding}.{height}x{width}",
                {"op": "conv2d", "kernel": kernel, "stride": stride, "padding": padding},
                oracle.normal(2, 3, height, width),
                lambda x: F.conv2d(x, weight, stride=stride, padding=padding),
                {"weight": weight},
            )


def max_pools(oracle: Oracle) -> None:
    """Random values, ties in nearly every window (small integers), and windows without a positive value."""
    for height, width in SIZES:
        shape = (1, 3, height, width)
        kinds = {
            "random": oracle.normal(*shape),
            "ties": torch.randint(0, 3, shape, generator=oracle.generator).float(),
            "negative": -oracle.normal(*shape).abs() - 0.1,
            "negative-ties": -torch.randint(1, 3, shape, generator=oracle.generator).float(),
            "zeros": torch.zeros(shape),
        }
        for kind, x in kinds.items():
            for kernel, stride, padding in POOLS:
                oracle.add(
                    f"maxpool.k{kernel}s{stride}p{padding}.{height}x{width}.{kind}",
                    {"op": "max_pool2d", "kernel": kernel, "stride": stride, "padding": padding},
                    x,
                    lambda x: F.max_pool2d(x, kernel, stride, padding),
                )


def elementwise(oracle: Oracle) -> None:
    """BatchNorm in inference mode, ReLU (exact zeros included: gradient 0), linear, global average pooling."""
    constants = {
        "weight": oracle.normal(5),
        "bias": oracle.normal(5),
        "runningMean": oracle.normal(5),
        "runningVar": oracle.normal(5).abs() + 1e-3,
    }
    oracle.add(
        "batchnorm.5x6x7",
        {"op": "batch_norm", "eps": BATCH_NORM_EPSILON},
        oracle.normal(2, 5, 6, 7),
        lambda x: F.batch_norm(
            x, constants["runningMean"], constants["runningVar"], constants["weight"], constants["bias"],
            training=False, eps=BATCH_NORM_EPSILON,
        ),
        constants,
    )
    x = oracle.normal(1, 3, 5, 5)
    x[0, :, 1] = 0
    oracle.add("relu.3x5x5", {"op": "relu"}, x, F.relu)
    layer = {"weight": oracle.normal(4, 6), "bias": oracle.normal(4)}
    oracle.add("linear.6-4", {"op": "linear"}, oracle.normal(3, 6),
               lambda x: F.linear(x, layer["weight"], layer["bias"]), layer)
    for height, width in ((4, 4), (7, 7), (3, 5)):
        oracle.add(f"avgpool.{height}x{width}", {"op": "adaptive_avg_pool2d", "size": 1},
                   oracle.normal(2, 3, height, width), lambda x: F.adaptive_avg_pool2d(x, 1))


def interpolations(oracle: Oracle) -> None:
    """Bilinear, align_corners false, not antialiased."""
    for height, width, new_height, new_width in INTERPOLATIONS:
        oracle.add(
            f"interpolate.{height}x{width}-{new_height}x{new_width}",
            {"op": "interpolate", "mode": "bilinear", "alignCorners": False, "size": [new_height, new_width]},
            oracle.normal(1, 2, height, width),
            lambda x: F.interpolate(x, (new_height, new_width), mode="bilinear", align_corners=False),
        )


def write(path: Path) -> None:
    """All cases; `__metadata__`.cases is a JSON list of {name, op, parameters}."""
    oracle = Oracle(196)
    for group in (convolutions, max_pools, elementwise, interpolations):
        group(oracle)
    metadata = {"cases": json.dumps(oracle.cases), "software": f"PyTorch {torch.__version__}"}
    save_file(oracle.tensors, path, metadata)
    print(f"{path.name}: {len(oracle.cases)} cases")
