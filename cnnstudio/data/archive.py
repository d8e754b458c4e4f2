"""Arrays out of an untrusted ``.npz`` file, with every size checked before memory is taken.

A small file can lie: a header may claim more values than follow it, and well-packed zeros expand a
thousandfold.  So the headers of all wanted arrays are read first, compared with the archive's
directory, the size of the file and the limits below, and only then are values unpacked.  Nothing
is ever unpickled.
"""

from __future__ import annotations

import errno
import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnstudio.errors import DataError

MOST_BYTES = 2**31
"""The most memory all arrays together may take, counting at least four bytes per value."""

MOST_EXPANSION = 250
FREE_EXPANSION = 2**26
"""Arrays above so many bytes may be at most so many times larger than their packed form."""

_BROKEN = (
    EOFError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile and NumPy's header parser raise for bytes that are not what they claim to be.

A `NotImplementedError` (packed in an unknown way) and a `RecursionError` are `RuntimeError`.
"""


@dataclass(frozen=True)
class _Header:
    """Where the values of one array lie and what they are."""

    start: int
    shape: tuple[int, ...]
    column_major: bool
    dtype: np.dtype[Any]

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        return self.count * self.dtype.itemsize


def read_arrays(path: Path, wanted: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Read those of the wanted arrays that the file holds.

    Parameters
    ----------
    path : Path
        An ``.npz`` file.
    wanted : iterable of str
        Names of arrays; others in the file are not touched.

    Returns
    -------
    dict of str to ndarray
        Arrays of truth values, numbers or text.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or holds what it must not.
    """
    where = str(path)
    try:
        if path.is_dir():
            raise DataError("this is a folder", where, "choose an .npz file")
        if path.exists() and not path.is_file():
            raise DataError("this is not a regular file", where, "choose an .npz file")
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            headers = _headers(archive, path.stat().st_size, where, wanted)
            return {name: _values(archive, name, header) for name, header in headers.items()}
    except FileNotFoundError:
        raise DataError("there is no such file", where, "check the path") from None
    except PermissionError:
        raise DataError(
            "you may not read this file", where, "change its permissions or copy it"
        ) from None
    except (OSError, *_BROKEN) as error:
        # A forged directory makes zipfile seek to a place before the file, which is EINVAL.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise DataError(
                f"the file cannot be read ({error.strerror})", where, "check the path and the drive"
            ) from error
        raise DataError(
            "this is not an .npz file, or it is damaged or incomplete",
            where,
            "write it with numpy.savez_compressed(path, images=…, labels=…)",
        ) from error


def _headers(
    archive: zipfile.ZipFile, file_size: int, where: str, wanted: Iterable[str]
) -> Mapping[str, _Header]:
    """Read and check the headers of the wanted arrays."""
    found = set(archive.namelist())
    headers = {}
    for name in wanted:
        if f"{name}.npy" not in found:
            continue
        info = archive.getinfo(f"{name}.npy")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("the array is packed in a way that NumPy does not use")
        with archive.open(info) as stream:
            header = _header(stream)
        if header.dtype.kind not in "biufU":
            raise DataError(
                f"the array '{name}' holds {_kind(header.dtype)}, which is not allowed",
                where,
                "store plain numbers",
            )
        if min(header.shape, default=0) < 0 or header.start + header.size != info.file_size:
            raise DataError(
                f"the array '{name}' claims to be {header.shape} {header.dtype}, "
                f"but {info.file_size - header.start:,} bytes are stored",
                where,
                "the file is damaged or forged; save it again",
            )
        if info.compress_size > file_size or (
            info.file_size > max(FREE_EXPANSION, MOST_EXPANSION * info.compress_size)
        ):
            raise DataError(
                f"the array '{name}' would expand from {info.compress_size:,} to "
                f"{info.file_size:,} bytes",
                where,
                "if you trust the file, save it again with numpy.savez, uncompressed",
            )
        headers[name] = header
    needed = sum(header.count * max(4, header.dtype.itemsize) for header in headers.values())
    if needed > MOST_BYTES:
        raise DataError(
            f"the arrays need {needed >> 20:,} MiB of memory, "
            f"more than the {MOST_BYTES >> 20:,} MiB allowed",
            where,
            "use fewer or smaller images",
        )
    return headers


def _header(stream: Any) -> _Header:
    # Later versions are written for records only; their headers may claim four gigabytes.
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("the array is not in format 1.0")
    try:
        shape, column_major, dtype = np.lib.format.read_array_header_1_0(stream)
    except MemoryError:
        raise ValueError("the header is nested too deeply") from None
    return _Header(stream.tell(), shape, column_major, dtype)


def _kind(dtype: np.dtype[Any]) -> str:
    names = {"O": "Python objects", "c": "complex numbers", "S": "bytes", "V": "records"}
    return names.get(dtype.kind, str(dtype))


def _values(archive: zipfile.ZipFile, name: str, header: _Header) -> npt.NDArray[Any]:
    """Unpack one array; the archive's checksum is verified with its last byte."""
    with archive.open(f"{name}.npy") as stream:
        stream.read(header.start)
        data = stream.read(header.size)
    values = np.frombuffer(data, dtype=header.dtype, count=header.count)
    return values.reshape(header.shape, order="F" if header.column_major else "C")
