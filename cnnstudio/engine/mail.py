"""Messages between processes: small things through a pipe, large arrays through shared memory.

A message is any object that pickles.  Arrays of a few kilobytes and more do not go through the
pipe: they are copied once into a segment of shared memory, and the receiver sees them there.  They
stay valid until the sender rewinds, which both sides do at the same point of their conversation.
Arrays that were made by `shared_empty`, and views of them, are not even copied: both sides read and
write the same memory.  A message that holds no other arrays lasts as long as they do.

A segment is a file without a disk (``/dev/shm`` on Linux), or a named mapping on Windows.  Its name
is removed by the receiver as soon as it is open, or with the array that `shared_empty` made.
"""

from __future__ import annotations

import atexit
import copyreg
import io
import mmap
import os
import pickle
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnnstudio.errors import MemoryLimitError

Array = NDArray[Any]

_LARGE = 4096
"""Bytes from which an array goes through shared memory."""

_ALIGNMENT = 64
_PREFIX = "cnnstudio-{}-"
_HEAD = struct.Struct("<Q?")
"""Length of a message, and whether the outbox was rewound before it."""


_shared: dict[str, tuple[int, int]] = {}
"""Address and size of every segment of `shared_empty`, by name."""


class _Segment(mmap.mmap):
    """Shared memory; the name of one of `shared_empty` goes before its memory does.

    Afterwards another thread may get the same address.
    """

    name = ""

    def __del__(self) -> None:
        if _shared.pop(self.name, None):
            forget_segment(self.name)


def _forget_all() -> None:
    while _shared:
        name, _ = _shared.popitem()
        forget_segment(name)


atexit.register(_forget_all)


def create_segment(size: int) -> tuple[str, _Segment]:
    """Return the name of a new segment of shared memory, and the segment.

    Raises
    ------
    MemoryLimitError
        If there is no room for ``size`` bytes.
    """
    if sys.platform == "win32":
        name = _new_name()
        return name, _Segment(-1, size, tagname=name)
    for folder in _folders():
        with suppress(OSError):
            return _create_file(folder, size)
    raise MemoryLimitError(
        f"there is no room for {size:,} bytes of memory shared between workers",
        remedy="train with one worker or a smaller batch",
    )


def _create_file(folder: str, size: int) -> tuple[str, _Segment]:
    name = os.path.join(folder, _new_name())
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)  # room that is missing is noticed here
        else:
            os.ftruncate(descriptor, size)
        return name, _Segment(descriptor, size)
    except OSError:
        os.unlink(name)
        raise
    finally:
        os.close(descriptor)


def open_segment(name: str, size: int, keep: bool = False) -> mmap.mmap:
    """Return the segment that another process created; remove its name unless that is to keep."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=name)
    descriptor = os.open(name, os.O_RDWR)
    try:
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)
        if not keep:
            os.unlink(name)


def forget_segment(name: str) -> None:
    """Remove the name of a segment that nobody may have opened."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.unlink(name)


def shared_empty(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Return an array like `numpy.empty` that other processes can work on.

    Raises
    ------
    MemoryLimitError
        If there is no room for it.
    """
    nbytes = max(1, prod(shape) * np.dtype(dtype).itemsize)
    name, segment = create_segment(nbytes)
    flat = np.frombuffer(segment, np.uint8)
    segment.name = name
    _shared[name] = _address(flat), nbytes
    return np.ndarray(shape, dtype, buffer=flat)


def shared_copy(array: Array) -> Array:
    """Return a copy that other processes can work on, see `shared_empty`."""
    copy = shared_empty(array.shape, array.dtype)
    copy[...] = array
    return copy


def find_shared(array: Array) -> tuple[str, int, int] | None:
    """Return name and size of the segment an array lies in, and its offset; None if in none."""
    address = _address(array)
    for name, (start, size) in list(_shared.items()):
        if start <= address < start + size:
            return name, size, address - start
    return None


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def forget_segments_of(process: int) -> None:
    """Remove the names that a process left behind when it was killed."""
    for folder in _folders():
        for path in Path(folder).glob(_PREFIX.format(process) + "*"):
            forget_segment(str(path))


def _new_name() -> str:
    return _PREFIX.format(os.getpid()) + os.urandom(8).hex()


def _folders() -> Iterator[str]:
    yield "/dev/shm"
    import tempfile  # here, because all programs would wait for it, and few need it

    yield tempfile.gettempdir()


class Outbox:
    """The sending end.

    Parameters
    ----------
    stream : binary file
        A pipe to the receiver.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._name = ""
        self._segment: mmap.mmap | None = None
        self._position = 0
        self._rewound = False
        self._lasting = True
        self._reducers = {**copyreg.dispatch_table, np.ndarray: self._reduce}

    def rewind(self) -> None:
        """Use the shared memory again from its start: all arrays sent so far become invalid."""
        self._position = 0
        self._rewound = True

    def send(self, message: Any) -> None:
        """Send a message.

        Raises
        ------
        OSError, ValueError
            If nobody reads any more, or the outbox is closed.
        """
        packed, _ = self.pack(message)
        self._stream.write(_HEAD.pack(len(packed), self._rewound) + packed)
        self._stream.flush()
        self._rewound = False

    def pack(self, message: Any) -> tuple[bytes, bool]:
        """Return a message in bytes, and whether it lasts: it holds no arrays but shared ones."""
        self._lasting = True
        packed = io.BytesIO()
        pickler = pickle.Pickler(packed, protocol=pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = self._reducers
        pickler.dump(message)
        return packed.getvalue(), self._lasting

    def close(self) -> None:
        """Send no more."""
        forget_segment(self._name)
        with suppress(OSError):
            self._stream.close()

    def _reduce(self, array: Array) -> Any:
        """Return how to pickle an array: as the place in shared memory where it is found."""
        found = find_shared(array)
        if found:
            return _find, (True, *found, array.shape, array.dtype.str, array.strides)
        self._lasting = False
        if array.nbytes < _LARGE:
            return array.__reduce__()
        if self._segment is None or self._position + array.nbytes > len(self._segment):
            size = max(1 << 20, 2 * array.nbytes, 2 * len(self._segment or b""))
            self._name, self._segment = create_segment(size)
            self._position = 0
        start = self._position
        there = np.ndarray(array.shape, array.dtype, buffer=self._segment, offset=start)
        there[...] = array
        self._position += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
        place = (False, self._name, len(self._segment), start)
        return _find, (*place, array.shape, array.dtype.str, None)


def _find(*place: Any) -> Array:
    """Stand for `Inbox.find` in pickled messages."""
    raise TypeError("only an inbox finds arrays")


class Inbox:
    """The receiving end of an `Outbox`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._segments: dict[str, mmap.mmap] = {}
        self._lasting: dict[str, mmap.mmap] = {}

    def receive(self) -> Any:
        """Wait for a message and return it.

        Raises
        ------
        EOFError
            If the sender is gone.
        """
        length, rewound = _HEAD.unpack(self._read(_HEAD.size))
        if rewound:
            for name in list(self._segments)[:-1]:
                del self._segments[name]
        return self.unpack(self._read(length))

    def unpack(self, packed: bytes) -> Any:
        """Return the message that an outbox packed."""
        return _Unpickler(io.BytesIO(packed), self).load()

    def close(self) -> None:
        """Receive no more."""
        self._stream.close()

    def find(
        self,
        lasting: bool,
        name: str,
        size: int,
        start: int,
        shape: tuple[int, ...],
        dtype: str,
        strides: tuple[int, ...] | None,
    ) -> Array:
        """Return the array at a place."""
        segments = self._lasting if lasting else self._segments
        segment = segments.get(name)
        if segment is None:
            segment = segments[name] = open_segment(name, size, keep=lasting)
        return np.ndarray(shape, dtype, buffer=segment, offset=start, strides=strides)

    def forget(self) -> None:
        """Close the segments of all arrays of `shared_empty` seen so far."""
        self._lasting.clear()

    def _read(self, count: int) -> bytes:
        found = self._stream.read(count)
        if len(found) < count:
            raise EOFError
        return found


class _Unpickler(pickle.Unpickler):
    """Finds arrays in an inbox's shared memory."""

    def __init__(self, stream: IO[bytes], inbox: Inbox) -> None:
        super().__init__(stream)
        self._inbox = inbox

    def find_class(self, module: str, name: str) -> Any:
        return self._inbox.find if name == _find.__name__ else super().find_class(module, name)
