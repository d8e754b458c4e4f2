"""The Training tab: plan, curves, earlier runs, and the best epoch in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.engine import Plan
from cnnstudio.studio import numbers
from cnnstudio.studio.theme import METRICS, label, mark
from cnnstudio.studio.training_panel.curves import LEAST_WIDTH, Curves
from cnnstudio.studio.training_panel.plan_form import PlanForm
from cnnstudio.studio.training_panel.runs_list import RunsList

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

FORM_WIDTH = 212
CURVES_WIDTH = 2 * LEAST_WIDTH + 16
SIDE_FROM = FORM_WIDTH + 2 * 260
"""Width from which the plan stands beside the curves; below it, in brief, above them."""

FOOT_FROM = 150
"""Height from which there is room for the line below the curves."""


class TrainingPanel(QWidget):
    """Everything about training that is not the transport.

    Attributes
    ----------
    form : PlanForm
    loss, accuracy : Curves
    best : QLabel
        The line below the curves.
    banner : QLabel
        Why the run is not what the canvas shows, or why it ended early; hidden while all is well.
    fold : QToolButton
        In a narrow panel: shows the whole plan in place of the curves.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = workbench.training
        self.form = PlanForm(self._training, self)
        self.runs = RunsList(self._training, self)
        self.runs.setMaximumHeight(86)
        self._earlier = QWidget(self)
        earlier = QVBoxLayout(self._earlier)
        earlier.setContentsMargins(0, 0, 0, 0)
        earlier.addWidget(self.runs)
        self.loss = Curves(self._training, "loss", self)
        self.accuracy = Curves(self._training, "accuracy", self)
        self.best = label("", "caption", "text-2")
        self.best.setObjectName("best_validation")
        self.plan_line = label("", "caption", "text-2")
        self.banner = QLabel(self)
        self.banner.setObjectName("run_banner")
        self.banner.setWordWrap(True)
        self.banner.setContentsMargins(12, 4, 12, 4)
        self._shown_remark: tuple[str, str] | None = None
        self.fold = self._fold_button()
        self._side = QWidget(self)
        side = QGridLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(0)
        side.addWidget(self.form, 0, 0)
        self._beside = QVBoxLayout()
        self._beside.addStretch(1)
        self._beside.addWidget(self.fold)
        side.addLayout(self._beside, 0, 1)
        side.addWidget(self._earlier, 1, 0, 1, 2)
        side.setColumnStretch(0, 1)
        self._line = line = QFrame(self)
        mark(line, separator=True)
        plots = QHBoxLayout()
        plots.setContentsMargins(4, 2, 4, 0)
        plots.setSpacing(6)
        plots.addWidget(self.loss, 1)
        plots.addWidget(self.accuracy, 1)
        self._foot = QWidget(self)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(12, 0, 12, 6)
        foot.setSpacing(18)
        foot.addWidget(self.best)
        foot.addWidget(self.plan_line)
        foot.addStretch(1)
        self._curves = QWidget(self)
        right = QVBoxLayout(self._curves)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(2)
        right.addWidget(self.banner)
        right.addLayout(plots, 1)
        right.addWidget(self._foot)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(0)
        self._parts.addWidget(self._side)
        self._parts.addWidget(line)
        self._parts.addWidget(self._curves, 1)
        # Less than its layout wants: below that it folds.
        self.setMinimumWidth(CURVES_WIDTH)
        self._arrange()
        for signal in (
            self._training.state_changed,
            self._training.run_changed,
            self._training.epoch_ended,
            self._training.plan_changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _fold_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("fold_plan")
        button.setText("All…")
        button.setFixedHeight(METRICS.field)
        button.setCheckable(True)
        mark(button, pill=True)
        button.setToolTip("Show the whole plan in place of the curves")
        button.setAccessibleName("Show the whole plan in place of the curves")
        button.toggled.connect(self._arrange)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold where plan and curves have no room side by side."""
        super().resizeEvent(event)
        self._arrange()

    @Slot()
    def _arrange(self, *_: object) -> None:
        narrow = self.width() < SIDE_FROM
        whole = narrow and self.fold.isChecked()
        direction = QBoxLayout.Direction
        self._parts.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._line.setVisible(not narrow)
        self.fold.setVisible(narrow)
        right = 8 if narrow else 0
        self._beside.setContentsMargins(0, 0, right, right // 2)
        self._side.setMaximumWidth(16_777_215 if narrow else FORM_WIDTH)
        self._side.setMinimumWidth(0 if narrow else FORM_WIDTH)
        brief = narrow and not whole
        self.form.set_brief(brief)
        self._earlier.setVisible(not brief)
        self._curves.setVisible(not whole)
        self._fit_foot()

    def _fit_foot(self) -> None:
        """Show of the line below the curves what there is room for."""
        self._foot.setVisible(self.height() >= FOOT_FROM)
        room = self.width() - (0 if self._line.isHidden() else FORM_WIDTH) - 44
        best, plan = self.best.sizeHint().width(), self.plan_line.sizeHint().width()
        self.plan_line.setVisible(best + plan <= room)

    @Slot()
    def _refresh(self, *_: object) -> None:
        training, run = self._training, self._training.run
        best = None if run is None else run.best
        if run is None:
            self.best.setText("Not trained yet")
        elif best is None or best.validation is None:
            self.best.setText(run.title)
        else:
            loss = numbers.loss(best.validation.loss)
            self.best.setText(f"Best validation loss <b>{loss}</b> at epoch {best.epoch}")
        self.plan_line.setText(plan_text(training.plan if run is None else run.plan))
        self._fit_foot()
        tone, text = remark = self._remark()
        if remark == self._shown_remark:
            return
        self._shown_remark = remark
        self.banner.setVisible(bool(text))
        self.banner.setText(text)
        mark(self.banner, surface=tone, tone="error" if tone == "error" else "text-2")

    def _remark(self) -> tuple[str, str]:
        """The banner: its surface and its sentence."""
        training, run = self._training, self._training.run
        if run is not None and run.message and not training.active:
            sentence = run.message[0].upper() + run.message[1:]
            return "warning", f"{sentence}. Train starts a new run."
        if training.reason:
            return "warning", f"{training.reason}."
        differences = training.differences
        if run is None or not differences:
            return "", ""
        what = " and ".join(f"the {name}" for name in differences)
        verb = "differs" if len(differences) == 1 and differences[0] != "data" else "differ"
        after = "it will be used by the next run" if training.active else "Train starts a new run"
        joint = ";" if training.active else ":"
        return "accent", f"{what.capitalize()} {verb} from {run.title}{joint} {after}."


def plan_text(plan: Plan) -> str:
    """A plan in one line: ``Adam · learning rate 0.001 · batch 64 · seed 5``."""
    optimizer = plan.optimizer
    parts = [
        type(optimizer).title,
        f"learning rate {numbers.significant(optimizer.learning_rate)}",
        f"batch {plan.batch_size}",
        f"seed {plan.seed}",
    ]
    return " · ".join(parts)
