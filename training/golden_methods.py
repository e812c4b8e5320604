"""Writes test/golden/methods/<model id>/<input>.safetensors: what every attribution method comes to, by PyTorch.

Inputs and explained classes are those of test/golden/<model id>/<input>.safetensors, which golden.py writes before. The
formulas are in golden_gradients.py and golden_cams.py. Values are float64's. What float32 gives otherwise, or a network that
decides the kinks of ReLU and max-pooling another way (kinks.py), is no oracle: such a value is dropped (0), and a case that
loses too many is left out.

Tensor `<method>.<options>[@layer][!target][/detail]`. Metadata, in JSON: `cases` says what each of them is (method, options,
layer, target), `dropped` which of a tensor's values are dropped, `leftOut` why a case is not there.
`noise.*`: samples of the random numbers that the formulas took.
"""

import argparse
import json
import math
import time
from collections import OrderedDict
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple, Union

import torch
from torch import Tensor

import golden_cams
import golden_gradients
from architectures import load_model
from golden import REPOSITORY, WHOLE_UP_TO, sampled
from golden_problem import CAM_LAYERS, Formula, Problem, precisions, problem_of
from safetensors_io import load_file, save_file

FLAT = ("constant", "ramp")
"""Inputs with nothing on them to explain: most of their maps are decided by rounding."""
REFERENCES_PIXELS = 32
"""Larger networks compare with one other picture, smaller ones with all."""
SETTLED = 3e-5
"""Largest difference from float64's values, relative to their largest magnitude, that a value may have in float32, whichever
way kinks are decided."""
FEW_DROPPED = {"smallcnn": 0.0, "resnet18": 0.5}
"""A seed by which no larger share of a map's values is dropped will do. A small network has few kinks: some seed keeps away
from all of them."""
MOST_DROPPED = 0.8
"""The largest share where no seed does better: a hundred values still tell a right engine from a wrong one."""
SEEDS = {"smallcnn": range(1, 9), "resnet18": range(1, 4)}
LINEAR = {"smallcnn": "features.5.1", "resnet18": "layer3.1.bn2"}
"""A layer whose values may be negative, with few enough channels for each to matter to float32."""


class Kept(NamedTuple):
    """tensors as they are stored, with 0 where dropped; shapes of those sampled; flat positions of what is dropped."""

    tensors: Dict[str, Tensor]
    shapes: Dict[str, List[int]]
    dropped: Dict[str, List[int]]

    def lost(self) -> int:
        return sum(map(len, self.dropped.values()))


def called(formula: Formula) -> str:
    """`smoothgrad.form=mean,samples=8`, followed by `@layer` where there is one and by the target where it is not a logit."""
    options = ",".join(f"{key}={value}" for key, value in formula.options.items())
    layer = f"@{formula.layer}" if formula.layer else ""
    return f"{formula.method}.{options}{layer}" + ("" if formula.kind == "logit" else f"!{formula.kind}")


def candidates(architecture: str) -> Iterator[Tuple[Formula, ...]]:
    """Every case, with each seed that it may have."""
    small = architecture == "smallcnn"
    yield from zip(*(golden_gradients.formulas(small, seed) for seed in SEEDS[architecture]))
    layers = (*CAM_LAYERS[architecture], LINEAR[architecture])
    for formula in golden_cams.formulas(*layers, *((24,) if small else (4, 4))):
        yield (formula,)


def compared(formula: Formula, exact: Problem, others: List[Problem], largest: int) -> Union[Kept, str]:
    """What is kept of a case, or why it cannot be an oracle."""
    name = called(formula)
    tensor, details = formula.found(exact)
    if not torch.isfinite(tensor).all():
        raise ValueError(f"{name} is not finite")
    if not tensor.any():
        return "zero everywhere"
    flat = lambda result: OrderedDict([(name, result[0]), *((f"{name}/{key}", one) for key, one in result[1].items())])
    stored, shapes = sampled(flat((tensor, details)), largest)
    near = [sampled(flat(formula.found(other)), largest)[0] for other in others]
    dropped: Dict[str, List[int]] = {}
    for key, values in stored.items():
        whole = key.removeprefix("sample.").removeprefix("summary.")
        apart = torch.stack([(other[key].double() - values.double()).abs() for other in near]).amax(0)
        if key.startswith("summary."):
            # Largest magnitude, sum, sum of magnitudes; the first only tells the scale.
            scale = torch.tensor([math.inf, values[2].item(), values[2].item()])
        else:
            scale = stored[f"summary.{whole}"][0] if whole in shapes else values.abs().max()
        unsettled = ~(apart <= SETTLED * scale)
        if key.startswith("summary."):
            # The sum is told in shares of the sum of magnitudes.
            unsettled[1:] = unsettled[1:].any()
        stored[key] = torch.where(unsettled, torch.zeros_like(values), values).float()
        if unsettled.any():
            dropped[key] = unsettled.reshape(-1).nonzero().reshape(-1).tolist()
    return Kept(stored, shapes, dropped)


def settled(tries: Tuple[Formula, ...], exact: Problem, others: List[Problem], architecture: str):
    """(formula, what is kept of it) for the first seed by which few values are dropped, or that of the fewest, or (the first,
    why there is nothing)."""
    largest, few = WHOLE_UP_TO[architecture], FEW_DROPPED[architecture]
    best, reason = None, ""
    for formula in tries:
        found = compared(formula, exact, others, largest)
        if found == "zero everywhere" and formula.cut:
            formula = formula.uncut()
            found = compared(formula, exact, others, largest)
        if isinstance(found, str):
            reason = reason or found
            continue
        key = called(formula)
        key = key if key in found.tensors else f"sample.{key}"
        dropped, kept = len(found.dropped.get(key, ())), found.tensors[key].numel()
        if dropped > MOST_DROPPED * kept:
            reason = reason or f"rounding decides {dropped} of the {kept} values kept"
        elif best is None or found.lost() < best[1].lost():
            best = formula, found
        if found.lost() == 0 or 0 < few and dropped <= few * kept:
            break
    return best or (tries[0], reason)


def noise_samples(architecture: str, shape: Tuple[int, ...]) -> Tuple[Dict[str, Tensor], Dict[str, Dict]]:
    """(samples of the noise that seed 1 stands for, by name; generator, seed and stream of each)."""
    count = math.prod(shape)
    samples = 8 if architecture == "smallcnn" else 3
    normal = golden_gradients.normal_noise(shape, 1, samples)
    drawn = {f"noise.normal.{stream}": normal[stream].reshape(-1) for stream in (0, samples - 1)}
    drawn["noise.uniform.0"] = golden_gradients.uniform_noise(count, 1).float()
    mask = golden_gradients.rise_masks(shape[-1], 1, 5, 0.4, 1).reshape(-1)
    drawn["noise.mask.0"] = mask
    described = {name: dict(zip(("generator", "stream"), (name.split(".")[1], int(name.split(".")[2])))) for name in drawn}
    return drawn, described


def write_one(folder: Path, golden: Path, name: str, inputs: Dict[str, tuple]) -> None:
    """One input of one model."""
    started = time.monotonic()
    model, manifest = load_model(folder)
    architecture, identity = manifest["architecture"]["name"], manifest["id"]
    pixels, target = inputs[name]
    most = len(inputs) if manifest["preprocessing"]["width"] <= REFERENCES_PIXELS else 1
    references = [other for other in inputs if other != name][:most]
    pictures = [inputs[other][0] for other in references]
    exact, others = precisions(problem_of(model, manifest, pixels, target, pictures), architecture)
    tensors: Dict[str, Tensor] = OrderedDict()
    shapes: Dict[str, List[int]] = {}
    cases, dropped, left_out = OrderedDict(), OrderedDict(), OrderedDict()
    for tries in candidates(architecture):
        formula, found = settled(tries, exact, others, architecture)
        key = called(formula)
        if key in cases:
            raise ValueError(f"{identity}/{name}: two cases are called {key}")
        if isinstance(found, str):
            left_out[key] = found
            print(f"{identity}/{name}: leaves out {key}: {found}", flush=True)
            continue
        tensors.update(found.tensors)
        shapes.update(found.shapes)
        dropped.update(found.dropped)
        cases[key] = {"method": formula.method, "options": formula.options}
        if formula.layer:
            cases[key]["layer"] = formula.layer
        if formula.kind != "logit":
            cases[key]["target"] = {"kind": formula.kind, "class": exact.of(formula.kind).target}
    noise, described = noise_samples(architecture, tuple(pixels.shape[1:]))
    stored, noise_shapes = sampled(noise, 0)
    metadata = {
        "model": identity,
        "class": str(target),
        "references": json.dumps(references),
        "cases": json.dumps(cases),
        "shapes": json.dumps({**shapes, **noise_shapes}),
        "dropped": json.dumps(dropped),
        "leftOut": json.dumps(left_out),
        "noise": json.dumps(described),
        "software": f"PyTorch {torch.__version__}",
    }
    save_file({**tensors, **stored}, golden / "methods" / identity / f"{name}.safetensors", metadata)
    lost = sum(map(len, dropped.values()))
    print(f"{identity}/{name}: {len(cases)} cases, {lost} values dropped, {time.monotonic() - started:.0f} s", flush=True)


def write(folder: Path, golden: Path, only: List[str]) -> None:
    """All inputs of one model, or those named."""
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    inputs: Dict[str, tuple] = OrderedDict()
    for path in sorted((golden / manifest["id"]).glob("*.safetensors")):
        if path.stem not in FLAT:
            tensors, metadata = load_file(path)
            inputs[path.stem] = (tensors["input"].float(), int(metadata["class"]))
    for name in inputs:
        if not only or name in only:
            write_one(folder, golden, name, inputs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="model ids; all of public/models when none is given")
    parser.add_argument("--public", type=Path, default=REPOSITORY / "public")
    parser.add_argument("--golden", type=Path, default=REPOSITORY / "test" / "golden")
    parser.add_argument("--input", action="append", default=[], help="one of the inputs; may be repeated")
    options = parser.parse_args()
    torch.set_num_threads(1)
    folders = [options.public / "models" / name for name in options.models] or sorted(
        path.parent for path in (options.public / "models").glob("*/model.json")
    )
    for folder in folders:
        write(folder, options.golden, options.input)


if __name__ == "__main__":
    main()
