"""Times attribution methods in PyTorch on one thread, batch 1, weights frozen: `pytorch_methods.py MODEL`.

For each line of JSON read, {"rounds": n, "cases": [{"method", "options"}]}, a line of JSON: milliseconds of every round of
each case, by the method's id. The formulas are those that the goldens come from; random numbers are drawn once, in the round
that warms up.
"""

import json
import sys
import time
from pathlib import Path
from typing import List, Optional

import torch

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "training"))
import golden_methods  # noqa: E402
from architectures import load_model  # noqa: E402
from golden_problem import Formula, problem_of  # noqa: E402
from kinks import deconvolving, guided, plain  # noqa: E402

TARGET = 3


def matching(case: dict, formulas: List[Formula]) -> Optional[Formula]:
    """The formula of a case, its seed aside: what is random costs the same whatever is drawn."""

    def fixed(options: dict) -> dict:
        same = lambda value: value if isinstance(value, str) else float(value)  # noqa: E731
        return {key: same(value) for key, value in options.items() if key not in ("seed", "steps")}

    found = [
        formula
        for formula in formulas
        if formula.method == case["method"]
        and fixed(formula.options) == fixed(case["options"])
        and formula.layer == case.get("layer")
        and formula.kind == "logit"
    ]
    return found[0] if found else None


def main() -> None:
    torch.set_num_threads(1)
    model, manifest = load_model(REPOSITORY / "public" / "models" / sys.argv[1])
    size = manifest["architecture"]["inputSize"]
    pixels = torch.sin(torch.arange(3 * size * size) / 7).reshape(1, 3, size, size)
    problem = problem_of(model, manifest, pixels, TARGET, [pixels.flip(3)])
    for rule in (plain, guided, deconvolving):
        problem.by(rule)
    formulas = [formula for formula, *_ in golden_methods.candidates(manifest["architecture"]["name"])]
    for line in sys.stdin:
        asked = json.loads(line)
        times: dict = {}
        for turn in range(-1, asked["rounds"]):
            for case in asked["cases"]:
                formula = matching(case, formulas)
                if formula is None:
                    continue
                fresh = problem.anew()
                start = time.perf_counter()
                formula.found(fresh)
                if turn >= 0:
                    times.setdefault(case["method"], []).append(1000 * (time.perf_counter() - start))
        print(json.dumps(times), flush=True)


main()
