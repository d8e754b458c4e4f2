"""A small list with search over the canvas: type, walk with the arrows, Enter takes, Esc leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cnnstudio.studio.theme import label, mark, theme

WIDTH, ROW, MOST_ROWS = 268, 26, 9


@dataclass(frozen=True)
class Choice:
    """One row: what it says, what is found by typing, what it stands for.

    A row with a reason cannot be taken and shows why.
    """

    title: str
    value: Any
    icon: str = ""
    color: str = "text-2"
    hint: str = ""
    words: str = ""
    reason: str = ""


class QuickPick(QFrame):
    """Lies over its parent until something is taken or it loses the focus."""

    def __init__(
        self,
        parent: QWidget,
        heading: str,
        choices: Sequence[Choice],
        taken: Callable[[Any], None],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("quick_pick")
        self.setAccessibleName(heading)
        mark(self, surface="card")
        self._choices = list(choices)
        self._taken: Callable[[Any], None] | None = taken
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(label(heading, "caption"))
        self.field = QLineEdit()
        self.field.setObjectName("quick_pick_field")
        self.field.setPlaceholderText("Type a name")
        self.field.setAccessibleName(heading)
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        column.addWidget(self.field)
        self.list = QListWidget()
        self.list.setObjectName("quick_pick_list")
        self.list.setAccessibleName(heading)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(15, 15))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        column.addWidget(self.list)
        self.setFixedWidth(WIDTH)
        self._filter("")

    def open_at(self, point: QPoint) -> None:
        """Show at a point of the parent, moved so that all of it is seen."""
        rows = min(max(self.list.count(), 3), MOST_ROWS)
        self.list.setFixedHeight(rows * ROW + 4)
        self.adjustSize()
        whole = self.parentWidget().rect()
        x = max(4, min(point.x(), whole.width() - self.width() - 4))
        y = max(4, min(point.y(), whole.height() - self.height() - 4))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.list.clear()
        wanted = text.strip().lower()
        found = []
        for choice in self._choices:
            words = f"{choice.title} {choice.hint} {choice.words}".lower()
            if all(word in words for word in wanted.split()):
                starts = choice.title.lower().startswith(wanted) or any(
                    word.startswith(wanted) for word in choice.words.lower().split()
                )
                found.append((bool(choice.reason), not starts, len(found), choice))
        for *_, choice in sorted(found, key=lambda entry: entry[:3]):
            row = QListWidgetItem(choice.title)
            if choice.icon:
                row.setIcon(theme().icon(choice.icon, choice.color))
            if choice.hint:
                row.setText(f"{choice.title}   {choice.hint}")
            row.setToolTip(choice.reason or choice.hint or choice.title)
            row.setSizeHint(QSize(0, ROW))
            row.setData(Qt.ItemDataRole.UserRole, choice)
            if choice.reason:
                row.setFlags(row.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(row)
        self._step(0)

    def _step(self, by: int) -> None:
        usable = [
            place
            for place in range(self.list.count())
            if self.list.item(place).flags() & Qt.ItemFlag.ItemIsEnabled
        ]
        if not usable:
            return
        now = self.list.currentRow()
        place = usable.index(now) + by if now in usable else 0
        self.list.setCurrentRow(usable[place % len(usable)])

    @Slot(QListWidgetItem)
    def _take(self, row: QListWidgetItem | None) -> None:
        if row is None or not row.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        choice = row.data(Qt.ItemDataRole.UserRole)
        taken = self._taken
        self.leave()
        if taken is not None:
            taken(choice.value)

    def leave(self) -> None:
        """Go away and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        if (below := self.parentWidget().parentWidget()) is not None:
            below.setFocus(Qt.FocusReason.PopupFocusReason)
        # Nothing of the canvas may hang on what is deleted later.
        self._taken = None
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk through the list with the keys of the field."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.leave()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentItem())
                return True
            if key == Qt.Key.Key_Escape:
                self.leave()
                return True
        return super().eventFilter(watched, event)
