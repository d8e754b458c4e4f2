"""One BLAS thread per process while the engine computes.

More would fight with the workers for the processors, and other thread counts give other last bits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController

_lock = threading.Lock()
_users = 0
_before: list[int] = []


@cache
def _libraries() -> list[Any]:
    """Return the BLAS libraries; asking them directly takes a tenth of the time of `limit`."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


@contextmanager
def single_thread() -> Iterator[None]:
    """Limit BLAS to one thread, in the whole process; the last of several users lifts the limit."""
    global _users, _before
    with _lock:
        if _users == 0:
            _before = [library.get_num_threads() for library in _libraries()]
            _set([1] * len(_before))
        _users += 1
    try:
        yield
    finally:
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
