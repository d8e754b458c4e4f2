"""The confusion matrix: which classes the network takes for which, and the images behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from cnnstudio.engine import EpochEnd
from cnnstudio.studio import numbers
from cnnstudio.studio.figure import figure_button
from cnnstudio.studio.gallery import ImageList
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.theme import label
from cnnstudio.studio.training_panel.matrix_view import HEAD, MatrixView

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench


class ConfusionPanel(QWidget):
    """The matrix of the newest epoch; a click on a cell lists its images, to be pinned.

    Attributes
    ----------
    view : MatrixView
    list : ImageList
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.view = MatrixView(self)
        self.view.setObjectName("view_confusion")
        self.list = ImageList(workbench.probes, self)
        self.list.setAccessibleName("Images of the chosen cell")
        self.title = label("", "caption", "text-2")
        self.about = label("", "caption", "text-2")
        export = figure_button(self.view.figure, "the matrix", self)
        export.menu().addAction("Copy counts as text", self.copy)
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 0)
        head.addWidget(self.about)
        head.addStretch(1)
        head.addWidget(export)
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 6, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.list, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self.view)
        splitter.addWidget(self._scroll)
        splitter.addWidget(side)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(splitter, 1)
        self._sight = Sight(self)
        self._sight.entered.connect(self.refresh)
        workbench.inspector.watch(self._sight)
        self.view.chosen.connect(self._chosen)
        workbench.training.epoch_ended.connect(self._epoch_ended)
        workbench.training.run_changed.connect(self.refresh)
        workbench.inspector.verdicts_ready.connect(self._list_again)
        self.refresh()

    @Slot(object)
    def _epoch_ended(self, _: EpochEnd) -> None:
        if self._sight.seen:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the matrix of the run's newest epoch."""
        run = self._workbench.training.run
        end = run.epochs[-1] if run is not None and run.epochs else None
        seen = None if end is None else end.validation
        if seen is None or seen.confusion is None:
            self.view.show_matrix(None, ())
            why = "" if end is None else "The data have no validation labels to compare with"
            self.about.setText(why)
        else:
            self.view.show_matrix(seen.confusion, run.dataset.class_names)
            right, total = int(np.trace(seen.confusion)), int(seen.confusion.sum())
            self.about.setText(
                f"{numbers.integer(right)} of {numbers.count(total, 'validation image')} right, "
                f"{numbers.percent(right / max(total, 1), 2)} · epoch {end.epoch}"
            )
        self._list(self.view.current)

    @Slot(object)
    def _list_again(self, _: object) -> None:
        self._list(self.view.current)

    @Slot(object)
    def _chosen(self, cell: tuple[int, int] | None) -> None:
        if cell is not None:
            at = self.view.cell_rect(*cell).center()
            self._scroll.ensureVisible(round(at.x()), round(at.y()), 40, HEAD)
        self._list(cell)

    @Slot(object)
    def _list(self, cell: tuple[int, int] | None) -> None:
        probes, found = self._workbench.probes, self._workbench.inspector.verdicts
        nothing = np.zeros(0, np.int64)
        if cell is None or self.view.matrix is None:
            self.title.setText("Click a cell to see its images")
            self.list.images.show_places(nothing, None)
            return
        self.title.setText(self.view.describe(cell))
        dataset = probes.dataset
        run = self._workbench.training.run
        if found is None or dataset is None or run is None or run.dataset is not dataset:
            self.list.images.show_places(nothing, None)
            return
        # The matrix counts validation images, which stand first in the pool.
        size = len(dataset.validation)
        true, predicted = cell
        hit = (found.labels[:size] == true) & (found.predicted[:size] == predicted)
        self.list.images.show_places(np.flatnonzero(hit), found.predicted)

    def as_text(self) -> str:
        """The matrix as a table with tabs."""
        if self.view.matrix is None:
            return ""
        names = [self.view.name(i) for i in range(len(self.view.matrix))]
        lines = ["\t".join(["true\\predicted", *names])]
        for name, row in zip(names, self.view.matrix, strict=True):
            lines.append("\t".join([name, *(str(int(value)) for value in row)]))
        return "\n".join(lines)

    @Slot()
    def copy(self) -> None:
        """Put the matrix on the clipboard."""
        QGuiApplication.clipboard().setText(self.as_text())
