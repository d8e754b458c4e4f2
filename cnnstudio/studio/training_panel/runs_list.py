"""Runs by name: shown or hidden, renamed in place."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.run import Run
from cnnstudio.studio.theme import theme
from cnnstudio.studio.training import Training


class RunsList(QListWidget):
    """Earlier runs, newest first, with a box to show their curves."""

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self.setObjectName("runs")
        self.setAccessibleName("Earlier runs")
        self.setToolTip("Earlier runs: tick to show their curves in grey, F2 renames")
        self.setFont(theme().font("cell"))
        self.itemChanged.connect(self._changed)
        training.run_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """List the runs."""
        self.blockSignals(True)
        self.clear()
        flags = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
        for run in reversed(self._training.runs):
            item = QListWidgetItem(run.title)
            item.setFlags(item.flags() | flags)
            shown = Qt.CheckState.Checked if run.visible else Qt.CheckState.Unchecked
            item.setCheckState(shown)
            item.setData(Qt.ItemDataRole.UserRole, run.id)
            item.setToolTip(summary(run))
            item.setSizeHint(QSize(0, 20))
            self.addItem(item)
        self.blockSignals(False)
        self.setVisible(bool(self._training.runs))

    @Slot(QListWidgetItem)
    def _changed(self, item: QListWidgetItem) -> None:
        number = item.data(Qt.ItemDataRole.UserRole)
        run = next((run for run in self._training.runs if run.id == number), None)
        if run is None:
            return
        title, shown = item.text(), item.checkState() == Qt.CheckState.Checked
        self._training.rename(run, title)
        self._training.show_run(run, shown)


def summary(run: Run) -> str:
    """A run in one line."""
    plan = run.plan
    rate = numbers.significant(plan.optimizer.learning_rate)
    text = (
        f"{run.design.name}, {numbers.count(run.epoch, 'epoch')}, "
        f"{type(plan.optimizer).title} {rate}, batch {plan.batch_size}, seed {plan.seed}"
    )
    best = run.best
    if best is not None and best.validation is not None:
        text += f"; best validation loss {numbers.loss(best.validation.loss)}"
    return text
