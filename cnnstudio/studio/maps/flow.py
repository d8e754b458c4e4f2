"""How the gradient flows through the whole net: norms and update ratios over the epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QBoxLayout, QGraphicsRectItem, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.studio import numbers
from cnnstudio.studio.plots import StudioPlot
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.theme import label, theme
from cnnstudio.studio.trace import Trace
from cnnstudio.studio.turns import turns

if TYPE_CHECKING:
    from cnnstudio.studio.training import Training

HEALTHY = (1e-4, 1e-2)
"""Update-to-weight ratios that let a layer learn without tearing it apart; 10⁻³ is the middle."""

WORD_FROM = 90
"""Height of a plot from which the healthy band is named, clear of the names of layers."""


class FlowPlots(QWidget):
    """Two small plots with a line per layer that has weights.

    Attributes
    ----------
    norms, ratios : StudioPlot
    """

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._curves: dict[str, tuple[Trace, Trace]] = {}
        self.norms, self.ratios = StudioPlot(self), StudioPlot(self)
        self.norms.setAccessibleName("Norm of the weight gradient by layer and epoch")
        self.ratios.setAccessibleName("Update-to-weight ratio by layer and epoch")
        for plot in (self.norms, self.ratios):
            plot.set_log(True)
            plot.pointed.connect(self._pointed)
        self._band = QGraphicsRectItem()
        self._band.setPen(QPen(Qt.PenStyle.NoPen))
        self._band.setZValue(-60)
        self.ratios.addItem(self._band, ignoreBounds=True)
        self._healthy = pg.TextItem("healthy", anchor=(0, 1))
        self._healthy.setFont(theme().font("axis"))
        self.ratios.addItem(self._healthy, ignoreBounds=True)
        self.ratios.setToolTip(
            "Size of the last step of each epoch against the size of the weights: below 10⁻⁴ a "
            "layer hardly learns, above 10⁻² it is torn about"
        )
        self._norm_title = label("Gradient norm", "caption", "text-2")
        self._ratio_title = label("Update / weight", "caption", "text-2")
        self._row = layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        layout.setContentsMargins(8, 2, 0, 0)
        layout.setSpacing(4)
        for title, plot in ((self._norm_title, self.norms), (self._ratio_title, self.ratios)):
            column = QVBoxLayout()
            column.setSpacing(0)
            title.setContentsMargins(4, 0, 0, 0)
            title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            column.addWidget(title)
            column.addWidget(plot, 1)
            layout.addLayout(column, 1)
        self.stack(False)
        self._stale = True
        self._sight = Sight(self)
        self._sight.entered.connect(self._catch_up)
        training.run_changed.connect(self._later)
        training.epoch_ended.connect(self._later)
        theme().changed.connect(self._later)
        self.update_plots()

    def stack(self, wanted: bool) -> None:
        """Put the plots below each other, or side by side."""
        way = QBoxLayout.Direction
        self._row.setDirection(way.TopToBottom if wanted else way.LeftToRight)
        self.setMinimumWidth(170 if wanted else 340)

    @Slot()
    def _later(self, *_: object) -> None:
        """Draw soon, or when somebody looks."""
        self._stale = True
        if self._sight.seen:
            turns().soon(self._catch_up)

    @Slot()
    def _catch_up(self) -> None:
        if self._stale:
            self.update_plots()

    def names(self) -> tuple[str, ...]:
        """Layers with a line, in the order of the design."""
        run = self._training.run
        if run is None or not run.epochs:
            return ()
        norms = run.epochs[-1].gradient_norms
        return tuple(name for name in run.design.names if name in norms)

    @Slot()
    def update_plots(self, *_: object) -> None:
        """Draw the run's epochs."""
        self._stale = False
        run, names = self._training.run, self.names()
        for name in [name for name in self._curves if name not in names]:
            for plot, curve in zip((self.norms, self.ratios), self._curves.pop(name), strict=True):
                plot.drop(curve)
        epochs = [] if run is None else run.epochs
        x = np.array([end.epoch for end in epochs], float)
        last = float(run.epochs_planned) if run is not None else 1.0
        tables = [
            {n: np.array([e.gradient_norms.get(n, np.nan) for e in epochs]) for n in names},
            {n: np.array([e.update_ratios.get(n, np.nan) for e in epochs]) for n in names},
        ]
        colours = line_colours(len(names))
        for place, name in enumerate(names):
            if name not in self._curves:
                self._curves[name] = (self.norms.trace(), self.ratios.trace())
            for plot, curve, table in zip(
                (self.norms, self.ratios), self._curves[name], tables, strict=True
            ):
                curve.dress(colours[place], 1.6, 5 if len(epochs) < 2 else 0)
                plot.draw(curve, x, table[name])
        now = float(len(epochs))
        low, high = _span(tables[0].values(), (1e-2, 1.0))
        self.norms.show_range(last, low, high, now)
        low, high = _span(tables[1].values(), HEALTHY)
        low, high = min(low, HEALTHY[0]), max(high, HEALTHY[1])
        self.ratios.show_range(last, low, high, now)
        bottom, top = np.log10(HEALTHY)
        self._band.setRect(0, bottom, last, top - bottom)
        self._band.setBrush(theme().color("ok-bg"))
        self._healthy.setColor(theme().color("ok"))
        self._healthy.setPos(0, bottom)
        self._healthy.setVisible(self.ratios.getViewBox().height() >= WORD_FROM)
        for plot, table in zip((self.norms, self.ratios), tables, strict=True):
            ends = [
                (name, now, float(values[-1]), colours[place])
                for place, (name, values) in enumerate(table.items())
                if len(values) and values[-1] > 0
            ]
            plot.label_ends(ends)
        self._pointed(None)

    @Slot(object)
    def _pointed(self, x: float | None) -> None:
        run, names = self._training.run, self.names()
        self._norm_title.setText("Gradient norm, log")
        self._ratio_title.setText("Update / weight, log")
        if x is None or run is None or not names:
            return
        place = min(max(round(x), 1), len(run.epochs)) - 1
        end = run.epochs[place]
        for title, table in (
            (self._norm_title, end.gradient_norms),
            (self._ratio_title, end.update_ratios),
        ):
            values = "  ".join(f"{n} {numbers.significant(table[n], 2)}" for n in names[:6])
            title.setText(f"Epoch {end.epoch}:  {values}")


def line_colours(count: int) -> list[QColor]:
    """Colours from the first layer to the last, apart in lightness, readable on the panel."""
    rows = theme().color_table("viridis")
    low, high = (0.28, 0.98) if theme().dark else (0.0, 0.74)
    places = np.linspace(low, high, max(count, 1)) * 255
    return [QColor(*(int(v) for v in rows[round(place)])) for place in places]


def _span(tables: object, default: tuple[float, float]) -> tuple[float, float]:
    values = np.concatenate([np.zeros(0), *tables])
    values = values[np.isfinite(values) & (values > 0)]
    return (float(values.min()) / 1.3, float(values.max()) * 1.3) if len(values) else default
