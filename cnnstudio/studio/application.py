"""The application around the window: name, theme, garbage collection, the command line's call."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from cnnstudio.studio.theme import theme

COLLECT_MS = 500

SWITCH_INTERVAL = 0.0005
"""Seconds a thread of Python computes before another one may: a tenth of the usual.

Training and the screen share the interpreter; a short interval gives the trainer back what a busy
screen cost it, and the screen its turn sooner.
"""


class Collector(QObject):
    """Collects garbage in the main thread only.

    Objects of Qt must die in their own thread; the interpreter would collect in whichever thread
    happens to allocate.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(COLLECT_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect the generations that have grown over their threshold."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return


def create_application(argv: Sequence[str] | None = None) -> QApplication:
    """Make the application, or dress the one there is; call it before `MainWindow`."""
    found = QApplication.instance()
    application = (
        found if isinstance(found, QApplication) else QApplication(list(argv or sys.argv[:1]))
    )
    application.setApplicationName("cnnstudio")
    application.setApplicationDisplayName("CNN Studio")
    application.setOrganizationName("cnnstudio")
    application.setDesktopFileName("cnnstudio")
    application.setQuitOnLastWindowClosed(True)
    if application.findChild(Collector) is None:
        Collector(application)
        theme().apply(application)
        atexit.register(_forget_clipboard)
    sys.setswitchinterval(SWITCH_INTERVAL)
    return application


def settle() -> None:
    """Spare the collector what start-up made; it lives until the end.

    A full collection would look at all of it, longer than a frame takes.
    """
    gc.freeze()


def main(argv: Sequence[str] | None = None) -> int:
    """Open the studio and return its exit status; see `cnnstudio.studio.options`."""
    from cnnstudio.studio.options import parse

    options = parse(sys.argv[1:] if argv is None else argv)
    if options.screenshot:
        from cnnstudio.studio.screenshot import take

        if not _has_display():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        return take(options)
    application = create_application([sys.argv[0]])
    from cnnstudio.engine.plan import default_workers
    from cnnstudio.engine.processes import prepare
    from cnnstudio.studio.window import MainWindow

    window = MainWindow(options.design)
    if options.theme:
        theme().set_mode(options.theme)
    if options.size:
        window.resize(*options.size)
    window.show()
    settle()
    QTimer.singleShot(0, lambda: prepare(default_workers() - 1))
    return application.exec()


def _forget_clipboard() -> None:
    """Without a desktop the clipboard lives in Qt and outlives Python, whose data it holds."""
    if QApplication.instance() is not None and QApplication.platformName() == "offscreen":
        QApplication.clipboard().clear()


def _has_display() -> bool:
    if "QT_QPA_PLATFORM" in os.environ or sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
