"""Writes test/golden/<model id>/<input>.safetensors: what PyTorch computes with the shipped weights."""

import argparse
import copy
import json
from collections import OrderedDict
from pathlib import Path
from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn

import golden_ops
import golden_resize
from architectures import load_model
from golden_inputs import ATTEMPTS, GoldenInput, inputs, normalised, resized
from safetensors_io import save_file

REPOSITORY = Path(__file__).resolve().parents[1]
WHOLE_UP_TO = {"smallcnn": 100_000, "resnet18": 4096}
"""Tensors of more elements are stored as a sample and sums."""
SAMPLES = 512
SETTLED = 5e-5
"""Largest difference between float64's gradients and float32's, or those of an input moved by NUDGES, that a golden may
have, relative to the largest magnitude."""
NUDGES = {"smallcnn": (), "resnet18": (3e-7,) * 4 + (1e-6,) * 3}
"""About what rounding moves a value by. ResNet-18 has millions of kinks, some always close to any input."""
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


def sampled(tensors: Dict[str, Tensor], largest: int) -> Tuple[Dict[str, Tensor], Dict[str, List[int]]]:
    """Replaces tensors of more than `largest` elements, except the input, by a sample and sums.

    sample.<name>: float32 [SAMPLES], element i at the flat position (i * 768143 + 31) mod size;
    summary.<name>: float32 [3], largest magnitude, sum, sum of magnitudes, summed in float64.
    Returns (tensors, shapes of those replaced).
    """
    stored: Dict[str, Tensor] = OrderedDict()
    shapes: Dict[str, List[int]] = {}
    for name, tensor in tensors.items():
        if name == "input" or tensor.numel() <= largest:
            stored[name] = tensor
            continue
        flat = tensor.reshape(-1).double()
        positions = (torch.arange(SAMPLES) * 768143 + 31) % len(flat)
        sums = torch.stack([flat.abs().max(), flat.sum(), flat.abs().sum()])
        stored[f"sample.{name}"] = flat[positions].float()
        stored[f"summary.{name}"] = sums.float()
        shapes[name] = list(tensor.shape)
    return stored, shapes


def check(name: str, tensors: Dict[str, Tensor]) -> None:
    """Refuses goldens that could not tell a right engine from a wrong one."""
    for key, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name}: {key} is not finite")
        if key.startswith(("gradient.", "method.saliency")) and not tensor.any():
            raise ValueError(f"{name}: {key} is zero everywhere")


def kept_gradients(tensors: Dict[str, Tensor], whole_up_to: int) -> Dict[str, Tensor]:
    """The gradients as they are stored: whole, or samples of them."""
    kept = sampled(tensors, whole_up_to)[0]
    return {name: tensor for name, tensor in kept.items() if name.removeprefix("sample.").startswith("gradient.")}


def difference(tensors: Dict[str, Tensor], exact: Dict[str, Tensor]) -> float:
    """The largest one, relative to the largest magnitude of its tensor."""
    return max(((tensors[name] - tensor).abs().max() / tensor.abs().max()).item() for name, tensor in exact.items())


def settled(
    model: nn.Module, manifest: Dict, images: Path, index: int
) -> Tuple[GoldenInput, Dict[str, Tensor], Dict[str, str], int]:
    """An input and its capture, away from the kinks of ReLU and max-pooling: what is kept is what float64 gives, too,
    and what it gives of inputs moved by as much as rounding does.

    Variants of the input are tried until one will do. Raises ValueError where none does.
    """
    architecture = manifest["architecture"]["name"]
    whole_up_to = WHOLE_UP_TO[architecture]
    double = copy.deepcopy(model).double()
    for attempt in range(ATTEMPTS):
        case = inputs(manifest, images, attempt)[index]
        if case.pixels.numel() > whole_up_to:
            case.pixels = case.pixels.half().float()
        found, pixels = capture(model, case.pixels, case.rank), case.pixels.double()
        exact = kept_gradients(capture(double, pixels, case.rank)[0], whole_up_to)
        apart = difference(kept_gradients(found[0], whole_up_to), exact)
        for seed, nudge in enumerate(NUDGES[architecture]):
            if apart > SETTLED:
                break
            noise = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(seed), dtype=pixels.dtype)
            moved = capture(double, pixels + nudge * noise, case.rank)[0]
            apart = max(apart, difference(kept_gradients(moved, whole_up_to), exact))
        if apart <= SETTLED:
            return (case, *found)
        print(f"{manifest['id']}/{case.name}, {case.picture}: float32 and float64 or neighbours differ by {apart:.1e}")
    raise ValueError(f"{manifest['id']}/{case.name}: no input away from the kinks; choose another")


def write_model_goldens(folder: Path, images: Path, target: Path) -> None:
    """All inputs of one model."""
    model, manifest = load_model(folder)
    layers = GRAD_CAM_LAYERS[manifest["architecture"]["name"]]
    whole_up_to = WHOLE_UP_TO[manifest["architecture"]["name"]]
    for index in range(len(inputs(manifest, images))):
        case, tensors, aliases, explained = settled(model, manifest, images, index)
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
        report(name, manifest["labels"], tensors, explained, layers)
        tensors, shapes = sampled(tensors, whole_up_to)
        if shapes:
            metadata["shapes"] = json.dumps(shapes)
            tensors["input"] = tensors["input"].half()
        save_file(tensors, target / f"{name}.safetensors", metadata)


def write_picture_logits(folder: Path, images: Path, target: Path) -> None:
    """picture-logits.safetensors: one float32 [classes] for each picture of the site, by its id."""
    model, manifest = load_model(folder)
    preprocessing = manifest["preprocessing"]
    if preprocessing["colour"] == "grey":
        return
    pictures = json.loads((images / "credits.json").read_text(encoding="utf-8"))["pictures"]
    logits = OrderedDict()
    with torch.no_grad():
        for picture in pictures:
            image = resized(images / picture["file"], preprocessing["width"], preprocessing["height"])
            logits[picture["id"]] = model(normalised(image, preprocessing))[0]
    metadata = {"model": manifest["id"], "software": f"PyTorch {torch.__version__}"}
    save_file(logits, target / "picture-logits" / f"{manifest['id']}.safetensors", metadata)


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
        write_picture_logits(folder, options.public / "images", options.out)
    golden_resize.write(options.out / "resize.safetensors", options.public / "images")
    golden_ops.write(options.out / "ops.safetensors")


if __name__ == "__main__":
    main()
