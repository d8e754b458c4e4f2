"""The Log tab: what is logged under ``cnnstudio``, as it comes."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from cnnstudio.home import LOG_NAME, home
from cnnstudio.studio.theme import theme
from cnnstudio.studio.workbench import Workbench

LINES = 2000
_FORMAT = "%(asctime)s  %(levelname)-7s  %(message)s"


class LogSource(QObject):
    """Brings log records of every thread to the main one.

    Signals
    -------
    line
        One formatted record.
    """

    line = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[str] = []
        self.line.connect(self._keep)
        self._handler = _Forward(self)
        logger = logging.getLogger("cnnstudio")
        logger.addHandler(self._handler)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)

    def close(self) -> None:
        """Leave the logger."""
        logging.getLogger("cnnstudio").removeHandler(self._handler)
        self._handler.close()

    @Slot(str)
    def _keep(self, line: str) -> None:
        self.lines.append(line)
        del self.lines[:-LINES]


class _Forward(logging.Handler):
    """Emits records as a signal, which Qt queues when another thread logs."""

    def __init__(self, source: LogSource) -> None:
        super().__init__()
        self._source = source
        self.setFormatter(logging.Formatter(_FORMAT, "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record on."""
        self._source.line.emit(self.format(record))


class LogPanel(QWidget):
    """The last lines of the log."""

    def __init__(
        self, workbench: Workbench, source: LogSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.text = QPlainTextEdit()
        self.text.setObjectName("log_text")
        self.text.setAccessibleName("Log")
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(LINES)
        self.text.setFont(theme().font("cell"))
        self.text.setPlaceholderText("Nothing has been reported yet")
        folder = QPushButton("Open folder")
        folder.setObjectName("log_folder")
        folder.setAccessibleName("Open the folder of the log files")
        folder.setToolTip(str(home() / LOG_NAME))
        folder.clicked.connect(workbench.actions["action_log_folder"].trigger)
        copy = QPushButton("Copy")
        copy.setObjectName("log_copy")
        copy.setAccessibleName("Copy the log")
        copy.setToolTip("Copy the whole log")
        copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(copy)
        row.addWidget(folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.text)
        column.addLayout(row)
        for line in source.lines:
            self.text.appendPlainText(line)
        source.line.connect(self._append)

    @Slot(str)
    def _append(self, line: str) -> None:
        self.text.appendPlainText(line)

    def _copy(self) -> None:
        self.text.selectAll()
        self.text.copy()
        cursor = self.text.textCursor()
        cursor.clearSelection()
        self.text.setTextCursor(cursor)
