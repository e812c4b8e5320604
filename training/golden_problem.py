"""One picture to be explained, as the formulas of golden_gradients.py and golden_cams.py see it.

What was asked of the network once is remembered: methods share gradients, scores and feature maps.
"""

import copy
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import torch
from torch import Tensor, nn

from kinks import UNDECIDED, WAYS, Decision, Rule, plain, twin

BATCH = 4
"""Pictures at a time."""
CAM_LAYERS = {"smallcnn": ("features.5", "features.3"), "resnet18": ("layer4", "layer3")}
"""Where the class-activation methods look: the pooled block, and one whose gradient is not the same everywhere."""

Found = Tuple[Tensor, Dict[str, Tensor]]


@dataclass
class Problem:
    """pixels [1, C, H, W], normalised, as all references; `kind` of target: logit, probability, log-probability or
    difference of class `target`; `decision`: how kinks are decided (kinks.py)."""

    model: nn.Module
    pixels: Tensor
    target: int
    mean: Tensor
    std: Tensor
    references: Sequence[Tensor]
    layers: Sequence[str]
    kind: str = "logit"
    decision: Optional[Decision] = None
    memory: Dict = field(default_factory=dict)
    scored: Dict[bytes, Tensor] = field(default_factory=dict)

    def double(self) -> "Problem":
        return replace(
            self,
            model=copy.deepcopy(self.model).double(),
            pixels=self.pixels.double(),
            mean=self.mean.double(),
            std=self.std.double(),
            references=[reference.double() for reference in self.references],
            memory={},
            scored={},
        )

    def decided(self, decision: Decision) -> "Problem":
        """The same with kinks decided this way, which no logit depends on."""
        return replace(self, decision=decision, memory={})

    def anew(self) -> "Problem":
        """The same with nothing remembered but the networks."""
        return replace(self, memory={key: one for key, one in self.memory.items() if key[0] == "network"}, scored={})

    def of(self, kind: str) -> "Problem":
        """Another kind of target. Probabilities are those of the runner-up: float32 has no digits of what the most probable
        class lacks to 1."""
        if kind not in ("probability", "log-probability"):
            return replace(self, kind=kind)
        order = self.logits(self.pixels)[0].argsort(descending=True).tolist()
        return replace(self, kind=kind, target=next(k for k in order if k != self.target))

    def at(self, pixels: Tensor) -> "Problem":
        """Another picture."""
        return replace(self, pixels=pixels)

    def by(self, rule: Rule) -> nn.Module:
        """The network whose ReLUs pass gradients back by this rule."""
        if ("network", rule) not in self.memory:
            self.memory["network", rule] = twin(self.model, self.decision, rule)
        return self.memory["network", rule]

    def score(self, logits: Tensor) -> Tensor:
        """[N, classes] -> [N]."""
        own = logits[:, self.target]
        if self.kind == "logit":
            return own
        if self.kind == "difference":
            others = torch.cat([logits[:, : self.target], logits[:, self.target + 1 :]], 1)
            return own - others.amax(1)
        chances = logits.softmax(1)[:, self.target]
        return chances if self.kind == "probability" else logits.log_softmax(1)[:, self.target]

    def logits(self, pixels: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, classes]."""
        keys = [key_of(one) for one in pixels]
        missing = [i for i, key in enumerate(keys) if key not in self.scored]
        with torch.no_grad():
            for part in batches(missing):
                for i, logits in zip(part, self.model(pixels[part])):
                    self.scored[keys[i]] = logits
        return torch.stack([self.scored[key] for key in keys])

    def scores(self, pixels: Tensor) -> Tensor:
        """[N, C, H, W] -> [N]."""
        return self.score(self.logits(pixels))

    def gradients(self, pixels: Tensor, rule: Rule = plain) -> Tensor:
        """[N, C, H, W] -> the same shape: the target's gradient at each input."""
        keys = [(rule, self.kind, self.target, key_of(one)) for one in pixels]
        missing = [i for i, key in enumerate(keys) if key not in self.memory]
        for part in batches(missing):
            inputs = pixels[part].clone().requires_grad_(True)
            logits = self.by(rule)(inputs)
            (gradient,) = torch.autograd.grad(self.score(logits).sum(), inputs)
            for i, one, own in zip(part, gradient, logits.detach()):
                self.memory[keys[i]] = one
                self.scored.setdefault(keys[i][-1], own)
        return torch.stack([self.memory[key] for key in keys])

    def taps(self) -> Tuple[Tensor, "OrderedDict[str, Tensor]"]:
        """(logits [1, classes], every module's output and the `input` in the order in which they are there), one graph."""
        key = ("taps", key_of(self.pixels))
        if key not in self.memory:
            outputs: "OrderedDict[str, Tensor]" = OrderedDict(input=self.pixels.clone().requires_grad_(True))
            network = self.by(plain)
            handles = [
                module.register_forward_hook(lambda _m, _i, output, name=name: outputs.__setitem__(name, output))
                for name, module in network.named_modules()
                if name
            ]
            self.memory[key] = network(outputs["input"]), outputs
            for handle in handles:
                handle.remove()
        return self.memory[key]

    def forget(self) -> None:
        """Lets go of the graph of `taps`."""
        self.memory.pop(("taps", key_of(self.pixels)), None)

    def look(
        self, layer: str, target: Optional[Callable[[Tensor], Tensor]] = None, called: str = ""
    ) -> Tuple[Tensor, Tensor]:
        """(activation, gradient), each [C, H, W]; `target`, under a name of its own: logits [1, classes] -> [1] in place of
        the problem's own."""
        key = (layer, self.kind, self.target, called, key_of(self.pixels))
        if key not in self.memory:
            logits, outputs = self.taps()
            names = [*dict.fromkeys((*self.layers, layer))]
            score = (target or self.score)(logits).sum()
            gradients = torch.autograd.grad(score, [outputs[name] for name in names], retain_graph=True)
            for name, gradient in zip(names, gradients):
                self.memory[(name, *key[1:])] = outputs[name].detach()[0], gradient[0]
        return self.memory[key]

    def logits_with(self, layer: str, activations: Tensor) -> Tensor:
        """[N, classes] for outputs of the layer [N, C, H, W]."""
        parts: List[Tensor] = []
        with torch.no_grad():
            for part in activations.split(8):
                handle = self.model.get_submodule(layer).register_forward_hook(lambda _m, _i, _output: part)
                parts.append(self.model(self.pixels))
                handle.remove()
        return torch.cat(parts)


class Formula(NamedTuple):
    """A method with its options and its formula. `cut`: whether what is negative in the map is set to 0 at the end."""

    method: str
    options: Dict[str, object]
    compute: Callable[[Problem], Union[Tensor, Found]]
    layer: Optional[str] = None
    kind: str = "logit"
    cut: bool = False

    def uncut(self) -> "Formula":
        return self._replace(options={**self.options, "relu": "off"}, cut=False)

    def found(self, problem: Problem) -> Found:
        """(map [H, W], details by the engine's names) of the formula's kind of target."""
        result = self.compute(problem.of(self.kind))
        tensor, details = result if isinstance(result, tuple) else (result, {})
        tensor = tensor.detach()
        return (tensor.relu() if self.cut else tensor), details


def problem_of(model: nn.Module, manifest: Dict, pixels: Tensor, target: int, references: Sequence[Tensor]) -> Problem:
    """In the model's precision."""
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    mean, std = (torch.tensor(manifest["preprocessing"][key]) for key in ("mean", "std"))
    layers = CAM_LAYERS[manifest["architecture"]["name"]]
    return Problem(model.requires_grad_(False), pixels, target, mean, std, references, layers)


def precisions(single: Problem, architecture: str) -> Tuple[Problem, List[Problem]]:
    """(float64, float32 for each way to decide kinks)."""
    return single.double(), [single.decided(Decision(way, UNDECIDED[architecture])) for way in WAYS]


def batches(indices: List[int]) -> List[List[int]]:
    return [indices[first : first + BATCH] for first in range(0, len(indices), BATCH)]


def key_of(pixels: Tensor) -> bytes:
    return hashlib.sha1(pixels.detach().contiguous().numpy().tobytes()).digest()
