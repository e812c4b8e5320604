"""Writes test/golden/<model id>/<input>.safetensors: what PyTorch computes with the shipped weights."""

import argparse
import json
from collections import OrderedDict
from pathlib import Path
from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn

import golden_ops
import golden_resize
from architectures import load_model
from golden_inputs import GoldenInput, inputs
from safetensors_io import save_file

REPOSITORY = Path(__file__).resolve().parents[1]
GRAD_CAM_LAYERS = {"smallcnn": ("features.5", "features.3"), "resnet18": ("layer4", "layer3")}


def capture(model: nn.Module, pixels: Tensor, rank: int) -> Tuple[Dict[str, Tensor], Dict[str, str], int]:
    """Activations of all modules and gradients of one logit at them and at the input.

    Returns (tensors by golden name, aliases: container name -> leaf whose very tensor it returns,
    explained class). Leaves call back before their containers, so each tensor is kept under its deepest name.
    """
    outputs: "OrderedDict[str, Tensor]" = OrderedDict()
    aliases: Dict[str, str] = {}
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False

    def keep(name: str, output: Tensor) -> None:
        for other, tensor in outputs.items():
            if tensor is output:
                aliases[name] = other
                return
        output.retain_grad()
        outputs[name] = output

    handles = [
        module.register_forward_hook(lambda _module, _inputs, output, name=name: keep(name, output))
        for name, module in model.named_modules()
        if name
    ]
    pixels = pixels.clone().requires_grad_(True)
    logits = model(pixels)
    for handle in handles:
        handle.remove()
    target = logits[0].argsort(descending=True)[rank].item()
    logits[0, target].backward()
    tensors = OrderedDict(input=pixels.detach(), logits=logits.detach())
    for name, output in outputs.items():
        tensors[f"activation.{name}"] = output.detach()
        tensors[f"gradient.{name}"] = output.grad
    tensors["gradient.input"] = pixels.grad
    return tensors, aliases, int(target)


def methods(tensors: Dict[str, Tensor], aliases: Dict[str, str], layers: Tuple[str, ...]) -> Dict[str, Tensor]:
    """Saliency [H, W] by maximum and by L2 norm over channels; Grad-CAM, raw after its ReLU, and its alpha."""
    gradient = tensors["gradient.input"][0]
    maps = OrderedDict()
    maps["method.saliency.max"] = gradient.abs().amax(0)
    maps["method.saliency.l2"] = gradient.square().sum(0).sqrt()
    for layer in layers:
        name = aliases.get(layer, layer)
        alpha = tensors[f"gradient.{name}"][0].mean((1, 2))
        weighted = (alpha[:, None, None] * tensors[f"activation.{name}"][0]).sum(0)
        maps[f"method.grad-cam.{layer}"] = weighted.relu()
        maps[f"method.grad-cam-alpha.{layer}"] = alpha
    return maps


def check(name: str, tensors: Dict[str, Tensor]) -> None:
    """Refuses goldens that could not tell a right engine from a wrong one."""
    for key, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name}: {key} is not finite")
        if key.startswith(("gradient.", "method.saliency")) and not tensor.any():
            raise ValueError(f"{name}: {key} is zero everywhere")


def write_model_goldens(folder: Path, images: Path, target: Path) -> None:
    """All inputs of one model."""
    model, manifest = load_model(folder)
    layers = GRAD_CAM_LAYERS[manifest["architecture"]["name"]]
    for case in inputs(manifest, images):
        tensors, aliases, explained = capture(model, case.pixels, case.rank)
        tensors.update(methods(tensors, aliases, layers))
        name = f"{manifest['id']}/{case.name}"
        check(name, tensors)
        metadata = {
            "model": manifest["id"],
            "class": str(explained),
            "picture": case.picture,
            "aliases": json.dumps(aliases),
            "software": f"PyTorch {torch.__version__}",
        }
        save_file(tensors, target / f"{name}.safetensors", metadata)
        report(name, manifest["labels"], tensors, explained, layers)


def report(name: str, labels: List[str], tensors: Dict[str, Tensor], explained: int, layers: Tuple[str, ...]) -> None:
    """One line per golden, to be read by eye."""
    probabilities = tensors["logits"][0].softmax(0)
    best = int(probabilities.argmax())
    peaks = ", ".join(f"{layer} {tensors[f'method.grad-cam.{layer}'].max():.3f}" for layer in layers)
    print(f"{name}: {labels[best]} {probabilities[best]:.2f}, explains {labels[explained]}, "
          f"largest input gradient {tensors['method.saliency.max'].max():.3f}, Grad-CAM peaks {peaks}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="model ids; all of public/models when none is given")
    parser.add_argument("--public", type=Path, default=REPOSITORY / "public")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "test" / "golden")
    options = parser.parse_args()
    torch.set_num_threads(2)
    folders = [options.public / "models" / name for name in options.models] or sorted(
        path.parent for path in (options.public / "models").glob("*/model.json")
    )
    for folder in folders:
        write_model_goldens(folder, options.public / "images", options.out)
    golden_resize.write(options.out / "resize.safetensors", options.public / "images")
    golden_ops.write(options.out / "ops.safetensors")


if __name__ == "__main__":
    main()
