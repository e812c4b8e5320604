"""Times a network of public/models in PyTorch on one thread, batch 1: `pytorch.py MODEL`.

For each number of rounds read from standard input, a line of JSON: milliseconds of every round of each task.
"""

import json
import sys
import time
from pathlib import Path

import torch

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "training"))
from architectures import load_model  # noqa: E402


def capture(model: torch.nn.Module, picture: torch.Tensor, activations: bool) -> dict:
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


def layer4_gradient(model: torch.nn.Module, picture: torch.Tensor, with_input: bool) -> tuple:
    """Gradients at the output of layer4, and at the input if wanted."""
    kept = []
    hook = model.layer4.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    leaf = picture.clone().requires_grad_(True)
    score = model(leaf)[0, 3]
    hook.remove()
    return torch.autograd.grad(score, kept + ([leaf] if with_input else []))


def tasks_of(name: str, frozen: bool) -> dict:
    """Name -> task; `frozen` spares the gradients of the weights."""
    model, manifest = load_model(REPOSITORY / "public" / "models" / name)
    for parameter in model.parameters():
        parameter.requires_grad_(not frozen)
    size = manifest["architecture"]["inputSize"]
    picture = torch.sin(torch.arange(3 * size * size) / 7).reshape(1, 3, size, size)

    def forward() -> None:
        with torch.no_grad():
            model(picture)

    def input_gradient() -> None:
        leaf = picture.clone().requires_grad_(True)
        model(leaf)[0, 3].backward()

    if manifest["architecture"]["name"] == "resnet18":
        return {
            "forward": forward,
            "layer4Gradient": lambda: layer4_gradient(model, picture, with_input=False),
            "inputGradient": lambda: layer4_gradient(model, picture, with_input=True),
        }
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
    kinds = {"asLoaded": tasks_of(sys.argv[1], False), "frozen": tasks_of(sys.argv[1], True)}
    for line in sys.stdin:
        answer = {kind: sample(tasks, int(line)) for kind, tasks in kinds.items()}
        print(json.dumps(answer), flush=True)


main()
