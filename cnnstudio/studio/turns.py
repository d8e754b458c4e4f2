"""Work of the screen that can wait a moment, one piece per turn of the event loop.

After an epoch a dozen views have something new to show.  All at once they would hold the screen up
for longer than a frame; one after the other, the pointer and the keys come in between.
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

PAUSE_MS = 4
"""Between two pieces of work: time for the trainer, which shares the interpreter."""


class Turns(QObject):
    """A queue of methods to call; there is one for the whole program, see `turns`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Callable[[], object], None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._next)

    def soon(self, work: Callable[[], object]) -> None:
        """Call a bound method of an object of Qt soon, once, unless the object dies before."""
        self._waiting.setdefault(work)
        if not self._timer.isActive():
            self._timer.start()

    def forget(self) -> None:
        """Leave out all that waits; for the end."""
        self._waiting.clear()
        self._timer.stop()

    @Slot()
    def _next(self) -> None:
        while self._waiting:
            work = next(iter(self._waiting))
            del self._waiting[work]
            if shiboken6.isValid(work.__self__):
                break
        else:
            return
        if self._waiting:
            self._timer.start()
        work()


def turns() -> Turns:
    """The queue of the running application."""
    application = QCoreApplication.instance()
    assert application is not None
    return application.findChild(Turns) or Turns(application)
