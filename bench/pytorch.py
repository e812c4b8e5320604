"""Median milliseconds of SmallCNN in PyTorch on one thread, batch 1, as JSON on standard output.

    python3 bench/pytorch.py ROUNDS
"""

import json
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))
from smallcnn import SmallCNN  # noqa: E402


def capture_everything(model: SmallCNN, picture: torch.Tensor) -> dict:
    """What the engine's capture does: activation and gradient of every module, copied out."""
    outputs = {}

    def keep(name: str):
        def hook(_module, _inputs, output):
            output.retain_grad()
            outputs[name] = output

        return hook

    hooks = [module.register_forward_hook(keep(name)) for name, module in model.named_modules() if name]
    leaf = picture.clone().requires_grad_(True)
    model(leaf)[0, 3].backward()
    for hook in hooks:
        hook.remove()
    return {name: (output.detach().clone(), output.grad.clone()) for name, output in outputs.items()}


def medians(frozen: bool, rounds: int) -> dict:
    """Median milliseconds of each task, taking turns; `frozen` spares the gradients of the weights."""
    model = SmallCNN().eval()
    for parameter in model.parameters():
        parameter.requires_grad_(not frozen)
    picture = torch.sin(torch.arange(3072) / 7).reshape(1, 3, 32, 32)

    def forward() -> None:
        with torch.no_grad():
            model(picture)

    def input_gradient() -> None:
        leaf = picture.clone().requires_grad_(True)
        model(leaf)[0, 3].backward()

    tasks = {
        "forward": forward,
        "inputGradient": input_gradient,
        "everything": lambda: capture_everything(model, picture),
    }
    times = {name: [] for name in tasks}
    for turn in range(-5, rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            if turn >= 0:
                times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    torch.set_num_threads(1)
    rounds = int(sys.argv[1])
    result = {"version": torch.__version__, "asLoaded": medians(False, rounds), "frozen": medians(True, rounds)}
    print(json.dumps(result))


main()
