"""How NumPy works while the engine computes: one BLAS thread per process, and short buffers.

More threads would fight with the workers for the processors, and other thread counts give other
last bits.

NumPy copies operands whose contiguous runs are shorter than its buffer, 8192 numbers, into that
buffer before it adds or compares them.  The engine's runs are N·C numbers, often about 1000, and
stay where they are if the buffer is no longer than that: every second column of a map is then
compared in half the time, and whole steps take 3 to 6 % less.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import OpenBLASController, ThreadpoolController

_lock = threading.Lock()
_users = 0
_before: list[int] = []


@cache
def _libraries() -> list[Any]:
    """Return the BLAS libraries; asking them directly takes a tenth of the time of `limit`."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


BUFFER = 1024
"""Numbers in the buffers of NumPy's loops."""


@contextmanager
def single_thread() -> Iterator[None]:
    """Limit BLAS to one thread, in the whole process; the last of several users lifts the limit.

    The length of NumPy's buffers changes in the calling thread alone.
    """
    global _users, _before
    buffer = np.setbufsize(BUFFER)
    with _lock:
        if _users == 0:
            _before = [library.get_num_threads() for library in _libraries()]
            _set([1] * len(_before))
        _users += 1
    try:
        yield
    finally:
        np.setbufsize(buffer)
        with _lock:
            _users -= 1
            if _users == 0:
                _set(_before)


def _set(counts: list[int]) -> None:
    """Set the number of threads of each library.

    threadpoolctl lets only the first thread that asked change it; here the first and the last user
    may be any threads, one at a time.
    """
    OpenBLASController.clear_controlling_thread(force=True)
    for library, count in zip(_libraries(), counts, strict=True):
        library.set_num_threads(count)
