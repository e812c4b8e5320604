"""model.json: what a model is, what it was trained on, how well it does, and the digests of its files."""

import json
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Dict, List, Mapping

import torch
from torch import Tensor, nn

from safetensors_io import save_file, sha256, tensor_bytes


def accuracy_report(logits: Tensor, labels: Tensor, names: List[str], precision: str) -> Dict[str, object]:
    """logits [N, classes], labels [N] -> top-1 accuracy overall and per class, rounded to 4 digits."""
    right = logits.argmax(1) == labels
    per_class = {
        name: round(right[labels == index].float().mean().item(), 4) for index, name in enumerate(names)
    }
    return {
        "accuracy": round(right.float().mean().item(), 4),
        "images": len(labels),
        "precision": precision,
        "perClass": per_class,
    }


def write_model(folder: Path, state: Mapping[str, Tensor], history: Mapping[str, Tensor], about: Dict) -> None:
    """Writes model.safetensors, conv1-history.safetensors and model.json.

    state: float16 tensors in forward order; history: name -> float16 conv1 weights (OIHW);
    about: the manifest's remaining entries (id, title, architecture, labels, ...).
    """
    weights = folder / "model.safetensors"
    checkpoints = folder / "conv1-history.safetensors"
    save_file(state, weights, {"format": "pt", "model": about["id"]})
    save_file(history, checkpoints, {"format": "pt", "model": about["id"], "tensor": next(iter(state))})
    manifest = OrderedDict(about)
    manifest["weights"] = {
        **file_entry(weights),
        "tensors": {name: sha256(tensor_bytes(tensor)) for name, tensor in state.items()},
    }
    manifest["history"] = {
        **file_entry(checkpoints),
        "tensor": next(iter(state)),
        "tensors": {name: sha256(tensor_bytes(tensor)) for name, tensor in history.items()},
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


def file_entry(path: Path) -> Dict[str, object]:
    """Name, size and digests of a file beside the manifest; `header` is of the first bytes, before the tensors."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return {"file": path.name, "bytes": len(data), "sha256": sha256(data), "header": sha256(data[: 8 + length])}


def parameter_count(model: nn.Module) -> int:
    """Trainable numbers (BatchNorm's running statistics are not among them)."""
    return sum(parameter.numel() for parameter in model.parameters())


def software() -> str:
    """What the numbers were computed with."""
    return f"PyTorch {torch.__version__}, CPU, {torch.get_num_threads()} threads"
