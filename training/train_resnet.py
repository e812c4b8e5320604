"""Trains ResNet-18 on objects11 in stages of growing pictures; stops and resumes at any epoch."""

import argparse
import json
import queue
import threading
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import objects11
from manifest import accuracy_report, parameter_count, software, write_model
from resnet18 import ResNet18
from safetensors_io import load_file
from smallcnn import float16_state, load_widened

Batch = Tuple[Tensor, Tensor]
REPOSITORY = Path(__file__).resolve().parents[1]
HISTORY_EPOCHS = (0, 1, 2, 5, 10, 20)
CHECKPOINT = "checkpoint.pt"
RECIPE = {
    "optimizer": "SGD",
    "momentum": 0.9,
    "weightDecay": 5e-4,
    "weightDecayConv1": 5e-3,
    "initialScaleConv1": 0.25,
    "schedule": "one cycle over the stages of each run, per step",
    "batchSize": 64,
    "labelSmoothing": 0.1,
    "normalisation": "at the end, running statistics anew from every fifth training picture, whole, at the size of use",
    "augmentation": "random resized crop, horizontal flip, brightness, contrast and saturation times 0.8 to 1.2",
}


def parse_stages(text: str) -> List[int]:
    """"96:3,128:1" -> [96, 96, 96, 128]: the picture size of each epoch."""
    sizes: List[int] = []
    for stage in text.split(","):
        size, epochs = stage.split(":")
        sizes += [int(size)] * int(epochs)
    return sizes


def shrink_conv1(model: ResNet18) -> None:
    """Scales conv1's initial weights down, in place.

    Batch normalisation follows, so the function stays the same, but each gradient step turns the filters
    further: what is left of the random start at the end, the noise in a filter, shrinks with this scale and
    with conv1's weight decay.
    """
    with torch.no_grad():
        model.conv1.weight *= RECIPE["initialScaleConv1"]


def parse_frozen(text: str) -> Dict[str, int]:
    """"conv1:0,layer2:176" -> {"conv1": 0, "layer2": 176}: the picture size from which each module is frozen."""
    return {name: int(size) for name, size in (entry.split(":") for entry in text.split(",") if entry)}


def freeze_early(model: ResNet18, frozen: Dict[str, int], size: int) -> None:
    """Frozen modules learn no more; their running statistics still adapt."""
    for name, from_size in frozen.items():
        getattr(model, name).requires_grad_(size < from_size)


@dataclass(frozen=True)
class Plan:
    """What a run was asked to do; kept in its checkpoint and in the manifest's recipe."""

    stages: str
    frozen: str
    learning_rate: float
    seed: int
    least_crop_area: float = 0.35
    share: float = 1.0
    bfloat16: bool = False

    def recipe(self) -> str:
        """In words, for the manifest."""
        return (
            f"{self.stages} (size:epochs) at a peak learning rate of {self.learning_rate}, frozen from a size on: "
            f"{self.frozen}, crops of at least {self.least_crop_area} of a picture, {self.share:.0%} of the pictures in an "
            f"epoch, {'convolutions in bfloat16, ' if self.bfloat16 else ''}seed {self.seed}"
        )


class Run:
    """Model, optimizer, schedule, random state and conv1's history; saved and restored as one file.

    `earlier` holds the recipes of the runs whose weights this one started from, and `before` their epochs: the
    log and the history count on from there.
    """

    def __init__(self, plan: Plan, pictures: int) -> None:
        torch.manual_seed(plan.seed)
        self.steps = round(plan.share * (pictures // RECIPE["batchSize"]))
        self.plan, self.epoch, self.before, self.earlier, self.log = plan, 0, 0, [], []
        self.model = ResNet18(len(objects11.LABELS)).to(memory_format=torch.channels_last)
        shrink_conv1(self.model)
        others = [value for name, value in self.model.named_parameters() if name != "conv1.weight"]
        self.optimizer = torch.optim.SGD(
            [
                {"params": [self.model.conv1.weight], "weight_decay": RECIPE["weightDecayConv1"]},
                {"params": others, "weight_decay": RECIPE["weightDecay"]},
            ],
            lr=plan.learning_rate, momentum=RECIPE["momentum"],
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, plan.learning_rate, total_steps=len(parse_stages(plan.stages)) * self.steps,
            pct_start=0.2, cycle_momentum=False,
        )
        self.generator = np.random.default_rng(plan.seed)
        self.history = OrderedDict([("epoch-0", self.conv1())])

    def conv1(self) -> Tensor:
        """float16 [64, 3, 7, 7]."""
        return self.model.conv1.weight.detach().half().contiguous()

    def save(self, path: Path) -> None:
        """Writes beside the target and renames, so that a killed run leaves the last good file."""
        partial = path.with_suffix(".partial")
        torch.save(
            {
                "plan": asdict(self.plan), "earlier": self.earlier, "before": self.before,
                "epoch": self.epoch, "log": self.log,
                "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(), "random": self.generator.bit_generator.state,
                "history": self.history,
            },
            partial,
        )
        partial.rename(path)

    def restore(self, saved: Dict) -> None:
        """Continues where `save` left off; refuses a checkpoint of another plan."""
        if Plan(**saved["plan"]) != self.plan:
            raise SystemExit(
                f"the checkpoint was trained as {saved['plan']}, not as {asdict(self.plan)}; "
                "use another --out (and --init to start from its weights)"
            )
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.schedule.load_state_dict(saved["schedule"])
        self.generator.bit_generator.state = saved["random"]
        self.epoch, self.before, self.earlier = saved["epoch"], saved["before"], saved["earlier"]
        self.log, self.history = saved["log"], saved["history"]

    def start_from(self, path: Path) -> None:
        """Takes over the weights, log and history of another run's checkpoint, or of a model folder that `export` wrote.

        Optimizer and schedule start afresh.
        """
        if path.is_dir():
            return self.start_from_export(path)
        saved = torch.load(path, weights_only=False)
        self.model.load_state_dict(saved["model"])
        self.before = saved["before"] + saved["epoch"]
        self.earlier = saved["earlier"] + [Plan(**saved["plan"]).recipe()]
        self.log, self.history = saved["log"], saved["history"]

    def start_from_export(self, folder: Path) -> None:
        """The same from float16 weights and the manifest beside them."""
        manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        state, _ = load_file(folder / manifest["weights"]["file"])
        load_widened(self.model, state)
        self.before, self.earlier = manifest["recipe"]["epochs"], manifest["recipe"]["runs"]
        self.log, (self.history, _) = manifest["log"], load_file(folder / "conv1-history.safetensors")


def prefetched(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, the next two prepared in a thread of their own while one is being trained on."""
    waiting: "queue.Queue[Optional[Batch]]" = queue.Queue(maxsize=2)

    def prepare() -> None:
        for batch in batches:
            waiting.put(batch)
        waiting.put(None)

    threading.Thread(target=prepare, daemon=True).start()
    while (batch := waiting.get()) is not None:
        yield batch


def train_epoch(run: Run, images: np.ndarray, labels: Tensor, size: int) -> float:
    """One epoch at size x size; returns the mean loss."""
    run.model.train()
    freeze_early(run.model, parse_frozen(run.plan.frozen), size)
    losses = []
    batches = objects11.training_batches(
        images, labels, size, RECIPE["batchSize"], run.generator, run.plan.least_crop_area
    )
    for pixels, targets in prefetched(islice(batches, run.steps)):
        with torch.cpu.amp.autocast(enabled=run.plan.bfloat16, dtype=torch.bfloat16):
            logits = run.model(pixels)
        loss = F.cross_entropy(logits.float(), targets, label_smoothing=RECIPE["labelSmoothing"])
        run.optimizer.zero_grad()
        loss.backward()
        run.optimizer.step()
        run.schedule.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def logits_of(model: nn.Module, images: np.ndarray, size: int, step: int = 1) -> Tensor:
    """float32 [pictures, 11] of every `step`-th picture at size x size."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(pixels) for pixels in objects11.evaluation_batches(images, size, step)])


def train(run: Run, options: argparse.Namespace) -> None:
    """All remaining epochs, a checkpoint after each."""
    images, labels = objects11.load(options.data, "train", options.cache)
    val_images, val_labels = objects11.load(options.data, "val", options.cache)
    sizes = parse_stages(run.plan.stages)
    while run.epoch < len(sizes):
        started, size = time.time(), sizes[run.epoch]
        loss = train_epoch(run, images, labels, size)
        run.epoch += 1
        total = run.before + run.epoch
        if total in HISTORY_EPOCHS or run.epoch == len(sizes):
            run.history[f"epoch-{total}"] = run.conv1()
        seconds = time.time() - started
        right = (logits_of(run.model, val_images, size, 5).argmax(1) == val_labels[::5]).float().mean().item()
        run.log.append({"epoch": total, "size": size, "loss": round(loss, 4), "accuracy": round(right, 4)})
        run.save(options.out / CHECKPOINT)
        print(f"epoch {run.epoch}/{len(sizes)} at {size}: loss {loss:.4f}, every fifth validation picture "
              f"{right:.4f}, {seconds:.0f} s", flush=True)


def describe(run: Run, metrics: Dict, model: nn.Module) -> Dict:
    """The manifest's entries other than the files' digests."""
    return {
        "id": "resnet18-objects11",
        "title": "ResNet-18, trained on eleven everyday classes",
        "architecture": {"name": "resnet18", "inputChannels": 3, "inputSize": 224, "classCount": 11},
        "labels": objects11.LABELS,
        "preprocessing": {
            "width": 224, "height": 224, "colour": "rgb", "mean": list(objects11.MEAN), "std": list(objects11.STD),
            "resize": "bilinear-antialias",
        },
        "parameters": parameter_count(model),
        "data": {
            "name": "Imagenette with cats and dogs added",
            "citation": "Howard, J. (2019). Imagenette, a subset of ImageNet (Deng et al. 2009).",
            "url": "https://github.com/fastai/imagenette",
            "licenceNote": "ImageNet's photographs belong to their authors; none is redistributed here, only weights learned from them.",
            "form": "Imagenette 224x224 (9,469 pictures, English springers counting as dog), 1,100 cats and 600 dogs added",
        },
        "licence": "MIT",
        "recipe": {
            "script": "training/train_resnet.py", "epochs": run.before + run.epoch,
            "runs": [*run.earlier, run.plan.recipe()], **RECIPE, "software": software(),
        },
        "metrics": metrics,
        "log": run.log,
        "date": date.today().isoformat(),
    }


def settle_statistics(model: nn.Module, images: np.ndarray, size: int) -> None:
    """Takes the running statistics of all normalisation layers anew, from every fifth picture, whole, at size x size.

    In training they come from crops, which show objects larger and fill more of the border: with these statistics the
    same weights see whole pictures with other eyes (Touvron et al. 2019, arXiv:1906.06423).
    """
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    model.train()
    with torch.no_grad():
        for pixels in objects11.evaluation_batches(images, size, 5):
            model(pixels)


def export(run: Run, options: argparse.Namespace) -> None:
    """Writes <models>/resnet18-objects11/ from the checkpoint, accuracy on the whole validation set included.

    Of conv1's history, epochs after which it changed no more are left out: the last one stands for them.
    """
    settle_statistics(run.model, objects11.load(options.data, "train", options.cache)[0], options.size)
    images, labels = objects11.load(options.data, "val", options.cache)
    state = float16_state(run.model.state_dict())
    model = load_widened(ResNet18(len(objects11.LABELS)), state).to(memory_format=torch.channels_last)
    metrics = {**accuracy_report(logits_of(model, images, options.size), labels, objects11.LABELS, "float16"),
               "inputSize": options.size}
    last = f"epoch-{run.before + run.epoch}"
    history = OrderedDict((epoch, conv1) for epoch, conv1 in run.history.items() if not conv1.equal(run.conv1()))
    history[last] = run.conv1()
    write_model(options.models / "resnet18-objects11", state, history, describe(run, metrics, model))
    print(f"{last}: accuracy {metrics['accuracy']} on {len(labels)} pictures at {options.size}x{options.size}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "training" / "runs" / "resnet18", help="checkpoints")
    parser.add_argument("--cache", type=Path, help="decoded pictures, 2.4 GB; default: inside --out")
    parser.add_argument("--stages", default="64:9,96:6,128:3,192:2", help="size:epochs,...")
    parser.add_argument("--frozen", default="conv1:192,bn1:192,layer1:192,layer2:192",
                        help="module:size,...: modules that learn no more from this picture size on")
    parser.add_argument("--rate", type=float, default=0.08, help="peak learning rate of the cycle")
    parser.add_argument("--crop", type=float, default=0.35, help="least area of a random crop, as a share of the picture")
    parser.add_argument("--share", type=float, default=1, help="share of the pictures that an epoch sees")
    parser.add_argument("--bfloat16", action="store_true", help="convolutions in bfloat16; three times as fast where the "
                        "processor multiplies them")
    parser.add_argument("--init", type=Path, help="start from the weights of another run's checkpoint.pt, or of a model folder")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export", action="store_true", help="export the checkpoint instead of training")
    parser.add_argument("--models", type=Path, help="where --export writes; default: inside --out")
    parser.add_argument("--size", type=int, default=224, help="picture size of --export's validation")
    options = parser.parse_args()
    options.cache = options.cache or options.out / "cache"
    options.models = options.models or options.out / "export"
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / CHECKPOINT
    saved = torch.load(checkpoint, weights_only=False) if checkpoint.exists() else None
    plan = Plan(options.stages, options.frozen, options.rate, options.seed, options.crop, options.share, options.bfloat16)
    if options.export:
        if saved is None:
            raise SystemExit(f"{checkpoint} is missing: nothing to export")
        plan = Plan(**saved["plan"])
    run = Run(plan, len(objects11.members(options.data, "train")))
    if saved is not None:
        run.restore(saved)
    elif options.init:
        run.start_from(options.init)
    export(run, options) if options.export else train(run, options)


if __name__ == "__main__":
    main()
