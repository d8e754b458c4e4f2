"""The tool bar: files, undo, data, transport, command search in one row."""

from __future__ import annotations

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
        head, rest = self._sentence()
        colour = theme().value("text-2")
        room = self.status.width() - QFontMetrics(theme().font("strong")).horizontalAdvance(head)
        elided = self.status.fontMetrics().elidedText(
            rest, Qt.TextElideMode.ElideRight, max(room - 16, 60)
        )
        body = f' <span style="color:{colour}">· {escape(elided)}</span>' if rest else ""
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
        return 1.0 if self._training.state == "finished" else self._training.progress.share

    def _sentence(self) -> tuple[str, str]:
        training, state = self._training, self._training.state
        if self._workbench.dataset is None:
            return "Starting", "reading the images"
        if state == "error" or (training.reason and state != "running"):
            if len(self._workbench.document.design) == 1:
                return "Empty", "add blocks to train"
            errors = len(self._workbench.document.analysis.errors)
            if errors:
                epochs = numbers.count(training.plan.epochs, "epoch")
                return "Not ready", f"fix {numbers.count(errors, 'problem')} to train {epochs}"
            return "Not ready", training.reason
        if state == "idle":
            batches = -(-len(self._workbench.dataset.train) // training.plan.batch_size)
            epochs = numbers.count(training.plan.epochs, "epoch")
            facts = [f"{epochs} of {numbers.count(batches, 'batch', 'batches')}"]
            if self._forecaster.seconds is not None:
                facts.append(f"about {numbers.roughly(self._forecaster.seconds)}")
            return "Ready", " · ".join(facts)
        if state == "stopped" and training.run is not None and training.run.message:
            return "Stopped", training.run.message
        head = {"running": "Training", "paused": "Paused", "stopped": "Stopped"}.get(
            state, "Finished"
        )
        return head, " · ".join(self._facts())

    def _facts(self) -> list[str]:
        progress = self._training.progress
        found = [f"Epoch {progress.epoch}/{progress.epochs}"]
        if self._training.state != "finished" and progress.batches:
            found.append(f"batch {progress.batch}/{progress.batches}")
        if self._training.state == "running" and progress.seconds_left is not None:
            found.append(f"{numbers.duration(progress.seconds_left)} left")
        return found


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
        if text != self.text():
            self.setText(text)
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
