"""The curves of a run: loss or accuracy of training and validation, over those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.figure import figure_button
from cnnstudio.studio.plots import StudioPlot, thin
from cnnstudio.studio.run import Run
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.theme import METRICS, label, mark, theme
from cnnstudio.studio.trace import Trace

if TYPE_CHECKING:
    from cnnstudio.studio.training import Training

REDRAW_MS = 200
"""The two plots take turns: one redraw fits into a frame."""

LEAST_WIDTH = 160
Kind = Literal["loss", "accuracy"]


class Curves(QWidget):
    """One plot with its heading and the values under the pointer.

    Attributes
    ----------
    plot : StudioPlot
    """

    def __init__(self, training: Training, kind: Kind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training, self._kind = training, kind
        self.plot = StudioPlot(self, percent=kind == "accuracy")
        self.plot.setObjectName(f"plot_{kind}")
        self.plot.setAccessibleName(f"{kind.capitalize()} over the epochs")
        self.plot.pointed.connect(self._pointed)
        self._raw, self._smooth = self.plot.trace(1), self.plot.trace(3)
        self._validation = self.plot.trace(4)
        self._old: list[Trace] = []
        self._dirty = True
        self._sight = Sight(self)
        self._sight.entered.connect(self._entered)
        self.heading = label(kind.capitalize(), "strong")
        self.kind_note = label("%" if kind == "accuracy" else "", "caption")
        self.values = label("", "caption", "text-2")
        self.values.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 4, 0)
        head.setSpacing(5)
        for part in (self.heading, self.kind_note):
            head.addWidget(part)
        head.addWidget(self.values, 1)
        self.log_button = QToolButton(self)
        if kind == "loss":
            self.log_button.setText("log")
            self.log_button.setCheckable(True)
            self.log_button.setChecked(True)
            self.log_button.setAutoRaise(True)
            self.log_button.setFont(theme().font("axis"))
            mark(self.log_button, pill=True)
            self.log_button.setFixedHeight(METRICS.field)
            self.log_button.setToolTip("Logarithmic axis")
            self.log_button.setAccessibleName("Logarithmic axis")
            self.log_button.toggled.connect(self._set_log)
            self.plot.set_log(True)
            head.addWidget(self.log_button)
        else:
            self.log_button.hide()
        export = figure_button(self.plot.figure, "this plot", self)
        export.menu().addAction("Copy values as text", self.copy_values)
        head.addWidget(export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.plot, 1)
        self.setMinimumWidth(LEAST_WIDTH)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS if kind == "loss" else REDRAW_MS * 5 // 4)
        self._timer.timeout.connect(self.redraw)
        training.batches.connect(self._later)
        training.epoch_ended.connect(self._later)
        training.run_changed.connect(self._later)
        training.state_changed.connect(self._later)
        theme().changed.connect(self._dress)
        self._dress()
        self.redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name the loss where there is room for its name."""
        super().resizeEvent(event)
        self._fit_heading()

    def _fit_heading(self) -> None:
        used = self.heading.sizeHint().width() + self.kind_note.sizeHint().width()
        self.kind_note.setVisible(self.width() >= used + (120 if self._kind == "loss" else 60))

    # when to draw

    @Slot()
    def _later(self, *_: object) -> None:
        self._dirty = True
        if not self._timer.isActive() and self._sight.seen:
            self._timer.start()

    @Slot()
    def _entered(self) -> None:
        """Catch up."""
        if self._dirty:
            self.redraw()

    @Slot(bool)
    def _set_log(self, on: bool) -> None:
        self.plot.set_log(on)
        self.redraw()

    # drawing

    @Slot()
    def redraw(self) -> None:
        """Draw what the run knows now."""
        self._dirty = False
        run, kind, plot = self._training.run, self._kind, self.plot
        train, validation = theme().color("train"), theme().color("validation")
        self._draw_old()
        nothing = np.zeros(0)
        places, raw, smooth = nothing, nothing, nothing
        x, y = nothing, nothing
        if run is not None:
            places = run.places
            raw = run.losses if kind == "loss" else run.accuracies
            smooth = run.smooth_losses if kind == "loss" else run.smooth_accuracies
            x, y = validation_series(run, kind)
        plot.draw(self._raw, *thin(places, raw))
        plot.draw(self._smooth, *thin(places, smooth))
        plot.draw(self._validation, x, y)
        last = float(run.epochs_planned if run is not None else self._training.plan.epochs)
        shown = [old for old in self._training.runs if old.visible]
        last = max([last, *(float(old.epoch) for old in shown)])
        now = float(places[-1]) if len(places) else 0.0
        old_values = [values_of(old, kind)[1] for old in shown]
        low, high = span(kind, raw, smooth, y, old_values)
        plot.show_range(last, low, high, now)
        ends = []
        if len(y):
            ends.append((f"validation\n{self._write(y[-1])}", x[-1], y[-1], validation))
        if len(smooth) and np.isfinite(smooth[-1]):
            ends.append((f"train\n{self._write(smooth[-1])}", now, smooth[-1], train))
        # Labels stand at the current epoch, where the cursor is.
        plot.label_ends([(text, now, float(v), colour) for text, _, v, colour in ends])
        if kind == "loss":
            name = "cross-entropy"
            plan = run.plan if run is not None else self._training.plan
            if plan.loss != "cross_entropy":
                name = plan.loss.replace("_", " ")
            self.kind_note.setText(f"{name}, log" if plot.log else name)
            self._fit_heading()

    @Slot()
    def _dress(self) -> None:
        """Take the colours of the theme."""
        self._raw.dress(theme().color("train", 0.32), 1)
        self._smooth.dress(theme().color("train"), 1.8)
        self._validation.dress(theme().color("validation"), 1.8, 6, theme().color("panel"))
        self._later()

    def _draw_old(self) -> None:
        shown = [run for run in self._training.runs if run.visible]
        while len(self._old) > len(shown):
            self.plot.drop(self._old.pop())
        while len(self._old) < len(shown):
            self._old.append(self.plot.trace(-1))
        for run, trace in zip(shown, self._old, strict=True):
            trace.dress(theme().color("border-strong"), 1.4)
            self.plot.draw(trace, *values_of(run, self._kind))

    def _write(self, value: float) -> str:
        if self._kind == "accuracy":
            return numbers.percent(float(value), 2 if value > 0.9 else 1)
        return numbers.loss(float(value))

    # under the pointer

    @Slot(object)
    def _pointed(self, x: float | None) -> None:
        run = self._training.run
        if x is None or run is None or not len(run.places):
            self.values.setText("")
            return
        places = run.places
        place = int(np.clip(np.searchsorted(places, x), 0, len(places) - 1))
        smooth = run.smooth_losses if self._kind == "loss" else run.smooth_accuracies
        at = numbers.real(float(places[place]), 1)
        text = f"epoch {at}   train {self._write(smooth[place])}"
        epochs, values = validation_series(run, self._kind)
        if len(epochs):
            near = int(np.abs(epochs - x).argmin())
            text += f"   validation {self._write(values[near])}"
        self.values.setText(text)

    # export

    @Slot()
    def copy_values(self) -> None:
        """Put a line per epoch on the clipboard: epoch, training, validation."""
        QGuiApplication.clipboard().setText(self.as_text())

    def as_text(self) -> str:
        """A table with tabs: epoch, training, validation."""
        run = self._training.run
        lines = [f"epoch\ttraining {self._kind}\tvalidation {self._kind}"]
        for end in [] if run is None else run.epochs:
            seen = "" if end.validation is None else getattr(end.validation, self._kind)
            lines.append(f"{end.epoch}\t{getattr(end.training, self._kind)}\t{seen}")
        return "\n".join(lines)


def validation_series(run: Run, kind: Kind) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Epochs and values on the validation images."""
    found = [
        (end.epoch, getattr(end.validation, kind))
        for end in run.epochs
        if end.validation is not None and getattr(end.validation, kind) is not None
    ]
    table = np.array(found, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def values_of(run: Run, kind: Kind) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The one curve of an earlier run: validation, or training where there was none."""
    x, y = validation_series(run, kind)
    if len(x):
        return x, y
    return thin(run.places, run.smooth_losses if kind == "loss" else run.smooth_accuracies)


def span(
    kind: Kind,
    raw: NDArray[np.float64],
    smooth: NDArray[np.float64],
    validation: NDArray[np.float64],
    others: list[NDArray[np.float64]],
) -> tuple[float, float]:
    """A range that shows the lines, and of the raw values all but a few outliers."""
    lines = np.concatenate([smooth, validation, *others])
    lines = lines[np.isfinite(lines)]
    raw = raw[np.isfinite(raw)]
    if kind == "accuracy":
        low = float(np.quantile(lines, 0.1)) if len(lines) else 0.0
        return max(floor for floor in (0.0, 0.5, 0.8, 0.9) if floor <= low), 1.0
    if not len(lines):
        return 0.1, 3.0
    low, high = float(lines.min()), float(lines.max())
    if len(raw) > 40:
        low, high = min(low, float(np.quantile(raw, 0.02))), max(high, np.quantile(raw, 0.98))
    # A single step that jumps must not flatten everything else.
    high = min(high, 20 * float(np.median(lines)) + low)
    return max(low, 1e-6) * 0.9, float(high) * 1.1
