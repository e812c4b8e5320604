"""Where rounding decides a gradient: the kinks of ReLU and max-pooling, and networks that decide them otherwise.

A ReLU network is piecewise linear in each unit, and its gradient jumps where a unit's input is 0 or two values of a pooling
window are equal. At a unit so near to that point that rounding settles the matter, two correct implementations may differ.
ResNet-18 has two million such places for each picture, and about ten of them are always that close.

`twin(model, Decision)` is the network with every undecided place decided one way or the other: where the maps of all `WAYS`
agree, nothing hangs on rounding. The forward pass is the same.
"""

import copy
from typing import Callable, NamedTuple, Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F

UNDECIDED = {"smallcnn": 1e-6, "resnet18": 5e-6}
"""Half the width of what counts as undecided, in root mean squares of the layer's values. ResNet-18's float32 and float64
differ by 3e-7 of these on average and by 6e-6 at the largest values; the rest is room for other orders of summation."""
TINY = 1e-30
"""What an open unit shows where it would show 0, so that max-pooling finds it: too little to change a sum."""
WAYS = ("open", "closed", "mixed")
"""Undecided units all pass gradients back, none does, or every other; undecided windows pass them to the first of the values
that may be the largest, to the last, or to either."""


class Decision(NamedTuple):
    """One of WAYS, and what counts as undecided."""

    way: str
    undecided: float


Rule = Callable[[Tensor, Tensor], Tensor]
"""(gradient, where the unit was positive) -> what a ReLU passes back."""


def plain(gradient: Tensor, positive: Tensor) -> Tensor:
    return torch.where(positive, gradient, torch.zeros_like(gradient))


def guided(gradient: Tensor, positive: Tensor) -> Tensor:
    """g (x > 0)(g > 0): Springenberg et al. 2014."""
    return torch.where(positive & (gradient > 0), gradient, torch.zeros_like(gradient))


def deconvolving(gradient: Tensor, _positive: Tensor) -> Tensor:
    """g (g > 0): Zeiler and Fergus 2014."""
    return torch.where(gradient > 0, gradient, torch.zeros_like(gradient))


class Rectification(torch.autograd.Function):
    """ReLU whose gradient counts as positive what exceeds a threshold of its own, by one of the rules."""

    @staticmethod
    def forward(ctx, x: Tensor, threshold: Tensor, rule: Rule) -> Tensor:
        positive = x > threshold
        ctx.save_for_backward(positive)
        ctx.rule = rule
        return torch.where(positive, x.clamp(min=TINY), x.clamp(min=0))

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (positive,) = ctx.saved_tensors
        return ctx.rule(gradient, positive), None, None


def margin(x: Tensor, decision: Decision) -> Tensor:
    """[N, 1, 1, 1]: from which distance of the kink on a value is decided."""
    return decision.undecided * x.detach().square().mean((1, 2, 3), keepdim=True).sqrt()


def coins(shape: torch.Size) -> Tensor:
    """True or False at every place of one picture, always the same."""
    return torch.rand(shape[1:], generator=torch.Generator().manual_seed(0)) < 0.5


class Rectifier(nn.Module):
    def __init__(self, rule: Rule, decision: Optional[Decision]) -> None:
        super().__init__()
        self.rule, self.decision = rule, decision

    def forward(self, x: Tensor) -> Tensor:
        if self.decision is None:
            return Rectification.apply(x, torch.zeros((), dtype=x.dtype), self.rule)
        undecided = margin(x, self.decision)
        threshold = {
            "open": lambda: -undecided,
            "closed": lambda: undecided,
            "mixed": lambda: torch.where(coins(x.shape), undecided, -undecided),
        }[self.decision.way]()
        return Rectification.apply(x, threshold, self.rule)


class Pool(nn.Module):
    """Max-pooling of what a ReLU lets through. Its gradient goes to one of the values that the margin does not tell from the
    largest; of zeros, as everywhere, to the first, which is among them where the largest may be 0 as well."""

    def __init__(self, pool: nn.MaxPool2d, decision: Decision) -> None:
        super().__init__()
        self.size, self.stride, self.padding = pool.kernel_size, pool.stride, pool.padding
        self.decision = decision

    def forward(self, x: Tensor) -> Tensor:
        largest = F.max_pool2d(x, self.size, self.stride, self.padding).detach()
        count, channels = x.shape[:2]
        padded = F.pad(x, (self.padding,) * 4, value=-1e30).flatten(0, 1)[:, None]
        windows = F.unfold(padded, self.size, stride=self.stride).unflatten(0, (count, channels))
        near = 2 * margin(x, self.decision)
        contender = (windows.detach() >= (largest - near).flatten(2)[:, :, None]) & (windows.detach() > 0)
        order = torch.arange(1, windows.shape[2] + 1)[:, None]
        zero = ((windows.detach() == 0) * order.flip(0)).argmax(2, keepdim=True)
        none = ~contender.any(2, keepdim=True)
        silent = (largest <= near).flatten(2)[:, :, None] & (windows.detach() == 0).any(2, keepdim=True)
        first = torch.where(none, zero, (contender * order.flip(0)).argmax(2, keepdim=True))
        last = torch.where(none | silent, zero, (contender * order).argmax(2, keepdim=True))
        either = torch.where(coins(first.shape), first, last)
        chosen = windows.gather(2, {"open": first, "closed": last, "mixed": either}[self.decision.way])
        chosen = chosen[:, :, 0].unflatten(2, largest.shape[2:])
        return largest + (chosen - chosen.detach())


def twin(model: nn.Module, decision: Optional[Decision] = None, rule: Rule = plain) -> nn.Module:
    """A copy that decides kinks one way, or as its own arithmetic does, and whose ReLUs pass gradients back by the rule."""
    found = copy.deepcopy(model)
    for parent in list(found.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.ReLU):
                unchanged = decision is None and rule is plain
                setattr(parent, name, nn.ReLU() if unchanged else Rectifier(rule, decision))
            elif isinstance(child, nn.MaxPool2d) and decision is not None:
                setattr(parent, name, Pool(child, decision))
    return found
