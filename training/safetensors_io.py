"""Reads and writes safetensors files: 8-byte little-endian header length, JSON header, raw data."""

import hashlib
import json
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Dict, Mapping, Optional, Tuple

import torch
from torch import Tensor

CODES = {torch.float32: "F32", torch.float16: "F16", torch.uint8: "U8", torch.int64: "I64"}
DTYPES = {code: dtype for dtype, code in CODES.items()}


def tensor_bytes(tensor: Tensor) -> bytes:
    """The tensor's elements in row-major order, little-endian."""
    return tensor.detach().cpu().contiguous().numpy().tobytes()


def save_file(tensors: Mapping[str, Tensor], path: Path, metadata: Optional[Mapping[str, str]] = None) -> None:
    """Writes the tensors in the order given, without gaps; the header is padded with spaces to 8 bytes.

    The data therefore start at a multiple of 8; each tensor directly follows the one before it.
    """
    header: Dict[str, object] = {}
    if metadata:
        header["__metadata__"] = dict(metadata)
    chunks, offset = [], 0
    for name, tensor in tensors.items():
        data = tensor_bytes(tensor)
        header[name] = {
            "dtype": CODES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        chunks.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=True).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def load_file(path: Path) -> Tuple["OrderedDict[str, Tensor]", Dict[str, str]]:
    """Returns (tensors in file order, metadata)."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors: "OrderedDict[str, Tensor]" = OrderedDict()
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        data = torch.frombuffer(bytearray(raw[begin:end]), dtype=DTYPES[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"])
    return tensors, metadata


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()
