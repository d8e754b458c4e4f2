"""The form of the training plan."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.engine import OPTIMIZERS, Optimizer, Plan
from cnnstudio.errors import SettingError
from cnnstudio.layers.settings import Setting
from cnnstudio.studio.theme import METRICS, label
from cnnstudio.studio.training import Training
from cnnstudio.studio.training_panel.fields import ChoiceField, dress, field_for

FIRST = ("epochs", "batch_size", "optimizer", "learning_rate", "seed")
"""What is changed most, and all there is room for beside the curves of a narrow panel."""

LAST = ("loss", "shuffle", "workers")
LABELS = {"batch_size": "Batch", "learning_rate": "Rate", "weight_decay": "Decay"}
DEFAULTS = {"sgd": {"momentum": 0.9}}
"""Settings of an optimiser that are not its own defaults when it is chosen here."""

CELL = 78
"""Least width of a field with its name above it."""

_UNBOUNDED = 16_777_215


class PlanForm(QScrollArea):
    """Edits the plan of the next run; the learning rate also that of the run under way.

    The fields stand in as many columns as there is room for.
    """

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._fields: dict[str, Any] = {}
        self._cells: dict[str, QWidget] = {}
        self._optimizer_rows: list[str] = []
        self._brief = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(METRICS.panel_padding, 6, 6, 4)
        outer.setSpacing(6)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(5)
        self._grid.setHorizontalSpacing(8)
        outer.addLayout(self._grid)
        self._note = label("", "caption")
        self._note.setWordWrap(True)
        outer.addWidget(self._note)
        outer.addStretch(1)
        self.setWidget(body)
        settings = Plan.settings()
        for name in (*FIRST, *LAST):
            if name in settings:
                self._add(name, settings[name])
        titles = {name: cls.title for name, cls in OPTIMIZERS.items()}
        self._optimizer = ChoiceField(titles, self)
        how = Setting("choice", "How weights move", label="Optimiser")
        dress(self._optimizer, "optimizer", how)
        self._optimizer.valueChanged.connect(self._choose_optimizer)
        self._place("optimizer", how, self._optimizer)
        training.plan_changed.connect(self.show_plan)
        training.state_changed.connect(self._remark)
        self.show_plan()

    # where the fields stand

    def _add(self, name: str, setting: Setting) -> None:
        made = field_for(name, setting, self)
        made.valueChanged.connect(self._edited)
        self._fields[name] = made
        self._place(name, setting, made)

    def _place(self, name: str, setting: Setting, made: QWidget) -> None:
        """Put a field below its name."""
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        text = label(LABELS.get(name, setting.label), "caption", "text-2")
        text.setToolTip(made.toolTip())
        text.setBuddy(made)
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(text)
        column.addWidget(made)
        column.addStretch(1)
        self._cells[name] = cell

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width."""
        super().resizeEvent(event)
        self._arrange()

    def set_brief(self, brief: bool) -> None:
        """Show only what is changed most, in no more height than that needs."""
        if brief != self._brief:
            self._brief = brief
            self._arrange()

    def _names(self) -> list[str]:
        """All settings in the order they are read."""
        rest = (name for name in self._optimizer_rows if name not in FIRST)
        return [*FIRST, *rest, *LAST]

    def _arrange(self) -> None:
        names = self._names()
        shown = len(FIRST) if self._brief else len(names)
        columns = max(1, min((self.width() - METRICS.panel_padding) // CELL, shown))
        for place in range(max(self._grid.columnCount(), columns)):
            self._grid.setColumnStretch(place, int(place < columns))
        for number, name in enumerate(names):
            self._grid.addWidget(self._cells[name], *divmod(number, columns))
            self._cells[name].setVisible(number < shown)
        self._note.setVisible(not self._brief)
        rows, gap = -(-shown // columns), self._grid.verticalSpacing()
        cell = max(self._cells[name].sizeHint().height() for name in names[:shown])
        margins = self.widget().layout().contentsMargins()
        high = margins.top() + rows * (cell + gap) - gap + margins.bottom()
        self.setMinimumHeight(high if self._brief else 0)
        self.setMaximumHeight(high if self._brief else _UNBOUNDED)

    # what they show

    def _show_optimizer(self, optimizer: Optimizer) -> None:
        """Make a field for each setting of the optimiser."""
        settings = type(optimizer).settings()
        if list(settings) != self._optimizer_rows:
            for name in self._optimizer_rows:
                self._fields.pop(name)
                cell = self._cells.pop(name)
                cell.setParent(None)
                cell.deleteLater()
            for name, setting in settings.items():
                self._add(name, setting)
            self._optimizer_rows = list(settings)
            self._arrange()
            self._order_tabs()
        for name, value in optimizer.values().items():
            _quietly(self._fields[name], value)

    def _order_tabs(self) -> None:
        fields = {**self._fields, "optimizer": self._optimizer}
        for before, after in itertools.pairwise(self._names()):
            QWidget.setTabOrder(fields[before], fields[after])

    def _own(self) -> list[str]:
        """The fields that are not the optimiser's."""
        return [name for name in self._fields if name not in self._optimizer_rows]

    @Slot()
    def show_plan(self) -> None:
        """Show the plan that the next run will have."""
        plan = self._training.plan
        for name in self._own():
            _quietly(self._fields[name], getattr(plan, name))
        chosen = next(key for key, cls in OPTIMIZERS.items() if type(plan.optimizer) is cls)
        _quietly(self._optimizer, chosen)
        self._show_optimizer(plan.optimizer)
        self._remark()

    @Slot(object)
    def _choose_optimizer(self, name: str) -> None:
        cls = OPTIMIZERS[name]
        if type(self._training.plan.optimizer) is not cls:
            optimizer = cls(**DEFAULTS.get(name, {}))
            plan = dataclasses.replace(self._training.plan, optimizer=optimizer)
            self._training.set_plan(plan)

    @Slot()
    def _edited(self, *_: object) -> None:
        plan = self._training.plan
        optimizer = {name: self._fields[name].value() for name in self._optimizer_rows}
        values = {name: self._fields[name].value() for name in self._own()}
        try:
            rate = optimizer.pop("learning_rate", plan.optimizer.learning_rate)
            changed = dataclasses.replace(plan.optimizer, **optimizer)
            wanted = dataclasses.replace(plan, optimizer=changed, **values)
            if rate != plan.optimizer.learning_rate:
                self._training.change_learning_rate(rate)
                faster = dataclasses.replace(changed, learning_rate=rate)
                wanted = dataclasses.replace(wanted, optimizer=faster)
            self._training.set_plan(wanted)
        except SettingError as error:
            self.show_plan()
            self._note.setText(str(error))

    @Slot()
    def _remark(self) -> None:
        training = self._training
        differs = "plan" in training.differences
        text = ""
        if training.active:
            text = "Rate acts at once"
            text += "; the rest waits for the next run." if differs else ", the rest in a new run."
        self._note.setText(text)


def _quietly(field: Any, value: object) -> None:
    """Show a value without telling anyone."""
    if field.value() != value:
        field.blockSignals(True)
        field.setValue(value)
        field.blockSignals(False)
