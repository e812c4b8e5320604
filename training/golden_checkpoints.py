"""Files of `torch.save` in every form that the site's reader meets, and the values PyTorch reads from them.

`golden_checkpoints.py` writes the few that are committed; `golden_checkpoints.py --all FOLDER` all of them.
"""

import argparse
import inspect
import io
import json
import os
import pickle
import struct
import warnings
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Callable, Dict, List, Mapping, Tuple

import numpy as np
import torch
from torch import Tensor, nn

from safetensors_io import save_file

COMMITTED = (
    "views-zip-float32", "views-zip-bfloat16", "views-legacy-float16", "views-legacy-float64", "training-zip",
    "training-legacy", "parameters-zip", "python2", "malicious-zip", "malicious-legacy", "whole-zip", "script",
    "numpy-zip", "numpy-legacy",
)
FORMATS = {"zip": True, "legacy": False}
DTYPES = (torch.float16, torch.float32, torch.float64, torch.bfloat16)


class Command:
    """What a pickle can do to whoever loads it carelessly."""

    def __reduce__(self) -> Tuple[Callable[[str], int], Tuple[str]]:
        return os.system, ("echo a checkpoint ran this command > command-ran.txt",)


def tiny() -> nn.Sequential:
    """A convolution and its normalisation: five float tensors and an integer."""
    torch.manual_seed(19)
    model = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.BatchNorm2d(2))
    model[1].running_mean.copy_(torch.tensor([0.25, -1.5]))
    return model


def views(dtype: torch.dtype) -> "OrderedDict[str, Tensor]":
    """Tensors that are not simply the whole of a storage of their own."""
    base = torch.linspace(-3, 5, 24, dtype=torch.float64).to(dtype)
    grid = base.reshape(4, 6)
    return OrderedDict(
        whole=base.clone(), transposed=grid.clone().t(), first=grid[:2], second=grid[2:], column=grid[:, 3],
        strided=grid[1::2, ::3], permuted=base.reshape(2, 3, 4).permute(2, 0, 1), expanded=base[5:6].expand(3, 4),
        scalar=base[7], empty=torch.zeros(0, 3, dtype=dtype), count=torch.tensor(7),
    )  # fmt: skip


def training() -> Dict:
    """A checkpoint in the middle of a training run."""
    model = tiny()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    model(torch.ones(2, 1, 5, 5)).sum().backward()
    optimizer.step()
    schedule.step()
    return {
        "epoch": 3, "best": 0.75, "model_state_dict": model.state_dict(), "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(), "history": [0.5, 0.25, {"loss": 1e-3}], "seen": {1, 2}, "none": None,
        "flag": True, "bytes": b"\x00\xff", "large": 2**70, "negative": -5, "minus": -(2**40), "counts": Counter("aab"),
        "size": torch.Size([2, 3]), "dtype": torch.float16, "device": torch.device("cpu"), "pair": (1, "two"),
        "complex": torch.zeros(2, dtype=torch.complex64), 7: "an integer key",
    }  # fmt: skip


def with_numpy() -> Dict:
    """A checkpoint whose bookkeeping was done in NumPy."""
    return {
        "state_dict": tiny().state_dict(), "best": np.float64(0.75), "step": np.int64(-3), "loss": np.float32(1e-3),
        "half": np.float16(2), "flag": np.bool_(True), "complex": np.complex128(1 + 2j), "dtype": np.dtype(">i2"),
    }  # fmt: skip


def wrappings() -> Dict[str, object]:
    """The ways in which a state dict is wrapped, by the name of the way."""
    model = tiny()
    state = model.state_dict()
    renamed = {prefix: OrderedDict((prefix + k, v) for k, v in state.items()) for prefix in ("module.", "_orig_mod.")}
    return {
        "bare": state, "dict": dict(state), "state_dict": {"state_dict": state, "epoch": 1}, "model": {"model": state},
        "model_state_dict": {"model_state_dict": state}, "net": {"net": state}, "module": renamed["module."],
        "compiled": renamed["_orig_mod."], "parallel": {"state_dict": renamed["module."]},
        "parameters": OrderedDict(model.named_parameters()),
    }  # fmt: skip


def python2_file(path: Path) -> None:
    """As PyTorch 0.1 under Python 2 wrote: items as arguments, byte strings, empty tensors with a state, storage views."""
    out = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
        pickle.dump(value, out, protocol=2)

    def text(value: str) -> bytes:
        return b"U" + bytes([len(value)]) + value.encode()

    def storage(key: str, view: bytes) -> bytes:
        return b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + b"K\x06" + view + b"tQ"

    state = b"(" + storage("77", b"N") + b"K\x01K\x02K\x02\x86K\x02K\x01\x86t"
    tensor = b"ctorch\nFloatTensor\n)R" + state + b"b"
    part = b"(" + text("78") + b"K\x02K\x04t"
    rebuilt = b"ctorch._utils\n_rebuild_tensor\n(" + storage("77", part) + b"K\x01K\x03\x85K\x01\x85tR"
    parameter = b"ctorch.nn.parameter\nParameter\n" + rebuilt + b"\x85R"
    items = b"](](" + text("state") + tensor + b"e](" + text("part") + parameter + b"ee"
    out.write(b"\x80\x02ccollections\nOrderedDict\n" + items + b"\x85R.")
    pickle.dump(["77"], out, protocol=2)
    out.write(struct.pack("<q6f", 6, 0.5, 1, 2, 3, 4, 5))
    path.write_bytes(out.getvalue())


def script(path: Path) -> None:
    """A TorchScript archive."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(tiny().eval(), torch.ones(1, 1, 5, 5)), str(path))


def tensors_of(value: object, path: str = "") -> Dict[str, Tensor]:
    """Every real tensor in a dict and the dicts within, by the path of keys joined with dots."""
    if isinstance(value, Tensor):
        return {} if value.is_complex() else {path: value.detach().float().contiguous()}
    found: Dict[str, Tensor] = {}
    if isinstance(value, Mapping):
        for key, entry in value.items():
            found.update(tensors_of(entry, f"{path}.{key}" if path else str(key)))
    return found


def load(path: Path) -> object:
    """What PyTorch makes of a file; later versions refuse all but plain tensors unless told otherwise."""
    takes = inspect.signature(torch.load).parameters
    return torch.load(path, **({"weights_only": False} if "weights_only" in takes else {}))


class Folder:
    """Collects files and what a reader should find in them."""

    def __init__(self, path: Path, everything: bool) -> None:
        self.path = path
        self.everything = everything
        self.cases: List[Dict] = []
        self.expected: "OrderedDict[str, Tensor]" = OrderedDict()
        path.mkdir(parents=True, exist_ok=True)

    def wants(self, name: str) -> bool:
        """Whether the file is to be written."""
        return self.everything or name in COMMITTED

    def holds(self, name: str, value: object, **options: object) -> None:
        """A file with tensors in it."""
        if self.wants(name):
            torch.save(value, self.path / f"{name}.pt", **options)
            self.read(name, load(self.path / f"{name}.pt"))

    def read(self, name: str, value: object) -> None:
        """Notes the tensors of a file that is there."""
        tensors = tensors_of(value)
        self.cases.append({"file": f"{name}.pt", "tensors": list(tensors)})
        self.expected.update((f"{name}.pt/{key}", tensor) for key, tensor in tensors.items())

    def refuses(self, name: str, message: str, write: Callable[[Path], None]) -> None:
        """A file that must be refused with a sentence that has `message` in it."""
        if self.wants(name):
            write(self.path / f"{name}.pt")
            self.cases.append({"file": f"{name}.pt", "refusal": message})

    def close(self) -> None:
        """Writes the values and the list of files."""
        save_file(self.expected, self.path / "expected.safetensors")
        text = json.dumps({"pytorch": torch.__version__, "cases": self.cases}, indent=1)
        (self.path / "cases.json").write_text(text + "\n", encoding="utf-8")


def write_all(folder: Folder) -> None:
    """Every form in both formats."""
    for name, is_zip in FORMATS.items():
        old_or_new = {"_use_new_zipfile_serialization": is_zip}
        for dtype in DTYPES:
            folder.holds(f"views-{name}-{str(dtype)[6:]}", views(dtype), **old_or_new)
        for wrapping, value in wrappings().items():
            folder.holds(f"{wrapping}-{name}", value, **old_or_new)
        for protocol in (1, 3, 4, 5):
            folder.holds(f"protocol{protocol}-{name}", training(), pickle_protocol=protocol, **old_or_new)
        folder.holds(f"training-{name}", training(), **old_or_new)
        folder.holds(f"numpy-{name}", with_numpy(), **old_or_new)
        folder.holds(f"numpy4-{name}", with_numpy(), pickle_protocol=4, **old_or_new)
        for kind, value, message in (
            ("malicious", {"weight": torch.ones(2), "run": Command()}, "asks for posix.system"),
            ("whole", tiny(), "holds a whole model (class torch.nn.modules.container.Sequential)"),
            ("whole-in-dict", {"model": tiny(), "epoch": 1}, "holds a whole model (class torch.nn"),
        ):
            folder.refuses(f"{kind}-{name}", message, lambda path: torch.save(value, path, **old_or_new))
    python2_file(folder.path / "python2.pt")
    folder.read("python2", load(folder.path / "python2.pt"))
    folder.refuses("script", "is a TorchScript archive", script)
    if folder.everything and hasattr(torch.serialization, "set_crc32_options"):
        torch.serialization.set_crc32_options(False)
        folder.holds("unchecked-zip", training())
        torch.serialization.set_crc32_options(True)


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    folder = parser.parse_args().all
    os.umask(0o022)
    out = Folder(folder or Path("test/golden/checkpoints"), everything=folder is not None)
    warnings.simplefilter("ignore", UserWarning)
    write_all(out)
    out.close()


if __name__ == "__main__":
    main()
