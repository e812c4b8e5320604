"""From a manifest's `architecture` entry to a PyTorch module, and from a model folder to a loaded model."""

import json
from pathlib import Path
from typing import Dict, Tuple

from torch import nn

from resnet18 import ResNet18
from safetensors_io import load_file
from smallcnn import SmallCNN, load_widened


def build(architecture: Dict) -> nn.Module:
    """A freshly initialised module; raises ValueError for a name it does not know."""
    name, classes = architecture["name"], architecture["classCount"]
    if name == "smallcnn":
        return SmallCNN(architecture["inputChannels"], classes)
    if name == "resnet18":
        return ResNet18(classes)
    raise ValueError(f"unknown architecture: {name}")


def load_model(folder: Path) -> Tuple[nn.Module, Dict]:
    """(model in inference mode with the shipped float16 weights widened to float32, manifest)."""
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    state, _ = load_file(folder / manifest["weights"]["file"])
    return load_widened(build(manifest["architecture"]), state), manifest
