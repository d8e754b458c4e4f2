"""What goes wrong is shown in a bar under the tool bar, with details to copy, and logged.

Nothing modal: the bar stays until it is closed, work goes on below it.
"""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from cnnstudio.errors import CnnStudioError
from cnnstudio.studio.theme import label, mark, theme

log = logging.getLogger("cnnstudio.studio")


@dataclass(frozen=True)
class Report:
    """An error as people see it, and as developers want it."""

    sentence: str
    details: str


def report(error: BaseException) -> Report:
    """Describe an error; our own explain themselves, others are faults of the program."""
    trace = "".join(traceback.format_exception(error))
    sentence = (
        _sentence(str(error))
        if isinstance(error, CnnStudioError)
        else f"Something went wrong in the program: {type(error).__name__}: {error}"
    )
    return Report(sentence, f"{sentence}\n\n{versions()}\n\n{trace}")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def versions() -> str:
    """One line on the program and what it stands on."""
    import numpy
    import PySide6

    import cnnstudio

    return (
        f"CNN Studio {cnnstudio.__version__}, Python {platform.python_version()}, "
        f"NumPy {numpy.__version__}, PySide6 {PySide6.__version__}, {platform.platform()}"
    )


class Reporter(QObject):
    """Catches what no one else caught, in any thread, and hands it to the window.

    Signals
    -------
    reported
        A `Report`; emitted in the thread of the error, so slots of the window are queued.
    """

    reported = Signal(object)

    def install(self) -> None:
        """Take over the hooks of the interpreter."""
        sys.excepthook = self._in_main
        threading.excepthook = self._in_thread

    def restore(self) -> None:
        """Give the hooks of the interpreter back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _in_main(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.show(error.with_traceback(trace))

    def _in_thread(self, caught: Any) -> None:
        if caught.exc_value is not None:
            self.show(caught.exc_value)

    def show(self, error: BaseException) -> None:
        """Log an error and show it."""
        made = report(error)
        if isinstance(error, CnnStudioError):
            log.error("%s", made.sentence)
        else:
            log.error("%s", made.sentence, exc_info=error)
        self.reported.emit(made)


class ErrorBar(QFrame):
    """A bar with one sentence, a button that copies the details, and one that closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error_bar")
        self.setAccessibleName("Error")
        mark(self, surface="error")
        self._details = ""
        icon = QLabel()
        icon.setPixmap(theme().pixmap("error", 16, "error", self.devicePixelRatioF()))
        self.sentence = label("", "strong", "error")
        self.sentence.setObjectName("error_sentence")
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = QPushButton("Copy details")
        self.copy_button.setObjectName("error_copy")
        self.copy_button.setAccessibleName("Copy the details of the error")
        self.copy_button.setToolTip("Copy sentence, versions and trace, for a bug report")
        self.copy_button.clicked.connect(self._copy)
        self.close_button = QToolButton()
        self.close_button.setObjectName("error_close")
        self.close_button.setAccessibleName("Close the error")
        self.close_button.setToolTip("Close")
        theme().set_icon(self.close_button, "close")
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(icon)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.close_button)
        self.hide()

    @Slot(object)
    def show_report(self, made: Report) -> None:
        """Show an error in place of the one before."""
        self._details = made.details
        self.sentence.setText(made.sentence)
        self.setAccessibleDescription(made.sentence)
        self.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
