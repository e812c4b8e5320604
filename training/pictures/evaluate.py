"""Print what each of the site's networks takes each picture of public/images for.

    python3 training/pictures/evaluate.py [MODEL ...]
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image

TRAINING = Path(__file__).resolve().parents[1]
PUBLIC = TRAINING.parent / "public"

sys.path.insert(0, str(TRAINING))
from architectures import load_model  # noqa: E402
from golden_inputs import normalised, resized  # noqa: E402


def network_input(path, preprocessing):
    """Picture file -> float32 [1, 3, H, W], normalised, as the site does it."""
    return normalised(resized(path, preprocessing["width"], preprocessing["height"]), preprocessing)


def probabilities(model, batch):
    """float32 [N, 3, H, W] -> [N, classes]."""
    with torch.no_grad():
        return torch.softmax(model(batch), 1)


def report(folder, rows):
    """One line for each picture: what it shows in this network's words, and the three likeliest classes."""
    model, manifest = load_model(folder)
    labels = manifest["labels"]
    right, known = set(), 0
    print(f"{manifest['id']}\n{'picture':24} {'shows':20}  taken for")
    for row in rows:
        pixels = network_input(PUBLIC / "images" / row["file"], manifest["preprocessing"])
        values, indices = probabilities(model, pixels)[0].topk(3)
        guesses = [(labels[index], value) for index, value in zip(indices.tolist(), values.tolist())]
        shows = [name for name in row["classes"] if name in labels]
        known += bool(shows)
        correct = guesses[0][0] in shows
        right |= {row["id"]} if correct else set()
        mark = " " if correct else "!" if shows else "-"
        taken = ", ".join(f"{name} {value:.2f}" for name, value in guesses)
        print(f"{row['id']:24} {', '.join(shows) or '-':20} {mark} {taken}")
    found = {name for row in rows if row["id"] in right for name in row["classes"]}
    missing = [label for label in labels if label not in found]
    print(f"{len(right)} of {known} right; no picture right in: {', '.join(missing) or 'no class'}\n")


def main():
    rows = json.loads((PUBLIC / "images" / "credits.json").read_text())["pictures"]
    folders = [PUBLIC / "models" / name for name in sys.argv[1:]] or sorted((PUBLIC / "models").iterdir())
    for folder in folders:
        if json.loads((folder / "model.json").read_text())["preprocessing"]["colour"] == "rgb":
            report(folder, rows)


if __name__ == "__main__":
    main()
