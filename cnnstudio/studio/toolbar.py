"""The tool bar: files, undo, data, transport, command search in one row."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from cnnstudio.studio import numbers
from cnnstudio.studio.actions import plain, titled
from cnnstudio.studio.data_panel import DataChip, DataLoader
from cnnstudio.studio.forecaster import Forecaster
from cnnstudio.studio.theme import METRICS, label, mark, theme
from cnnstudio.studio.workbench import Workbench

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

_RESOLUTION = 1000


class Transport(QWidget):
    """Train or pause, one step, stop; beside them the state in words and a slim bar."""

    def __init__(
        self, workbench: Workbench, forecaster: Forecaster, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._workbench, self._training = workbench, workbench.training
        self._forecaster = forecaster
        actions = workbench.actions
        self.train_button = TrainButton(actions["action_train"])
        self.status = QLabel()
        self.status.setObjectName("transport_status")
        self.status.setTextFormat(Qt.TextFormat.RichText)
        self.bar = QProgressBar()
        self.bar.setObjectName("transport_progress")
        self.bar.setAccessibleName("Progress of the training")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _RESOLUTION)
        self.bar.setFixedHeight(4)
        holder = Stacked(self.status, self.bar)
        holder.setMinimumWidth(190)
        holder.setMaximumWidth(350)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(self.train_button)
        row.addSpacing(4)
        row.addWidget(_button(actions["action_step"]))
        row.addWidget(_button(actions["action_stop"]))
        row.addSpacing(8)
        row.addWidget(holder, 2)
        self._training.state_changed.connect(self.refresh)
        self._training.batches.connect(self._moved)
        self._training.epoch_ended.connect(self._moved)
        workbench.document.changed.connect(self.refresh)
        workbench.dataset_changed.connect(self.refresh)
        forecaster.changed.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self.refresh()

    @Slot(object)
    def _moved(self, _event: object) -> None:
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the state and how far the run is."""
        head, wordings = self._sentence()
        rest = wordings[0]
        colour = theme().value("text-2")
        room = self.status.width() - QFontMetrics(theme().font("strong")).horizontalAdvance(head)
        shown = fitting(wordings, self.status.fontMetrics(), max(room - 16, 60))
        body = f' <span style="color:{colour}">· {escape(shown)}</span>' if shown else ""
        self.status.setText(f'<b style="font-weight:600">{head}</b>{body}')
        reason = self._training.reason
        self.status.setToolTip(reason or (f"{head} · {rest}" if rest else head))
        self.status.setAccessibleName(f"Training: {head}, {rest}")
        self.bar.setValue(round(_RESOLUTION * self._share()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of the sentence as fits."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.refresh)

    def _share(self) -> float:
        state = self._training.state
        if state in ("idle", "error"):
            return 0.0
        return 1.0 if state == "finished" else self._training.progress.share

    def _sentence(self) -> tuple[str, list[str]]:
        """The state, and what there is to say about it: at length, then ever shorter."""
        training, state = self._training, self._training.state
        if self._workbench.dataset is None:
            return "Starting", ["reading the images"]
        if state == "error":
            if len(self._workbench.document.design) == 1:
                return "Empty", ["add blocks to train"]
            errors = len(self._workbench.document.analysis.errors)
            if errors:
                fix = f"fix {numbers.count(errors, 'problem')}"
                return "Not ready", [f"{fix} to train {self._epochs()}", fix]
            return "Not ready", [training.reason]
        if state == "idle":
            batches = -(-len(self._workbench.dataset.train) // training.plan.batch_size)
            size = f" of {numbers.count(batches, 'batch', 'batches')}"
            seconds = self._forecaster.seconds
            about = "" if seconds is None else f" · about {numbers.roughly(seconds)}"
            return "Ready", [self._epochs() + size + about, self._epochs() + about, self._epochs()]
        if state == "stopped" and training.run is not None and training.run.message:
            return "Stopped", [training.run.message]
        head = {"running": "Training", "paused": "Paused", "stopped": "Stopped"}
        return head.get(state, "Finished"), self._progress()

    def _epochs(self) -> str:
        return numbers.count(self._training.plan.epochs, "epoch")

    def _progress(self) -> list[str]:
        progress, state = self._training.progress, self._training.state
        epoch = f"Epoch {progress.epoch}/{progress.epochs}"
        batch = f" · batch {progress.batch}/{progress.batches}" if progress.batches else ""
        left = ""
        if state == "running" and progress.seconds_left is not None:
            left = f" · {numbers.duration(progress.seconds_left)} left"
        return [epoch] if state == "finished" else [epoch + batch + left, epoch + left, epoch]


def fitting(wordings: Sequence[str], metrics: QFontMetrics, room: int) -> str:
    """The first wording that a width has room for, or what there is room for of the last."""
    for text in wordings:
        if metrics.horizontalAdvance(text) <= room:
            return text
    return metrics.elidedText(wordings[-1], Qt.TextElideMode.ElideRight, room)


class Stacked(QWidget):
    """A text over a bar.

    Without a layout: a text that changes with every batch would lay the whole window out again.
    """

    def __init__(self, text: QLabel, bar: QProgressBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._bar = text, bar
        text.setParent(self)
        bar.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep both in the middle."""
        super().resizeEvent(event)
        high, low = self._text.fontMetrics().height() + 2, self._bar.height()
        top = (self.height() - high - low - 7) // 2
        self._text.setGeometry(0, top, self.width(), high)
        self._bar.setGeometry(0, top + high + 3, self.width(), low)


class ToolBar(QToolBar):
    """One row; fixed, so that nothing is ever lost."""

    def __init__(
        self,
        workbench: Workbench,
        loader: DataLoader,
        forecaster: Forecaster,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("tool_bar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(METRICS.icon_tool, METRICS.icon_tool))
        actions = workbench.actions
        for group in (("new", "open", "save"), ("undo", "redo")):
            for name in group:
                self.addWidget(_button(actions[f"action_{name}"]))
            self.addSeparator()
        self.chip = DataChip(workbench, loader)
        self.addWidget(self.chip)
        self.transport = Transport(workbench, forecaster)
        self.transport.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(self.transport)
        self.addSeparator()
        self.search = SearchChip(workbench)
        self.addWidget(self.search)


class SearchChip(QToolButton):
    """Looks like a field and opens the command search."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_chip")
        mark(self, chip=True)
        action = workbench.actions["action_search"]
        self.setAccessibleName("Search commands")
        self.setToolTip(action.toolTip())
        self.clicked.connect(action.trigger)
        self.icon_label = QLabel()
        keys = label(action.shortcut().toString(), "axis")
        mark(keys, keycap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(7)
        row.addWidget(self.icon_label)
        row.addWidget(label("Search commands", "label"))
        row.addSpacing(8)
        row.addStretch(1)
        row.addWidget(keys)
        for child in self.findChildren(QLabel):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self._tint)
        self._tint()

    def sizeHint(self) -> QSize:
        """As wide as its labels."""
        return QSize(self.layout().sizeHint().width(), super().sizeHint().height())

    @Slot()
    def _tint(self) -> None:
        ratio = self.devicePixelRatioF()
        self.icon_label.setPixmap(theme().pixmap("search", 14, "text-2", ratio))


class TrainButton(QToolButton):
    """The one primary button; shows the action's text and state with an icon of its own colour."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("button_train")
        mark(self, primary=True)
        self.setFixedHeight(METRICS.button)
        self.setMinimumWidth(88)
        self.setIconSize(QSize(METRICS.icon_tool, METRICS.icon_tool))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Follow the action."""
        text = plain(self._action.text())
        if text != self.text().strip():
            self.setText(f" {text}")
            theme().set_icon(self, "pause" if text == "Pause" else "play", "on-accent")
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(titled(self._action))


def _button(action: QAction) -> QToolButton:
    made = QToolButton()
    made.setObjectName(action.objectName().replace("action_", "button_"))
    made.setDefaultAction(action)
    made.setAccessibleName(titled(action))
    made.setFixedHeight(METRICS.button)
    made.setIconSize(QSize(METRICS.icon_tool, METRICS.icon_tool))
    made.setFixedWidth(METRICS.button)
    return made
