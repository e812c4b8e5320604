"""Writes test/golden/methods/<model id>/<input>.safetensors: what every attribution method comes to, by PyTorch.

Inputs and explained classes are those of test/golden/<model id>/<input>.safetensors, which golden.py writes before. The
formulas are in golden_gradients.py and golden_cams.py; each has `cases`, which yields for one picture

    method: the method's id; options: its options; tensor: the map [H, W]; and where it has them
    layer: where it works; target: {"kind", "class", "against"} where it is not the class's logit;
    details: further tensors by their names in the engine's `details`.

Tensor `<method>.<options>[@layer][/detail]`; metadata `cases` says in JSON what each of them is.
"""

import argparse
import json
from collections import OrderedDict
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import torch
from torch import Tensor

import golden_cams
import golden_gradients
from architectures import load_model
from golden import REPOSITORY, WHOLE_UP_TO, sampled
from safetensors_io import load_file, save_file

FLAT = ("constant", "ramp")
"""Inputs with nothing on them to explain: most of their maps are decided by rounding."""
REFERENCES_PIXELS = 32
"""Larger networks compare with one other picture, smaller ones with all."""


def name_of(case) -> str:
    """`smoothgrad.form=mean,samples=8`, followed by `@layer` where there is one and by the target where it is not a logit."""
    options = ",".join(f"{key}={value}" for key, value in case.options.items())
    layer = getattr(case, "layer", None)
    target = getattr(case, "target", None)
    return f"{case.method}.{options}" + (f"@{layer}" if layer else "") + (f"!{target['kind']}" if target else "")


SOURCES = {"gradients": golden_gradients, "cams": golden_cams}


def all_cases(names: List[str], folder: Path, pixels: Tensor, target: int, references: List[Tensor]) -> Iterator:
    """Every case of the files named; each has the model for itself, as some change its modules."""
    for source in (SOURCES[name] for name in names):
        model, manifest = load_model(folder)
        yield from source.cases(model, manifest, pixels, target, references)


def kept(path: Path, names: List[str]) -> Tuple[Dict[str, Tensor], Dict[str, Dict], Dict[str, List[int]]]:
    """What a file has of sources that are not computed again: (tensors as stored, cases, shapes)."""
    if not path.exists() or set(names) == set(SOURCES):
        return {}, {}, {}
    tensors, metadata = load_file(path)
    stale = lambda method: (method in golden_cams.METHODS) == ("cams" in names)
    cases = {key: case for key, case in json.loads(metadata["cases"]).items() if not stale(case["method"])}
    shapes = json.loads(metadata["shapes"])
    bare = lambda name: name.removeprefix("sample.").removeprefix("summary.").split("/")[0]
    return (
        {name: tensor for name, tensor in tensors.items() if bare(name) in cases},
        cases,
        {name: shape for name, shape in shapes.items() if name.split("/")[0] in cases},
    )


def write(folder: Path, golden: Path, only: List[str], sources: List[str]) -> None:
    """All inputs of one model, or those named."""
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    inputs: Dict[str, tuple] = OrderedDict()
    for path in sorted((golden / manifest["id"]).glob("*.safetensors")):
        if path.stem not in FLAT:
            tensors, metadata = load_file(path)
            inputs[path.stem] = (tensors["input"].float(), int(metadata["class"]))
    most = len(inputs) if manifest["preprocessing"]["width"] <= REFERENCES_PIXELS else 1
    for name, (pixels, target) in inputs.items():
        if only and name not in only:
            continue
        others = [other for other in inputs if other != name][:most]
        tensors, described = OrderedDict(), OrderedDict()
        for case in all_cases(sources, folder, pixels, target, [inputs[other][0] for other in others]):
            called = name_of(case)
            if called in tensors:
                raise ValueError(f"{manifest['id']}/{name}: two cases are called {called}")
            check(f"{manifest['id']}/{name}: {called}", case.tensor)
            tensors[called] = case.tensor.float().contiguous()
            for detail, tensor in (getattr(case, "details", None) or {}).items():
                tensors[f"{called}/{detail}"] = tensor.float().contiguous()
            described[called] = {"method": case.method, "options": case.options}
            for field in ("layer", "target"):
                if getattr(case, field, None):
                    described[called][field] = getattr(case, field)
        stored, shapes = sampled(tensors, WHOLE_UP_TO[manifest["architecture"]["name"]])
        path = golden / "methods" / manifest["id"] / f"{name}.safetensors"
        before = kept(path, sources)
        stored, described, shapes = ({**old, **new} for old, new in zip(before, (stored, described, shapes)))
        metadata = {
            "model": manifest["id"],
            "class": str(target),
            "references": json.dumps(others),
            "cases": json.dumps(described),
            "shapes": json.dumps(shapes),
            "software": f"PyTorch {torch.__version__}",
        }
        save_file(stored, path, metadata)
        print(f"{manifest['id']}/{name}: {len(described)} cases")


def check(name: str, tensor: Tensor) -> None:
    """Refuses goldens that could not tell a right engine from a wrong one."""
    if not torch.isfinite(tensor).all():
        raise ValueError(f"{name} is not finite")
    if not tensor.any():
        raise ValueError(f"{name} is zero everywhere")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="model ids; all of public/models when none is given")
    parser.add_argument("--public", type=Path, default=REPOSITORY / "public")
    parser.add_argument("--golden", type=Path, default=REPOSITORY / "test" / "golden")
    parser.add_argument("--input", action="append", default=[], help="one of the inputs; may be repeated")
    parser.add_argument("--only", choices=sorted(SOURCES), help="leave the other file's cases as they were written")
    options = parser.parse_args()
    torch.set_num_threads(1)
    folders = [options.public / "models" / name for name in options.models] or sorted(
        path.parent for path in (options.public / "models").glob("*/model.json")
    )
    for folder in folders:
        write(folder, options.golden, options.input, [options.only] if options.only else list(SOURCES))


if __name__ == "__main__":
    main()
