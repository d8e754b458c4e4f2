"""One BLAS thread per worker while the engine computes.

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
_limit: Any = None


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def single_thread() -> Iterator[None]:
    """Limit BLAS to one thread, in the whole process; the last of several users lifts the limit.

    threadpoolctl lets only the first thread that asked change the limit.  Here any thread may be
    the first user and any other the last, one at a time.
    """
    global _users, _limit
    with _lock:
        if _users == 0:
            OpenBLASController.clear_controlling_thread(force=True)
            _limit = _controller().limit(limits=1, user_api="blas")
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                OpenBLASController.clear_controlling_thread(force=True)
                _limit.restore_original_limits()
