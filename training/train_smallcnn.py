"""Trains SmallCNN on CIFAR-10 or MNIST and writes public/models/<id>/."""

import argparse
import time
from collections import OrderedDict
from datetime import date
from pathlib import Path
from typing import Dict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import small_images
from augment import normalise, pad, random_crops
from manifest import accuracy_report, parameter_count, software, write_model
from small_images import ImageSet
from smallcnn import SmallCNN, float16_state, load_widened

REPOSITORY = Path(__file__).resolve().parents[1]
HISTORY_EPOCHS = (0, 1, 2, 5, 10, 20)
CONV1 = "features.0.0.weight"
SETTINGS: Dict[str, Dict] = {
    "cifar10": {
        "id": "smallcnn-cifar10",
        "title": "SmallCNN, trained on CIFAR-10",
        "labels": "plane car bird cat deer dog frog horse ship truck".split(),
        "size": 32,
        "mean": [0.4914, 0.4822, 0.4465],
        "std": [0.2470, 0.2435, 0.2616],
        "padding": 4,
        "flip": True,
        "epochs": 20,
        "data": {
            "name": "CIFAR-10",
            "citation": "Krizhevsky, A. (2009). Learning Multiple Layers of Features from Tiny Images.",
            "url": "https://www.cs.toronto.edu/~kriz/cifar.html",
            "licenceNote": "The data set states no licence; its images are not redistributed here, only weights learned from them.",
        },
    },
    "mnist": {
        "id": "mnistcnn",
        "title": "SmallCNN's layers, trained on MNIST digits",
        "labels": [str(digit) for digit in range(10)],
        "size": 28,
        "mean": [0.1307],
        "std": [0.3081],
        "padding": 2,
        "flip": False,
        "epochs": 12,
        "data": {
            "name": "MNIST",
            "citation": "LeCun, Y., Bottou, L., Bengio, Y., Haffner, P. (1998). Gradient-Based Learning Applied to Document Recognition. Proceedings of the IEEE 86(11).",
            "url": "http://yann.lecun.com/exdb/mnist/",
            "licenceNote": "Copyright Yann LeCun and Corinna Cortes, CC BY-SA 3.0; its images are not redistributed here, only weights learned from them.",
        },
    },
}


def logits_of(model: nn.Module, images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """uint8 [N, H, W, C] -> float32 [N, classes], in batches of 500."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(normalise(part, mean, std)) for part in images.split(500)])


def train(model: nn.Module, images: ImageSet, test: ImageSet, settings: Dict, epochs: int) -> "OrderedDict[str, Tensor]":
    """SGD with the lab's recipe; returns conv1's float16 weights at HISTORY_EPOCHS and at the last epoch."""
    mean, std = torch.tensor(settings["mean"]), torch.tensor(settings["std"])
    padded, batch = pad(images.images, settings["padding"]), 128
    steps = (len(padded) + batch - 1) // batch
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * steps)
    history = OrderedDict([("epoch-0", model.state_dict()[CONV1].half())])
    for epoch in range(1, epochs + 1):
        started, total = time.time(), 0.0
        model.train()
        for picks in torch.randperm(len(padded)).split(batch):
            crops = random_crops(padded, picks, settings["size"], settings["flip"])
            loss = F.cross_entropy(model(normalise(crops, mean, std)), images.labels[picks])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(picks)
        if epoch in HISTORY_EPOCHS or epoch == epochs:
            history[f"epoch-{epoch}"] = model.state_dict()[CONV1].half()
        right = (logits_of(model, test.images[::5], mean, std).argmax(1) == test.labels[::5]).float().mean()
        print(f"epoch {epoch}: loss {total / len(padded):.4f}, every fifth test image {right:.4f}, "
              f"{time.time() - started:.0f} s", flush=True)
    return history


def describe(settings: Dict, model: nn.Module, source: str, epochs: int, seed: int, metrics: Dict) -> Dict:
    """The manifest's entries other than the files' digests."""
    channels, size = len(settings["mean"]), settings["size"]
    augmentation = f"random crop with padding {settings['padding']}"
    return {
        "id": settings["id"],
        "title": settings["title"],
        "architecture": {"name": "smallcnn", "inputChannels": channels, "inputSize": size, "classCount": 10},
        "labels": settings["labels"],
        "preprocessing": {
            "width": size,
            "height": size,
            "colour": "rgb" if channels == 3 else "grey",
            "mean": settings["mean"],
            "std": settings["std"],
            "resize": "bilinear-antialias",
        },
        "parameters": parameter_count(model),
        "data": {**settings["data"], "form": source},
        "licence": "MIT",
        "recipe": {
            "script": "training/train_smallcnn.py",
            "epochs": epochs,
            "seed": seed,
            "optimizer": "SGD",
            "learningRate": 0.1,
            "momentum": 0.9,
            "weightDecay": 5e-4,
            "schedule": "cosine to 0, per step",
            "batchSize": 128,
            "augmentation": augmentation + (", horizontal flip" if settings["flip"] else ""),
            "software": software(),
        },
        "metrics": metrics,
        "date": date.today().isoformat(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", choices=sorted(SETTINGS), required=True)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--models", type=Path, default=REPOSITORY / "public" / "models")
    parser.add_argument("--runs", type=Path, default=REPOSITORY / "training" / "runs", help="downloads, .pt file")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    settings = SETTINGS[options.dataset]
    epochs = options.epochs or settings["epochs"]
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    images, test = (
        small_images.load(options.dataset, split, options.data, options.runs / "downloads")
        for split in ("train", "test")
    )
    channels = len(settings["mean"])
    model = SmallCNN(channels, 10).to(memory_format=torch.channels_last)
    history = train(model, images, test, settings, epochs)

    options.runs.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), options.runs / f"{settings['id']}.pt")
    state = float16_state(model.state_dict())
    shipped = load_widened(SmallCNN(channels, 10), state)
    mean, std = torch.tensor(settings["mean"]), torch.tensor(settings["std"])
    logits = logits_of(shipped, test.images, mean, std)
    metrics = accuracy_report(logits, test.labels, settings["labels"], "float16")
    about = describe(settings, model, images.source, epochs, options.seed, metrics)
    write_model(options.models / settings["id"], state, history, about)
    print(f"{settings['id']}: accuracy {metrics['accuracy']} on {metrics['images']} test images (float16)")


if __name__ == "__main__":
    main()
