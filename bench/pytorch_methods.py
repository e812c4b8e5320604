"""Times attribution methods in PyTorch on one thread, batch 1, weights frozen: `pytorch_methods.py MODEL`.

For each line of JSON read, {"rounds": n, "cases": [{"method", "options"}]}, a line of JSON: milliseconds of every round of
each case, by the method's id. The formulas are those that the goldens come from.
"""

import json
import sys
import time
from pathlib import Path

import torch

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "training"))
import golden_cams  # noqa: E402
import golden_gradients  # noqa: E402
from architectures import load_model  # noqa: E402

TARGET = 3


def formulas_of(architecture: str) -> list:
    """(formula, problem's class), of both families."""
    small = architecture == "smallcnn"
    gradients = golden_gradients.formulas(small, golden_gradients.LAYERS[architecture], 1)
    deep, before = golden_cams.LAYERS[architecture]
    cams = [formula for formula in golden_cams.formulas(deep, before, 24 if small else 4) if formula.kind == "logit"]
    return gradients + cams


def matching(case: dict, formulas: list):
    """The formula of a case, its seed aside: what is random costs the same whatever is drawn."""

    def fixed(options: dict) -> dict:
        return {key: str(value) for key, value in options.items() if key not in ("seed", "steps")}

    found = [
        formula
        for formula in formulas
        if formula.method == case["method"]
        and fixed(formula.options) == fixed(case["options"])
        and getattr(formula, "layer", None) == case.get("layer")
    ]
    return found[0] if found else None


def main() -> None:
    torch.set_num_threads(1)
    model, manifest = load_model(REPOSITORY / "public" / "models" / sys.argv[1])
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    size = manifest["architecture"]["inputSize"]
    pixels = torch.sin(torch.arange(3 * size * size) / 7).reshape(1, 3, size, size)
    mean, std = (torch.tensor(manifest["preprocessing"][key]) for key in ("mean", "std"))
    gradient = golden_gradients.Problem(model, pixels, TARGET, mean, std, [pixels.flip(3)])
    activation = golden_cams.Problem(model, pixels, TARGET)
    formulas = formulas_of(manifest["architecture"]["name"])
    for line in sys.stdin:
        asked = json.loads(line)
        times: dict = {}
        for turn in range(-1, asked["rounds"]):
            for case in asked["cases"]:
                formula = matching(case, formulas)
                if formula is None:
                    continue
                problem = activation if isinstance(formula, golden_cams.Formula) else gradient
                start = time.perf_counter()
                formula.compute(problem)
                if turn >= 0:
                    times.setdefault(case["method"], []).append(1000 * (time.perf_counter() - start))
        print(json.dumps(times), flush=True)


main()
