"""The line at the bottom: what the design costs, its problems, the zoom."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStatusBar, QToolButton, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.forecaster import Forecaster
from cnnstudio.studio.theme import METRICS, mark, theme
from cnnstudio.studio.workbench import Workbench

MEMORY = "Bytes of all outputs for one image, the input included"


def _separator() -> QFrame:
    line = QFrame()
    mark(line, separator=True)
    line.setFixedHeight(14)
    return line


class StatusBar(QStatusBar):
    """Totals of the design on the left, zoom on the right."""

    def __init__(
        self,
        workbench: Workbench,
        canvas: Any,
        forecaster: Forecaster,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("status_bar")
        self.setSizeGripEnabled(False)
        self.setFixedHeight(METRICS.status_bar)
        self._workbench, self._canvas, self._forecaster = workbench, canvas, forecaster
        self.parameters = self._text("status_parameters", "Trainable values of all blocks")
        self.multiply_adds = self._text(
            "status_multiply_adds",
            "Products of convolutions and dense layers for one image, biases not counted",
        )
        self.memory = self._text("status_memory", MEMORY)
        self.engine = self._text("status_engine", "What computes, on this computer's processors")
        self.chip = QLabel()
        self.problems = self._button("status_problems", "action_show_problems")
        self.zoom = QLabel("100 %")
        self.zoom.setObjectName("status_zoom")
        self.zoom.setFont(theme().font("strong"))
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.zoom.setMinimumWidth(46)
        self.zoom.setAccessibleName("Zoom")
        self.addWidget(self._row())
        self.addPermanentWidget(self._zoom_row())
        document = workbench.document
        document.changed.connect(self.refresh)
        workbench.training.state_changed.connect(self.refresh)
        forecaster.changed.connect(self.show_forecast)
        theme().changed.connect(self.refresh)
        canvas.zoom_changed.connect(self._show_zoom)
        self.refresh()
        self._show_zoom()

    def _text(self, name: str, tip: str) -> QLabel:
        made = QLabel()
        made.setObjectName(name)
        made.setToolTip(tip)
        made.setTextFormat(Qt.TextFormat.RichText)
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return made

    def _button(self, name: str, action: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setFixedHeight(22)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setToolTip(self._workbench.actions[action].toolTip())
        made.clicked.connect(self._workbench.actions[action].trigger)
        return made

    def _row(self) -> QWidget:
        holder = QWidget()
        # A narrow window hides the right end of this line instead of growing.
        holder.setMinimumWidth(1)
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 0, 0, 0)
        row.setSpacing(10)
        for widget in (self.parameters, self.multiply_adds, self.memory):
            row.addWidget(widget)
            row.addWidget(_separator())
        row.addWidget(self.chip)
        row.addWidget(self.engine)
        row.addWidget(_separator())
        row.addWidget(self.problems)
        return holder

    def _zoom_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(0)
        for name in ("action_zoom_out", "", "action_zoom_in", "action_fit"):
            if not name:
                row.addWidget(self.zoom)
                continue
            action = self._workbench.actions[name]
            made = QToolButton()
            made.setObjectName(f"status_{name.removeprefix('action_')}")
            made.setDefaultAction(action)
            made.setAccessibleName(action.toolTip().splitlines()[0])
            made.setFixedSize(24, 22)
            made.setIconSize(QSize(15, 15))
            made.setStyleSheet("padding: 0;")
            row.addWidget(made)
        return holder

    @Slot()
    def refresh(self) -> None:
        """Show the totals of the design as it is, not of one that is being dragged."""
        analysis = self._workbench.document.analysis
        known = analysis.ok
        colour = theme().value("text-2")

        def fact(value: str, what: str) -> str:
            strong = f'<b style="font-weight:600">{value}</b>'
            return f'{strong} <span style="color:{colour}">{what}</span>'

        what = "parameter" if analysis.parameters == 1 else "parameters"
        self.parameters.setText(
            fact(numbers.integer(analysis.parameters), what if known else f"{what} known so far")
        )
        self.multiply_adds.setText(
            fact(numbers.integer(analysis.multiply_adds), "multiply-adds per image")
        )
        self.memory.setText(
            fact(numbers.memory(analysis.activation_bytes), "of activations per image")
        )
        self.chip.setPixmap(theme().pixmap("chip", 14, "text-2", self.devicePixelRatioF()))
        processes = numbers.count(self._workbench.training.plan.workers, "process", "processes")
        self.engine.setText(f'<span style="color:{colour}">NumPy engine, {processes}</span>')
        self._show_problems()

    @Slot()
    def show_forecast(self) -> None:
        """Say what training would hold, once that was measured."""
        found = self._forecaster.forecast
        lines = [MEMORY]
        if found is not None:
            held = numbers.memory(found.training.memory_bytes)
            images = numbers.count(found.batch_size, "image")
            lines.append(f"Training with {images} at a time holds {held}")
        self.memory.setToolTip("\n".join(lines))

    def _show_problems(self) -> None:
        analysis = self._workbench.document.analysis
        errors, warnings = len(analysis.errors), len(analysis.warnings)
        if errors:
            icon, tone = "error", "error"
            where = f" in {analysis.errors[0].name}" if errors == 1 else ""
            text = numbers.count(errors, "error") + where
        elif warnings:
            icon, tone = "warning", "warning"
            text = f"0 errors · {numbers.count(warnings, 'warning')}"
        else:
            icon, tone, text = "ok", "text-2", "0 problems"
        self.problems.setText(f" {text}")
        self.problems.setAccessibleName(f"Problems: {text}")
        self.problems.setIcon(theme().icon(icon, tone))
        self.problems.setStyleSheet(
            f"QToolButton {{ color: {theme().value(tone)}; padding: 0 4px; }}"
        )

    @Slot()
    def _show_zoom(self) -> None:
        self.zoom.setText(f"{round(100 * self._canvas.zoom)} %")
