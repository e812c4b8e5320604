"""For every channel of a network's blocks, the patches of the site's pictures that excite it most.

    python3 training/patches.py [MODEL ...]

Writes public/models/<id>/patches.json: positions and values, no pixels. Everything follows from the weights and the
pictures; the engine finds the same values (test/engine/lenses/patches.test.ts). Run again whenever either changes.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
MODELS, IMAGES = ROOT / "public" / "models", ROOT / "public" / "images"
LISTS = ("pictures", "backgrounds", "samples")
LAYERS = {
    "smallcnn": [f"features.{block}" for block in range(6)],
    "resnet18": [f"layer{stage}" for stage in range(1, 5)],
}
# Share of the picture's side, and places along each axis; as in src/engine/lenses/patches.ts.
SCALES = ((1, 1), (0.75, 2), (0.5, 3), (0.35, 4))
KEPT = 9
RULE = (
    "of each crop the cell with the largest value; of each picture its strongest crop; the nine strongest above zero, "
    "passing over a picture that has a photograph or cut-out in common with one chosen before"
)

sys.path.insert(0, str(ROOT / "training"))
from architectures import load_model  # noqa: E402
from golden_inputs import normalised  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="folders of public/models; all that take photographs")
    parser.add_argument("--pictures", type=int, help="only so many, for a trial")
    arguments = parser.parse_args()
    pictures = read_pictures()[: arguments.pictures]
    for folder in [MODELS / name for name in arguments.models] or photograph_models():
        atlas = find_patches(folder, pictures)
        text = json.dumps(atlas, ensure_ascii=False, separators=(",", ":"))
        (folder / "patches.json").write_text(text + "\n", encoding="utf-8")
        print(f"{folder.name}: {atlas['crops']} crops, {len(text) // 1000} kB", flush=True)


def photograph_models():
    """Folders of the networks that are shipped for colour photographs."""
    folders = sorted(path.parent for path in MODELS.glob("*/model.json"))
    manifests = [(folder, json.loads((folder / "model.json").read_text())) for folder in folders]
    return [folder for folder, manifest in manifests if manifest["preprocessing"]["colour"] == "rgb"]


def read_pictures():
    """Rows of credits.json that are searched, in its order."""
    credits = json.loads((IMAGES / "credits.json").read_text(encoding="utf-8"))
    return [row for name in LISTS for row in credits[name]]


def crop_boxes(side):
    """(left, top, side) of the squares that are cut out of a square picture, whole picture first."""
    boxes = []
    for share, places in SCALES:
        small = rounded(share * side)
        steps = [rounded(i * (side - small) / max(1, places - 1)) for i in range(places)]
        boxes += [(left, top, small) for top in steps for left in steps]
    return boxes


def rounded(value):
    """Halves up, as JavaScript's Math.round."""
    return int(value + 0.5)


def find_patches(folder, pictures):
    """The atlas of one model: what patches.json holds."""
    model, manifest = load_model(folder)
    layers = LAYERS[manifest["architecture"]["name"]]
    caught = catch_outputs(model, layers)
    found, sizes = {layer: [] for layer in layers}, {}
    for row in pictures:
        crops = network_crops(row, manifest["preprocessing"])
        with torch.no_grad():
            model(crops)
        for layer in layers:
            maps = caught[layer]
            sizes[layer] = list(maps.shape[1:])
            values, cells = maps.flatten(2).max(dim=2)
            found[layer].append((values, cells))
    origins = [{source["source"] for source in row["sources"]} for row in pictures]
    return {
        "model": manifest["id"],
        "weights": manifest["weights"]["sha256"],
        "picturesSha256": hashlib.sha256("".join(row["sha256"] for row in pictures).encode()).hexdigest(),
        "script": "training/patches.py",
        "rule": RULE,
        "crops": sum(len(crop_boxes(row["width"])) for row in pictures),
        "kept": KEPT,
        "pictures": [{"file": row["file"], "title": row["title"], "side": row["width"]} for row in pictures],
        "boxes": {str(side): crop_boxes(side) for side in sorted({row["width"] for row in pictures})},
        "layers": {layer: {"shape": sizes[layer], **strongest(found[layer], origins)} for layer in layers},
    }


def catch_outputs(model, layers):
    """A dict that holds the layers' outputs after each forward pass."""
    caught = {}

    def keep(name):
        return lambda module, inputs, output: caught.__setitem__(name, output)

    for name in layers:
        model.get_submodule(name).register_forward_hook(keep(name))
    return caught


def network_crops(row, preprocessing):
    """float32 [crops, 3, H, W]: every crop of a picture as the network sees it."""
    image = Image.open(IMAGES / row["file"]).convert("RGB")
    size = (preprocessing["width"], preprocessing["height"])
    cuts = [image.crop((left, top, left + side, top + side)) for left, top, side in crop_boxes(image.width)]
    return torch.cat([normalised(cut.resize(size, Image.BILINEAR), preprocessing) for cut in cuts])


def strongest(found, origins):
    """Flat lists [channel][rank] of picture, crop, cell and value; -1 and 0 where a channel has fewer patches.

    `found` has for each picture (values, cells), both [crops, channels]; `origins` the sources it was made from.
    """
    values = torch.stack([values.max(dim=0).values for values, _ in found])  # [pictures, channels]
    crops = torch.stack([values.argmax(dim=0) for values, _ in found])
    cells = torch.stack([cells.gather(0, crops[i][None])[0] for i, (_, cells) in enumerate(found)])
    columns = {"picture": [], "crop": [], "cell": [], "value": []}
    for channel in range(values.shape[1]):
        chosen, used = [], set()
        for picture in values[:, channel].argsort(descending=True, stable=True).tolist():
            if len(chosen) == KEPT or values[picture, channel] <= 0:
                break
            if not origins[picture] & used:
                used |= origins[picture]
                chosen.append(picture)
        for rank in range(KEPT):
            picture = chosen[rank] if rank < len(chosen) else -1
            known = picture >= 0
            columns["picture"].append(picture)
            columns["crop"].append(crops[picture, channel].item() if known else -1)
            columns["cell"].append(cells[picture, channel].item() if known else -1)
            columns["value"].append(float(f"{values[picture, channel].item():.5g}") if known else 0)
    return columns


if __name__ == "__main__":
    main()
