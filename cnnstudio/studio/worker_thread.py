"""A thread for work beside the screen; whoever began it may die before it has ended."""

from __future__ import annotations

import atexit
from functools import partial

from PySide6.QtCore import QObject, QThread, QTimer, Slot

CLOSE_MS = 2000
"""How long `WorkerThread.end` waits for the work under way."""

_running: set[WorkerThread] = set()


class Worker(QObject):
    """An object without a parent whose slots do long work."""

    def stop(self) -> None:
        """End the work under way as soon as possible; called from another thread."""
        raise NotImplementedError


class WorkerThread(QThread):
    """A thread with an event loop, and the worker that lives in it.

    Qt aborts the program when a `QThread` is destroyed while it runs.  So this one has no parent,
    and from `start` until it has finished, this module keeps it and its worker alive.  What is
    still busy when the program ends is stopped and waited for.

    Parameters
    ----------
    worker : Worker
        Signals connected to its slots call them in this thread.
    name : str
        The object name.
    """

    def __init__(self, worker: Worker, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.worker = worker
        worker.moveToThread(self)
        self.finished.connect(self._finished)

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        """Begin the event loop."""
        _running.add(self)
        super().start(priority)

    def end(self) -> None:
        """Stop the worker, leave the event loop, and wait up to two seconds for that."""
        self.worker.stop()
        self.quit()
        if self.wait(CLOSE_MS):
            _running.discard(self)

    @Slot()
    def _finished(self) -> None:
        self.wait()
        # In the next turn: here the last reference might go, and with it the object of this slot.
        QTimer.singleShot(0, partial(_running.discard, self))


def _wait_for_all() -> None:
    for thread in tuple(_running):
        thread.worker.stop()
        thread.quit()
        thread.wait()


# Qt registered its own end when it was imported, so it comes after this.
atexit.register(_wait_for_all)
