"""One BLAS thread per worker while the engine computes.

More would fight with the workers for the processors, and other thread counts give other last bits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_users = 0
_before: list[int] = []


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@cache
def _libraries() -> list[Any]:
    """Return the BLAS libraries; asking them directly takes a tenth of the time of `limit`."""
    return list(_controller().select(user_api="blas").lib_controllers)


@contextmanager
def single_thread() -> Iterator[None]:
    """Limit BLAS to one thread; the last of several users restores what was before."""
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
    for library, count in zip(_libraries(), counts, strict=True):
        library.set_num_threads(count)
