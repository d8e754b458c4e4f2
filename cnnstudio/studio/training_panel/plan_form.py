"""The form of the training plan."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
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

FIRST = ("epochs", "batch_size")
LAST = ("seed", "loss", "shuffle", "workers")
LABELS = {"batch_size": "Batch", "learning_rate": "Rate", "weight_decay": "Decay"}
DEFAULTS = {"sgd": {"momentum": 0.9}}
"""Settings of an optimiser that are not its own defaults when it is chosen here."""


class PlanForm(QScrollArea):
    """Edits the plan of the next run; the learning rate also that of the run under way."""

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._fields: dict[str, Any] = {}
        self._optimizer_rows: list[str] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(METRICS.panel_padding, 8, 4, 8)
        outer.setSpacing(6)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(METRICS.form_row - METRICS.field)
        self._form.setHorizontalSpacing(8)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        outer.addLayout(self._form)
        self._note = label("", "caption")
        self._note.setWordWrap(True)
        outer.addWidget(self._note)
        outer.addStretch(1)
        self.setWidget(body)
        settings = Plan.settings()
        for name in FIRST:
            self._add(name, settings[name])
        titles = {name: cls.title for name, cls in OPTIMIZERS.items()}
        self._optimizer = ChoiceField(titles, self)
        dress(
            self._optimizer, "optimizer", Setting("choice", "How weights move", label="Optimiser")
        )
        self._optimizer.valueChanged.connect(self._choose_optimizer)
        self._optimizer.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._form.addRow(self._label("Optimiser"), self._optimizer)
        self._before_rest = self._form.rowCount()
        for name in LAST:
            self._add(name, settings[name])
        training.plan_changed.connect(self.show_plan)
        training.state_changed.connect(self._remark)
        self.show_plan()

    def _label(self, text: str) -> QLabel:
        return label(text, "label")

    def _add(self, name: str, setting: Setting, row: int = -1) -> None:
        made = field_for(name, setting, self)
        made.valueChanged.connect(self._edited)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        text = self._label(LABELS.get(name, setting.label))
        text.setToolTip(setting.help)
        text.setBuddy(made)
        self._form.insertRow(row, text, made)
        self._fields[name] = made

    def _show_optimizer(self, optimizer: Optimizer) -> None:
        """Make a row for each setting of the optimiser."""
        settings = type(optimizer).settings()
        if list(settings) != self._optimizer_rows:
            for name in self._optimizer_rows:
                self._form.removeRow(self._fields.pop(name))
            for place, (name, setting) in enumerate(settings.items()):
                self._add(name, setting, self._before_rest + place)
            self._optimizer_rows = list(settings)
            self._order_tabs()
        for name, value in optimizer.values().items():
            _quietly(self._fields[name], value)

    def _order_tabs(self) -> None:
        names = [*FIRST, "", *self._optimizer_rows, *LAST]
        chain = [self._fields[name] if name else self._optimizer for name in names]
        for before, after in itertools.pairwise(chain):
            QWidget.setTabOrder(before, after)

    @Slot()
    def show_plan(self) -> None:
        """Show the plan that the next run will have."""
        plan = self._training.plan
        for name in (*FIRST, *LAST):
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
        values = {name: self._fields[name].value() for name in (*FIRST, *LAST)}
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
