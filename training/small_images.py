"""CIFAR-10 and MNIST as uint8 tensors: from the stored zips, else from the official archives."""

import gzip
import hashlib
import io
import pickle
import tarfile
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

CIFAR_FOLDERS = "airplane automobile bird cat deer dog frog horse ship truck".split()
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR_MD5 = "c58f30108f718f92721af3b95e74349a"
MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_FILES = {
    "train": (
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
    ),
    "test": (
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    ),
}


@dataclass
class ImageSet:
    """images: uint8 [N, H, W, C]; labels: int64 [N]; source: what was read, for the manifest."""

    images: Tensor
    labels: Tensor
    source: str


def load(dataset: str, split: str, data: Path, downloads: Path) -> ImageSet:
    """`dataset` is cifar10 or mnist, `split` train or test; reads `data`, else downloads the archive."""
    if dataset == "cifar10":
        path = data / "cifar10-jpeg" / f"{split}.zip"
        if path.exists():
            return from_zip(path, split, CIFAR_FOLDERS, "RGB", "CIFAR-10 as JPEG quality 75")
        return cifar_archive(split, downloads)
    path = data / "mnist-png" / "mnist-20k-5k.zip"
    if path.exists():
        digits = [str(digit) for digit in range(10)]
        return from_zip(path, split, digits, "L", "MNIST, 20,000 training and 5,000 test digits as PNG")
    return mnist_archive(split, downloads)


def from_zip(path: Path, split: str, folders: List[str], mode: str, source: str) -> ImageSet:
    """Decodes `<split>/<folder>/*` in name order; mode is Pillow's RGB or L."""
    images, labels = [], []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            parts = name.split("/")
            # MNIST's zip names its held-out part "val" or "test"
            if name.endswith("/") or (parts[0] == "train") != (split == "train"):
                continue
            picture = Image.open(io.BytesIO(archive.read(name))).convert(mode)
            images.append(np.asarray(picture).reshape(picture.height, picture.width, -1))
            labels.append(folders.index(parts[1]))
    return ImageSet(torch.from_numpy(np.stack(images)), torch.tensor(labels), source)


def download(url: str, md5: str, folder: Path) -> Path:
    """Fetches `url` once into `folder`; raises SystemExit with one sentence if offline or if the MD5 differs."""
    path = folder / url.rsplit("/", 1)[1]
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"downloading {url}", flush=True)
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                path.write_bytes(response.read())
        except (urllib.error.URLError, OSError) as error:
            raise SystemExit(
                f"cannot download {url} ({error}); put the file at {path}, or point --data at a folder with the zips"
            )
    found = hashlib.md5(path.read_bytes()).hexdigest()
    if found != md5:
        raise SystemExit(f"{path}: MD5 is {found}, expected {md5}; delete the file and try again")
    return path


def cifar_archive(split: str, downloads: Path) -> ImageSet:
    """The official pickled batches (unpickled only after the MD5 has been checked)."""
    names = [f"data_batch_{i}" for i in range(1, 6)] if split == "train" else ["test_batch"]
    images, labels = [], []
    with tarfile.open(download(CIFAR_URL, CIFAR_MD5, downloads)) as archive:
        for name in names:
            batch: Dict[bytes, object] = pickle.load(
                archive.extractfile(f"cifar-10-batches-py/{name}"), encoding="bytes"
            )
            images.append(np.asarray(batch[b"data"]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
            labels.extend(batch[b"labels"])
    stacked = np.ascontiguousarray(np.concatenate(images))
    return ImageSet(torch.from_numpy(stacked), torch.tensor(labels), "CIFAR-10, official archive")


def mnist_archive(split: str, downloads: Path) -> ImageSet:
    """The four IDX files of MNIST from the mirror that torchvision uses."""
    arrays: Tuple[np.ndarray, ...] = tuple(
        read_idx(download(MNIST_URL + name, md5, downloads)) for name, md5 in MNIST_FILES[split]
    )
    images, labels = arrays
    return ImageSet(
        torch.from_numpy(images[..., None].copy()), torch.from_numpy(labels.astype(np.int64)), "MNIST, full"
    )


def read_idx(path: Path) -> np.ndarray:
    """An unsigned-byte IDX file: two zero bytes, type 8, number of axes, sizes (big-endian), data."""
    raw = gzip.decompress(path.read_bytes())
    axes = raw[3]
    sizes = np.frombuffer(raw, ">i4", axes, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(sizes)
