"""Print what SmallCNN takes each picture of public/images for.

    python3 training/pictures/evaluate.py
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

TRAINING = Path(__file__).resolve().parents[1]
PUBLIC = TRAINING.parent / "public"
MODEL = PUBLIC / "models" / "smallcnn-cifar10"
LABELS = "plane car bird cat deer dog frog horse ship truck".split()
MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(3, 1, 1)
STD = torch.tensor([0.2470, 0.2435, 0.2616]).view(3, 1, 1)

sys.path.insert(0, str(TRAINING))
from safetensors_io import load_file  # noqa: E402
from smallcnn import SmallCNN, load_widened  # noqa: E402


def load_model(weights=MODEL / "model.safetensors"):
    """SmallCNN with the float16 weights that ship, widened."""
    return load_widened(SmallCNN(), load_file(weights)[0])


def network_input(image):
    """PIL image -> float32 [3, 32, 32], normalised."""
    small = image.convert("RGB").resize((32, 32), Image.BILINEAR)
    return (torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 255 - MEAN) / STD


def probabilities(model, images):
    """PIL images -> [N, 10]."""
    with torch.no_grad():
        return torch.softmax(model(torch.stack([network_input(image) for image in images])), 1)


def main():
    rows = json.loads((PUBLIC / "images" / "credits.json").read_text())["pictures"]
    images = [Image.open(PUBLIC / "images" / row["file"]) for row in rows]
    best = probabilities(load_model(), images).topk(3)
    right = []
    print(f"{'id':20} {'shows':6}  taken for")
    for row, values, indices in zip(rows, best.values.tolist(), best.indices.tolist()):
        guesses = [f"{LABELS[index]} {value:.2f}" for value, index in zip(values, indices)]
        correct = LABELS[indices[0]] == row["class"]
        right += [row["class"]] * correct
        print(f"{row['id']:20} {row['class'] or '-':6} {' ' if correct else '!'} {', '.join(guesses)}")
    missing = [label for label in LABELS if label not in right]
    print(f"{len(right)} of {len(rows)} right; no picture right in: {', '.join(missing) or 'no class'}")


if __name__ == "__main__":
    main()
