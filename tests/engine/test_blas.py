"""The limit on BLAS threads holds in whatever thread asks for it and ends with the last user."""

import threading

import numpy as np
from threadpoolctl import threadpool_info

from cnnstudio.engine import blas


def blas_threads() -> list[int]:
    return [info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"]


def test_every_thread_may_limit_after_any_other():
    before = blas_threads()
    seen = []

    def work():
        with blas.single_thread():
            seen.append(blas_threads())

    for _ in range(2):
        work()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == [[1] * len(before)] * 4
    assert blas_threads() == before


def test_the_last_user_lifts_the_limit():
    before = blas_threads()
    entered, leave = threading.Event(), threading.Event()

    def work():
        with blas.single_thread():
            entered.set()
            leave.wait()

    with blas.single_thread():
        thread = threading.Thread(target=work)
        thread.start()
        entered.wait()
    assert blas_threads() == [1] * len(before)
    leave.set()
    thread.join()
    assert blas_threads() == before


def test_limits_nest():
    before = blas_threads()
    with blas.single_thread(), blas.single_thread():
        assert blas_threads() == [1] * len(before)
    assert blas_threads() == before


def test_buffers_are_short_inside_and_as_they_were_outside():
    np.setbufsize(4096)
    try:
        with blas.single_thread():
            assert np.getbufsize() == blas.BUFFER
            with np.errstate(all="ignore"):
                assert np.getbufsize() == blas.BUFFER
        assert np.getbufsize() == 4096
    finally:
        np.setbufsize(8192)
