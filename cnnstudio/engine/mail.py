"""Messages between processes: small things through a pipe, large arrays through shared memory.

A message is any object that pickles.  Arrays of a few kilobytes and more do not go through the
pipe: they are copied once into a segment of shared memory, and the receiver sees them there.  They
stay valid until the sender rewinds, which both sides do at the same point of their conversation.

A segment is a file without a disk (``/dev/shm`` on Linux), or a named mapping on Windows.  The
receiver removes its name at once, so that no segment can outlive the processes that use it.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import struct
import sys
import tempfile
from contextlib import suppress
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from cnnstudio.errors import MemoryLimitError

_LARGE = 4096
"""Bytes from which an array goes through shared memory."""

_ALIGNMENT = 64
_LENGTH = struct.Struct("<Q")


def create_segment(size: int) -> tuple[str, mmap.mmap]:
    """Return the name of a new segment of shared memory, and the segment.

    Raises
    ------
    MemoryLimitError
        If there is no room for ``size`` bytes.
    """
    if sys.platform == "win32":
        name = f"cnnstudio-{uuid4().hex}"
        return name, mmap.mmap(-1, size, tagname=name)
    for folder in ("/dev/shm", tempfile.gettempdir()):
        with suppress(OSError):
            return _create_file(folder, size)
    raise MemoryLimitError(
        f"there is no room for {size:,} bytes of memory shared between workers",
        remedy="train with one worker or a smaller batch",
    )


def _create_file(folder: str, size: int) -> tuple[str, mmap.mmap]:
    descriptor, name = tempfile.mkstemp(prefix="cnnstudio-", dir=folder)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)  # room that is missing is noticed here
        else:
            os.ftruncate(descriptor, size)
        return name, mmap.mmap(descriptor, size)
    except OSError:
        os.unlink(name)
        raise
    finally:
        os.close(descriptor)


def open_segment(name: str, size: int) -> mmap.mmap:
    """Return the segment that another process created, and remove its name."""
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=name)
    descriptor = os.open(name, os.O_RDWR)
    try:
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)
        os.unlink(name)


def forget_segment(name: str) -> None:
    """Remove the name of a segment that nobody may have opened."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.unlink(name)


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

    def rewind(self) -> None:
        """Use the shared memory again from its start: all arrays sent so far become invalid."""
        self._position = 0
        self._rewound = True

    def send(self, message: Any) -> None:
        """Send a message.

        Raises
        ------
        OSError
            If nobody reads any more.
        """
        pickled = io.BytesIO()
        pickled.write(bytes(_LENGTH.size))
        _Pickler(pickled, self).dump((self._rewound, message))
        self._rewound = False
        with pickled.getbuffer() as buffer:
            _LENGTH.pack_into(buffer, 0, len(buffer) - _LENGTH.size)
            self._stream.write(buffer)
        self._stream.flush()

    def close(self) -> None:
        """Send no more."""
        forget_segment(self._name)
        with suppress(OSError):
            self._stream.close()

    def place(self, array: NDArray[Any]) -> tuple[Any, ...]:
        """Copy an array into shared memory and return where it is."""
        if self._segment is None or self._position + array.nbytes > len(self._segment):
            size = max(1 << 20, 2 * array.nbytes, 2 * len(self._segment or b""))
            self._name, self._segment = create_segment(size)
            self._position = 0
        start = self._position
        there = np.ndarray(array.shape, array.dtype, buffer=self._segment, offset=start)
        there[...] = array
        self._position += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
        return self._name, len(self._segment), start, array.shape, array.dtype


class _Pickler(pickle.Pickler):
    """Sends large arrays through an outbox's shared memory."""

    def __init__(self, stream: IO[bytes], outbox: Outbox) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self._outbox = outbox

    def persistent_id(self, thing: Any) -> Any:
        if type(thing) is np.ndarray and thing.nbytes >= _LARGE:
            return self._outbox.place(thing)
        return None


class Inbox:
    """The receiving end of an `Outbox`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._segments: dict[str, mmap.mmap] = {}

    def receive(self) -> Any:
        """Wait for a message and return it.

        Raises
        ------
        EOFError
            If the sender is gone.
        """
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        rewound, message = _Unpickler(io.BytesIO(self._read(length)), self).load()
        if rewound:
            for name in list(self._segments)[:-1]:
                del self._segments[name]
        return message

    def close(self) -> None:
        """Receive no more."""
        self._stream.close()

    def find(self, name: str, size: int, start: int, shape: tuple[int, ...], dtype: Any) -> Any:
        """Return the array at a place."""
        segment = self._segments.get(name)
        if segment is None:
            segment = self._segments[name] = open_segment(name, size)
        return np.ndarray(shape, dtype, buffer=segment, offset=start)

    def _read(self, count: int) -> bytes:
        found = self._stream.read(count)
        if len(found) < count:
            raise EOFError
        return found


class _Unpickler(pickle.Unpickler):
    """Finds large arrays in an inbox's shared memory."""

    def __init__(self, stream: IO[bytes], inbox: Inbox) -> None:
        super().__init__(stream)
        self._inbox = inbox

    def persistent_load(self, place: Any) -> Any:
        return self._inbox.find(*place)
