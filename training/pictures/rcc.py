"""Reader for Qt binary resource files (.rcc), versions 1 to 3."""

import struct
import subprocess
import zlib
from pathlib import Path

_COMPRESSED_ZLIB = 1
_DIRECTORY = 2
_COMPRESSED_ZSTD = 4


class ResourceFile:
    """The files inside one .rcc file, by their path ("erase/resource/deer.webp")."""

    def __init__(self, path):
        self.path = Path(path)
        self._bytes = self.path.read_bytes()
        if self._bytes[:4] != b"qres":
            raise ValueError(f"{path}: expected the magic 'qres', got {self._bytes[:4]!r}")
        version, self._tree, self._data, self._names = struct.unpack_from(">4I", self._bytes, 4)
        if version not in (1, 2, 3):
            raise ValueError(f"{path}: expected version 1, 2 or 3, got {version}")
        self._node_size = 14 if version == 1 else 22
        self._entries = dict(self._walk(0, ""))

    def names(self):
        """Paths of all files, sorted."""
        return sorted(self._entries)

    def read(self, name):
        """The contents of one file as bytes."""
        if name not in self._entries:
            raise KeyError(f"{self.path} has no file {name!r}")
        flags, offset = self._entries[name]
        start = self._data + offset
        (size,) = struct.unpack_from(">I", self._bytes, start)
        stored = self._bytes[start + 4 : start + 4 + size]
        if flags & _COMPRESSED_ZLIB:
            return zlib.decompress(stored[4:])  # four bytes of length come first
        if flags & _COMPRESSED_ZSTD:
            return _zstd(stored)
        return stored

    def _walk(self, node, parent):
        at = self._tree + node * self._node_size
        name_offset, flags = struct.unpack_from(">IH", self._bytes, at)
        path = "/".join(filter(None, (parent, self._name(name_offset) if node else "")))
        if flags & _DIRECTORY:
            count, first = struct.unpack_from(">II", self._bytes, at + 6)
            for child in range(first, first + count):
                yield from self._walk(child, path)
        else:
            (offset,) = struct.unpack_from(">I", self._bytes, at + 10)
            yield path, (flags, offset)

    def _name(self, offset):
        at = self._names + offset
        (length,) = struct.unpack_from(">H", self._bytes, at)
        return self._bytes[at + 6 : at + 6 + 2 * length].decode("utf-16-be")


def _zstd(stored):
    # Python has no zstd before 3.14; the command line tool is on every Debian machine.
    return subprocess.run(["zstd", "-dc"], input=stored, capture_output=True, check=True).stdout
