"""The data chip: which images are at hand, and the menu that loads others."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QThread, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from cnnstudio import data
from cnnstudio.studio import numbers
from cnnstudio.studio.errors import Reporter
from cnnstudio.studio.recent import Recent
from cnnstudio.studio.theme import label, mark, theme
from cnnstudio.studio.workbench import Workbench

BUILT_IN = "mnist5k"
STOP_MS = 2000
_SHORT_TITLES = {"mnist5k": "MNIST 5k"}

log = logging.getLogger("cnnstudio.studio")


class _Reading(QThread):
    """Reads one data set; `result` is a Dataset or an exception when it has finished."""

    def __init__(self, source: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.result: data.Dataset | BaseException | None = None

    def run(self) -> None:
        """Read in this thread."""
        try:
            self.result = data.load(self.source)
        except Exception as error:
            # Shown by the window: an exception may not leave a thread.
            self.result = error


class DataLoader(QObject):
    """Reads data sets beside the screen and hands them to the workbench.

    Signals
    -------
    loading
        A set is being read, or no longer.
    """

    loading = Signal()

    def __init__(
        self, workbench: Workbench, reporter: Reporter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workbench, self._reporter = workbench, reporter
        self.recent = Recent(workbench.settings, "data", self)
        self._reading: _Reading | None = None
        self._next: str | None = None

    @property
    def source(self) -> str:
        """What is being read, empty if nothing is."""
        return self._reading.source if self._reading else ""

    def load_built_in(self) -> None:
        """Use the digits that come with the program."""
        self.load(BUILT_IN)

    def load(self, source: str) -> None:
        """Read a data set by name or path; the last one asked for is the one that counts."""
        if self._reading is not None:
            self._next = source
            return
        self._reading = _Reading(source, self)
        self._reading.finished.connect(self._finished)
        self._reading.start()
        self.loading.emit()

    @Slot()
    def _finished(self) -> None:
        reading, self._reading = self._reading, None
        if reading is None:
            return
        reading.wait()
        reading.deleteLater()
        following, self._next = self._next, None
        if following is not None:
            self.load(following)
            return
        if isinstance(reading.result, BaseException):
            self._reporter.show(reading.result)
        elif reading.result is not None:
            if reading.source not in data.names():
                self.recent.add(Path(reading.source))
            log.info("%s", reading.result.describe())
            self._workbench.set_dataset(reading.result)
        self.loading.emit()

    def choose(self, parent: QWidget) -> None:
        """Ask for a file and read it."""
        path, _ = QFileDialog.getOpenFileName(
            parent, "Load images", "", "Data sets (*.npz);;All files (*)"
        )
        if path:
            self.load(path)

    def close(self) -> None:
        """Wait for what is being read; its result is no longer wanted."""
        reading, self._reading, self._next = self._reading, None, None
        if reading is not None:
            reading.finished.disconnect(self._finished)
            if not reading.wait(STOP_MS):
                log.warning("reading %s takes long to end", reading.source)
                reading.wait()


class DataChip(QToolButton):
    """``MNIST 5k 1×28×28 · 10 classes``; opens a menu with other data."""

    def __init__(
        self, workbench: Workbench, loader: DataLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("data_chip")
        mark(self, chip=True)
        self._workbench, self._loader = workbench, loader
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMinimumWidth(216)
        self.icon_label = QLabel()
        self.title = label("", "strong")
        self.facts = label("", "label")
        self.arrow = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(7)
        for widget in (self.icon_label, self.title, self.facts):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.arrow)
        for widget in (self.icon_label, self.title, self.facts, self.arrow):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        menu = QMenu(self)
        menu.setObjectName("data_menu")
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self._fill()
        workbench.dataset_changed.connect(self.refresh)
        loader.loading.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        """As wide as its labels."""
        hint = super().sizeHint()
        hint.setWidth(self.layout().sizeHint().width())
        return hint

    @Slot()
    def refresh(self) -> None:
        """Show the data at hand."""
        ratio = self.devicePixelRatioF()
        self.icon_label.setPixmap(theme().pixmap("input", 15, "text-2", ratio))
        self.arrow.setPixmap(theme().pixmap("chevron-down", 12, "text-3", ratio))
        dataset = self._workbench.dataset
        if self._loader.source:
            name = Path(self._loader.source).stem
            title, facts = _SHORT_TITLES.get(name, name), "reading …"
        elif dataset is None:
            title, facts = "No images", ""
        else:
            title = _SHORT_TITLES.get(dataset.name, dataset.title)
            classes = numbers.count(dataset.class_count, "class", "classes")
            facts = f"{numbers.shape(dataset.shape)} · {classes}"
        width = self.title.fontMetrics()
        self.title.setText(width.elidedText(title, Qt.TextElideMode.ElideMiddle, 200))
        self.facts.setText(facts)
        self.setAccessibleName(f"Data: {title} {facts}")
        more = f"{dataset.describe()}\n{dataset.source}" if dataset else facts
        self.setToolTip(f"{more}\nClick to choose other images")
        self.updateGeometry()

    @Slot()
    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        actions = self._workbench.actions
        menu.addAction(actions["action_mnist"])
        menu.addAction(actions["action_load_data"])
        if paths := self._loader.recent.paths:
            menu.addSeparator()
            for path in paths:
                entry = QAction(path.name, menu)
                entry.setToolTip(str(path))
                entry.setStatusTip(f"Load {path}")
                entry.setData(str(path))
                entry.triggered.connect(self._load_recent)
                menu.addAction(entry)

    @Slot()
    def _load_recent(self) -> None:
        self._loader.load(self.sender().data())
