"""Times SmallCNN in PyTorch on one thread, batch 1.

For each number of rounds read from standard input, a line of JSON: milliseconds of every round of each task.
"""

import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))
from smallcnn import SmallCNN  # noqa: E402


def capture(model: SmallCNN, picture: torch.Tensor, activations: bool) -> dict:
    """What the engine's capture does: gradients of every module (and activations), copied out."""
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
    return {
        name: (output.detach().clone() if activations else None, output.grad.clone())
        for name, output in outputs.items()
    }


def tasks_of(frozen: bool) -> dict:
    """Name -> task; `frozen` spares the gradients of the weights."""
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

    return {
        "forward": forward,
        "inputGradient": input_gradient,
        "moduleGradients": lambda: capture(model, picture, activations=False),
        "everything": lambda: capture(model, picture, activations=True),
    }


def sample(tasks: dict, rounds: int) -> dict:
    """Milliseconds of every round of each task, taking turns."""
    times = {name: [] for name in tasks}
    for turn in range(-3, rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            if turn >= 0:
                times[name].append(1000 * (time.perf_counter() - start))
    return times


def main() -> None:
    torch.set_num_threads(1)
    kinds = {"asLoaded": tasks_of(False), "frozen": tasks_of(True)}
    for line in sys.stdin:
        answer = {kind: sample(tasks, int(line)) for kind, tasks in kinds.items()}
        print(json.dumps(answer), flush=True)


main()
