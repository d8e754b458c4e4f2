"""Worker processes: Python's interpreter lock would make threads wait for each other.

A worker is a second Python that runs `cnnstudio.engine.worker` and answers one message after the
other.  It starts in the background and takes about a third of a second; whoever needs workers uses
those that are ready.  Executors borrow workers and give them back, so that a program starts each of
them once.

A worker ends when its pipe does.  So it cannot outlive the program, however that ends; and if a
worker ends first, whoever waits for it gets a `WorkerError`.
"""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import sys
import threading
from contextlib import suppress
from typing import Any

from cnnstudio.engine.mail import Inbox, Outbox, create_segment, forget_segment
from cnnstudio.engine.messages import CONTROL_BYTES, FAREWELL, INTERRUPT, READY, Clear, Failure
from cnnstudio.errors import CnnStudioError

_PROGRAM = """
import pickle, sys
try:
    sys.path[:] = pickle.load(sys.stdin.buffer)
except EOFError:
    sys.exit()
from cnnstudio.engine.worker import main
main()
"""

_ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


class WorkerError(CnnStudioError):
    """A worker process ended before its work was done."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process ended unexpectedly, perhaps for lack of memory",
            remedy="try again, or with one worker",
        )


class Worker:
    """A worker process, from the outside.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self) -> None:
        import subprocess  # here, because all programs would wait for it, and few need it

        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl+C is for the main process
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._outbox = Outbox(self._process.stdin)
        self._inbox = Inbox(self._process.stdout)
        self._name, self._control = create_segment(CONTROL_BYTES)
        self._known: dict[int, Any] = {}
        with suppress(OSError):
            pickle.dump(sys.path, self._process.stdin)
            self._outbox.send((self._name, os.getpid()))

    @property
    def ready(self) -> bool:
        """Whether it waits for messages, or works on one."""
        return bool(self._control[READY])

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def require_alive(self) -> None:
        """Do nothing while the process runs.

        Raises
        ------
        WorkerError
            If it has ended.
        """
        if not self.alive:
            raise WorkerError

    def post(self, message: Any, *arguments: Any, number: int = 0) -> None:
        """Send a message, which the worker will answer.

        Parameters
        ----------
        message : a message
        *arguments
            Of the message's ``follow``.
        number : int
            Under which the worker remembers the message.  If it lasts (see `Outbox.pack`) it need
            not be sent again.

        Raises
        ------
        WorkerError
            If it has ended.
        """
        self._control[INTERRUPT] = 0
        packed, lasts = None, True
        try:
            if self._known.pop(number, None) is not message:
                packed, lasts = self._outbox.pack(message)
            self._outbox.send((number, packed, arguments))
            if lasts:
                self._known[number] = message
        except (OSError, ValueError):
            self.end()
            raise WorkerError from None

    def receive(self) -> Any:
        """Wait for the answer to a message and return it.

        Raises
        ------
        WorkerError
            If the worker ends first.
        BaseException
            What was raised in the worker.
        """
        try:
            answer = self._inbox.receive()
        except EOFError:
            self.end()
            raise WorkerError from None
        except BaseException:  # Ctrl+C: nobody knows how much of the answer was read
            self.end()
            raise
        if isinstance(answer, Failure):
            raise answer.error
        return answer

    def interrupt(self) -> None:
        """Drop the work under way; its answer will say so."""
        self._control[INTERRUPT] = 1

    def rewind(self) -> None:
        """Take back the shared memory of all messages sent so far."""
        self._outbox.rewind()

    def clear(self) -> None:
        """Let the worker forget everything.

        Raises
        ------
        WorkerError
            If it has ended.
        """
        self._known.clear()
        self.rewind()
        if self.ready:
            self.post(Clear())
            self.receive()

    def end(self) -> None:
        """End the process."""
        self._control[FAREWELL] = 1
        self._outbox.close()
        forget_segment(self._name)
        from subprocess import TimeoutExpired

        try:
            self._process.wait(1)
        except TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._inbox.close()


_log = logging.getLogger(__name__)
_idle: list[Worker] = []
_lock = threading.Lock()


def prepare(count: int) -> None:
    """Start workers in the background until ``count`` of them wait for work.

    Where no Python can be started, as in a program frozen into one file, there are fewer.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        return
    with _lock:
        for worker in [worker for worker in _idle if not worker.alive]:
            _idle.remove(worker)
            worker.end()
        try:
            while len(_idle) < count:
                _idle.append(Worker())
        except OSError as error:
            _log.warning("no more worker processes can be started: %s", error)


def borrow(count: int) -> list[Worker]:
    """Return up to ``count`` workers, some of which may not be ready yet."""
    prepare(count)
    with _lock:
        _idle.sort(key=lambda worker: not worker.ready)
        borrowed = _idle[:count]
        del _idle[:count]
    return borrowed


def give_back(workers: list[Worker]) -> None:
    """Return borrowed workers that are between two messages; the list is emptied."""
    cleared = []
    for worker in workers:
        with suppress(WorkerError):
            worker.clear()
            cleared.append(worker)
    with _lock:
        _idle.extend(cleared)
        surplus = _idle[os.cpu_count() or 1 :]
        del _idle[os.cpu_count() or 1 :]
    workers.clear()
    for worker in surplus:
        worker.end()


def _end_all() -> None:
    for worker in _idle:
        worker.end()


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)
