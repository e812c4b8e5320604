"""What Grad-CAM and saliency come to under every convention of the figure, by PyTorch.

    python3 training/golden_conventions.py [MODEL ...]

Writes public/models/<id>/conventions.safetensors and names it in model.json. Run again whenever the weights change. For one
picture and the predicted class, one row for each combination of switches:

    grad-cam  float32 [target, reading, relu, scaling, upsampling, columns]
    saliency  float32 [target, channels, scaling, columns]
    positions int64   [SAMPLES], flat positions in the map at the input's size, whose values are the first columns;
                      smallest value, largest value and sum are the last three

Metadata `axes` says in JSON what stands where, `unsettled` which positions are left out of saliency's sums. Formulas are those of the papers and of the libraries' documentation:
Selvaraju et al. 2017 (Grad-CAM), Simonyan et al. 2013 (saliency), pytorch-grad-cam's `scale_cam_image`, Captum's
`visualize_image_attr`. Everything is computed in float64. A ReLU network's gradient jumps where a unit is at its kink:
positions at which float32, or inputs moved by NUDGE, say something else are neither sampled nor summed.
"""

import argparse
import copy
import json
from collections import OrderedDict
from itertools import product
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from architectures import load_model
from golden_inputs import normalised, resized
from manifest import file_entry
from safetensors_io import save_file, sha256, tensor_bytes

REPOSITORY = Path(__file__).resolve().parents[1]
PICTURES = ("horse", "chelsea", "cat", "dog")
"""The figure's default picture; the next one where rounding decides some number of a model's maps."""
SAMPLES = 8
NUDGE, NEIGHBOURS = 3e-7, 4
"""About what rounding moves a value by, and how many inputs are moved by as much."""
SETTLED = 2e-5
"""Largest difference from float64's maps, relative to their largest magnitude, that a row may have in float32 or nearby."""
LAST_RELU = {"smallcnn": "features.5.2", "resnet18": "layer4.1.relu"}
"""Its output is the last convolutional layer, its input that layer before the activation."""

TARGETS = ("logit", "probability", "log-probability")
READINGS = ("after", "before")
RELUS = ("none", "after-sum", "before-sum", "absolute")
CHANNELS = ("absolute.max", "absolute.l2", "absolute.sum", "signed.sum")
NORMALISERS = ("maximum", "min-max", "cumulative")
ORDERS = ("after", "before", "both")
UPSAMPLINGS = ("nearest", "bilinear", "bilinear-corners", "bicubic")


def scalar(logits: Tensor, target: str, label: int) -> Tensor:
    """[1, classes] -> what is differentiated. In float32, 1 - p would have no digits left where the network is sure."""
    logits = logits.double()
    if target == "logit":
        return logits[0, label]
    if target == "probability":
        return logits.softmax(1)[0, label]
    return logits.log_softmax(1)[0, label]


def gradients(model: nn.Module, layer: str, pixels: Tensor, target: str, label: int) -> Dict[str, Tensor]:
    """Input and output of the last ReLU, `d target` by both and by the pixels."""
    kept: Dict[str, Tensor] = {}

    def keep(_module, inputs, output) -> None:
        kept["before"], kept["after"] = inputs[0], output

    handle = dict(model.named_modules())[layer].register_forward_hook(keep)
    pixels = pixels.clone().requires_grad_(True)
    value = scalar(model(pixels), target, label)
    handle.remove()
    taps = (kept["before"], kept["after"], pixels)
    found = torch.autograd.grad(value, taps)
    names = ("before", "after", "pixels")
    return {**{name: tap.detach()[0] for name, tap in zip(names, taps)}, **{f"d.{name}": g[0] for name, g in zip(names, found)}}


def cells(found: Dict[str, Tensor], reading: str, relu: str) -> Tensor:
    """Grad-CAM on the grid of the layer, [H, W], with the ReLU where it is wanted."""
    activation, gradient = found[reading], found[f"d.{reading}"]
    if relu == "before-sum":
        return F.relu(gradient * activation).sum(0)
    evidence = (gradient.mean((1, 2))[:, None, None] * activation).sum(0)
    return {"none": lambda x: x, "after-sum": F.relu, "absolute": torch.abs}[relu](evidence)


def reduced(gradient: Tensor, channels: str) -> Tensor:
    """[C, H, W] -> [H, W]."""
    if channels == "absolute.max":
        return gradient.abs().amax(0)
    if channels == "absolute.l2":
        return gradient.square().sum(0).sqrt()
    if channels == "absolute.sum":
        return gradient.abs().sum(0)
    return gradient.sum(0)


def by_maximum(values: Tensor) -> Tensor:
    """The largest value becomes 1; nothing happens to a map whose largest value is 0."""
    return values / values.max() if values.max() != 0 else values


def by_min_max(values: Tensor) -> Tensor:
    """pytorch-grad-cam."""
    values = values - values.min()
    return values / (1e-7 + values.max())


def by_cumulative_sum(values: Tensor) -> Tensor:
    """Captum's viewer: the magnitude at which the sum of all smaller ones comes to 98 percent is 1, larger ones are cut."""
    ordered = np.sort(values.abs().numpy().reshape(-1))
    sums = np.cumsum(ordered)
    threshold = ordered[np.where(sums >= 0.98 * sums[-1])[0][0]]
    return (values / threshold).clamp(-1, 1) if threshold > 0 else values


SCALE: Dict[str, Callable[[Tensor], Tensor]] = {
    "maximum": by_maximum,
    "min-max": by_min_max,
    "cumulative": by_cumulative_sum,
}


def enlarged(values: Tensor, size: Tuple[int, int], upsampling: str) -> Tensor:
    """[H, W] -> size, by PyTorch's `interpolate`."""
    mode = "bilinear" if upsampling == "bilinear-corners" else upsampling
    corners = None if mode == "nearest" else upsampling == "bilinear-corners"
    return F.interpolate(values[None, None], size=size, mode=mode, align_corners=corners)[0, 0]


def cv2_linear(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """`cv2.resize(..., interpolation=cv2.INTER_LINEAR)` of an enlarged map: centres of cells, the border repeated."""

    def places(size: int, count: int):
        at = (np.arange(count) + 0.5) * size / count - 0.5
        low = np.floor(at).astype(int)
        return np.clip(low, 0, size - 1), np.clip(low + 1, 0, size - 1), at - low

    top, bottom, down = places(values.shape[0], height)
    left, right, across = places(values.shape[1], width)
    rows = values[top] * (1 - down)[:, None] + values[bottom] * down[:, None]
    return rows[:, left] * (1 - across) + rows[:, right] * across


def check_cv2(values: Tensor, size: Tuple[int, int]) -> None:
    """pytorch-grad-cam enlarges with OpenCV: raises ValueError unless that is `align_corners=False`."""
    apart = np.abs(cv2_linear(values.numpy(), *size) - enlarged(values, size, "bilinear").numpy()).max()
    if apart > 1e-12 * values.abs().max():
        raise ValueError(f"OpenCV's bilinear enlargement differs from PyTorch's by {apart}")


def scaled(values: Tensor, scaling: str, size: Tuple[int, int], upsampling: str) -> Tensor:
    """A map at the size of the input, normalised before or after it was enlarged."""
    if scaling == "none":
        return enlarged(values, size, upsampling)
    normaliser, order = scaling.split(".")
    scale = SCALE[normaliser]
    large = enlarged(scale(values) if order != "after" else values, size, upsampling)
    return scale(large) if order != "before" else large


def all_maps(model: nn.Module, layer: str, pixels: Tensor, label: int) -> Dict[str, List[Tensor]]:
    """Every combination in the order of the axes, `[H, W]` at the input's size."""
    size = tuple(pixels.shape[-2:])
    maps: Dict[str, List[Tensor]] = OrderedDict([("grad-cam", []), ("saliency", [])])
    for target in TARGETS:
        found = {name: tensor.double() for name, tensor in gradients(model, layer, pixels, target, label).items()}
        check_cv2(cells(found, "after", "none"), size)
        for reading, relu, scaling, upsampling in product(READINGS, RELUS, scalings(), UPSAMPLINGS):
            maps["grad-cam"].append(scaled(cells(found, reading, relu), scaling, size, upsampling))
        for channels in CHANNELS:
            values = reduced(found["d.pixels"], channels)
            maps["saliency"] += [values, *(SCALE[normaliser](values) for normaliser in NORMALISERS)]
    return maps


def scalings() -> List[str]:
    """`none`, `maximum.after`, `maximum.before` and so on: after or before upsampling."""
    return ["none"] + [f"{normaliser}.{order}" for normaliser, order in product(NORMALISERS, ORDERS)]


def axes() -> Dict[str, List]:
    """Names along the axes of each tensor."""
    columns = ["columns", [*(f"sample {i}" for i in range(SAMPLES)), "min", "max", "sum"]]
    return {
        "grad-cam": [
            ["target", TARGETS], ["reading", READINGS], ["relu", RELUS], ["scaling", scalings()], ["upsampling", UPSAMPLINGS],
            columns,
        ],
        "saliency": [["target", TARGETS], ["channels", CHANNELS], ["scaling", ["none", *NORMALISERS]], columns],
    }


def rows(maps: List[Tensor], positions: Tensor, unsettled: Tensor) -> Tensor:
    """[combinations, SAMPLES + 4]: the columns that are stored, and the sum of magnitudes. unsettled: [H * W], booleans."""
    flat = torch.stack(maps).flatten(1)
    summed = flat.masked_fill(unsettled, 0)
    ends = [flat.amin(1), flat.amax(1), summed.sum(1), summed.abs().sum(1)]
    return torch.cat([flat[:, positions], torch.stack(ends, 1)], 1)


def spread(unsettled: Tensor) -> Tensor:
    """SAMPLES flat positions all over the map, none of them where rounding decides. [H * W] of booleans -> int64."""
    places: List[int] = []
    for place in ((torch.arange(SAMPLES) * 768143 + 31) % len(unsettled)).tolist():
        while unsettled[place] or place in places:
            place = (place + 1) % len(unsettled)
        places.append(place)
    return torch.tensor(places)


def apart(one: Tensor, other: Tensor) -> float:
    """Largest difference of two tables' rows, values relative to the row's largest magnitude, sums to that of magnitudes."""
    difference, least = (one - other).abs(), 1e-30
    values = difference[:, :-2].amax(1) / one[:, :-2].abs().amax(1).clamp(min=least)
    sums = difference[:, -2] / one[:, -1].clamp(min=least)
    return max(values.max().item(), sums.max().item())


class Settled(NamedTuple):
    """Tables of both subjects, sampled positions, positions that are not summed; `apart` of float32 and of neighbours."""

    tables: Dict[str, Tensor]
    positions: Tensor
    unsettled: Tensor
    worst: float


def settled(model: nn.Module, layer: str, pixels: Tensor, label: int) -> Settled:
    """All maps in float64, and how much of them rounding decides."""
    double = copy.deepcopy(model).double()
    exact = all_maps(double, layer, pixels.double(), label)
    others = [all_maps(model, layer, pixels, label)]
    for seed in range(NEIGHBOURS):
        noise = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        others.append(all_maps(double, layer, pixels.double() + NUDGE * noise, label))
    raw = torch.stack(exact["saliency"]).flatten(1)
    bound = SETTLED / 2 * raw.abs().amax(1, keepdim=True)
    unsettled = torch.zeros(raw.shape[1], dtype=torch.bool)
    for other in others:
        unsettled |= ((torch.stack(other["saliency"]).flatten(1) - raw).abs() > bound).any(0)
    positions, nowhere = spread(unsettled), torch.zeros_like(unsettled)
    table = lambda maps, subject: rows(maps[subject], positions, unsettled if subject == "saliency" else nowhere)
    tables = {subject: table(exact, subject) for subject in exact}
    worst = max(apart(tables[subject], table(other, subject)) for other in others for subject in tables)
    return Settled(tables, positions, unsettled, worst)


def write(folder: Path, images: Path) -> None:
    """The first picture for which rounding decides nothing. Raises ValueError where there is none."""
    model, manifest = load_model(folder)
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
    layer = LAST_RELU[manifest["architecture"]["name"]]
    preprocessing = manifest["preprocessing"]
    for picture in PICTURES:
        image = resized(images / f"{picture}.webp", preprocessing["width"], preprocessing["height"])
        pixels = normalised(image, preprocessing)
        with torch.no_grad():
            label = int(model(pixels)[0].argmax())
        found = settled(model, layer, pixels, label)
        print(
            f"{folder.name}, {picture}, {manifest['labels'][label]}: float32 and neighbours differ by {found.worst:.1e}, "
            f"{int(found.unsettled.sum())} positions left out"
        )
        if found.worst <= SETTLED:
            save(folder, manifest, picture, label, found)
            return
    raise ValueError(f"{folder.name}: rounding decides some map of every picture; name another in PICTURES")


def save(folder: Path, manifest: Dict, picture: str, label: int, found: Settled) -> None:
    """conventions.safetensors, and its entry in model.json."""
    shapes = {subject: [len(names) for _, names in named] for subject, named in axes().items()}
    tensors = OrderedDict((subject, table[:, :-1].float().reshape(shapes[subject])) for subject, table in found.tables.items())
    tensors["positions"] = found.positions
    metadata = {
        "model": manifest["id"],
        "weights": manifest["weights"]["sha256"],
        "picture": picture,
        "class": str(label),
        "unsettled": json.dumps(found.unsettled.nonzero().flatten().tolist(), separators=(",", ":")),
        "axes": json.dumps(axes(), separators=(",", ":")),
        "software": f"PyTorch {torch.__version__}, float64",
    }
    path = folder / "conventions.safetensors"
    save_file(tensors, path, metadata)
    digests = {name: sha256(tensor_bytes(tensor)) for name, tensor in tensors.items()}
    manifest["conventions"] = {**file_entry(path), "tensors": digests}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="model ids; all of public/models that take photographs when none is given")
    parser.add_argument("--public", type=Path, default=REPOSITORY / "public")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for path in sorted((options.public / "models").glob("*/model.json")):
        colour = json.loads(path.read_text(encoding="utf-8"))["preprocessing"]["colour"]
        if path.parent.name in options.models or (not options.models and colour == "rgb"):
            write(path.parent, options.public / "images")


if __name__ == "__main__":
    main()
