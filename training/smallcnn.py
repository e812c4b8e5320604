"""SmallCNN, the network of the lab: six convolution blocks, global average pooling, one linear layer."""

from collections import OrderedDict
from typing import Mapping

import torch
from torch import Tensor, nn

BLOCKS = ((32, 1), (32, 2), (64, 1), (64, 2), (128, 1), (128, 2))
"""(output channels, stride) of each block: 32x32 becomes 4x4, 28x28 becomes 4x4 as well."""


def conv_block(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Conv2d 3x3 (padding 1, no bias), BatchNorm2d, ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


class SmallCNN(nn.Module):
    """[N, in_channels, H, W] normalised pixels -> [N, classes] logits."""

    def __init__(self, in_channels: int = 3, classes: int = 10) -> None:
        super().__init__()
        widths = (in_channels,) + tuple(width for width, _ in BLOCKS)
        self.features = nn.Sequential(
            *(conv_block(widths[i], width, stride) for i, (width, stride) in enumerate(BLOCKS))
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.pool(self.features(x)).flatten(1))


def inference_state(state: Mapping[str, Tensor]) -> "OrderedDict[str, Tensor]":
    """The tensors inference needs, in module (= forward) order: all but BatchNorm's num_batches_tracked."""
    return OrderedDict(
        (name, tensor) for name, tensor in state.items() if not name.endswith("num_batches_tracked")
    )


def float16_state(state: Mapping[str, Tensor]) -> "OrderedDict[str, Tensor]":
    """`inference_state` rounded to float16, contiguous in PyTorch's own layout (OIHW)."""
    return OrderedDict(
        (name, tensor.detach().to(torch.float16).contiguous())
        for name, tensor in inference_state(state).items()
    )


def load_widened(model: nn.Module, state: Mapping[str, Tensor]) -> nn.Module:
    """Loads float16 tensors widened to float32 and puts the model into inference mode."""
    missing, unexpected = model.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"state does not fit the model: missing {missing}, unexpected {unexpected}")
    return model.eval()
