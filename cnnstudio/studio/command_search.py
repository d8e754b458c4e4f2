"""The command search: every action, block, template and setting by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.studio.theme import mark, theme

ROW = 28
ROWS_SHOWN = 11
_ENTRY = Qt.ItemDataRole.UserRole
_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, eq=False)
class Entry:
    """Something that can be found.

    Attributes
    ----------
    title : str
    kind : str
        Caption at the right: ``"Block"``, ``"Template"``, or the short cut.
    run : callable
        What happens.
    icon, color : str
        Drawing and its token.
    refusal : str
        Why it cannot be done now, empty if it can.
    words : str
        Further words it is found by.
    """

    title: str
    kind: str
    run: Callable[[], object]
    icon: str = ""
    color: str = "text-2"
    refusal: str = ""
    words: str = ""


def rank(entry: Entry, query: str) -> tuple[int, ...] | None:
    """Order of an entry for a query, None if it does not fit: every word must begin some word."""
    wanted = query.lower().split()
    title = entry.title.lower()
    words = f"{title} {entry.words.lower()} {entry.kind.lower()}".replace("·", " ").split()
    for part in wanted:
        if not any(word.startswith(part) for word in words) and part not in title:
            return None
    starts = title.startswith(query.lower().strip())
    inside = all(any(word.startswith(p) for word in title.split()) for p in wanted)
    return (not starts, not inside, bool(entry.refusal))


class _RowPainter(QStyledItemDelegate):
    """Icon, title, and at the right the kind or the reason why not."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one row."""
        entry: Entry = index.data(_ENTRY)
        colors = theme()
        chosen = option.state.value & option.state.State_Selected.value
        if chosen:
            painter.fillRect(option.rect, colors.color("accent-bg"))
            bar = QRect(option.rect.topLeft(), QSize(3, option.rect.height()))
            painter.fillRect(bar, colors.color("accent"))
        inner = option.rect.adjusted(12, 0, -12, 0)
        ratio = option.widget.devicePixelRatioF()
        if entry.icon:
            color = "disabled" if entry.refusal else entry.color
            drawn = colors.pixmap(entry.icon, 15, color, ratio)
            painter.drawPixmap(QPoint(inner.left(), inner.center().y() - 7), drawn)
        text = inner.adjusted(24, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(colors.font("small"))
        side = entry.refusal or entry.kind
        width = min(painter.fontMetrics().horizontalAdvance(side), text.width() * 3 // 5)
        side = painter.fontMetrics().elidedText(side, Qt.TextElideMode.ElideRight, width + 1)
        painter.setPen(colors.color("text-2" if chosen else "text-3"))
        painter.drawText(text, middle | Qt.AlignmentFlag.AlignRight, side)
        painter.setFont(colors.font("body"))
        painter.setPen(colors.color("disabled" if entry.refusal else "text"))
        text.setRight(text.right() - width - 12)
        title = painter.fontMetrics().elidedText(
            entry.title, Qt.TextElideMode.ElideRight, text.width()
        )
        painter.drawText(text, middle | Qt.AlignmentFlag.AlignLeft, title)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """All rows are alike."""
        return QSize(200, ROW)


class CommandSearch(QFrame):
    """A panel with a field and what it finds; Enter does it, Esc closes."""

    def __init__(self, entries: Callable[[], list[Entry]], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("command_search")
        self.setAccessibleName("Search commands")
        mark(self, surface="card")
        self._gather = entries
        self._entries: list[Entry] = []
        self.field = QLineEdit()
        self.field.setObjectName("command_field")
        self.field.setAccessibleName("Search any action, block, template or setting")
        self.field.setPlaceholderText("Any action, block, template or setting")
        self.field.setClearButtonEnabled(True)
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setObjectName("command_list")
        self.list.setAccessibleName("What was found")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_RowPainter(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.model = QStandardItemModel(self)
        self.list.setModel(self.model)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._search)
        self.field.returnPressed.connect(self._run)
        self.list.clicked.connect(self._run)

    def open(self, anchor: QWidget) -> None:
        """Show it under a widget, empty."""
        self._entries = self._gather()
        self.field.clear()
        self._search("")
        width = max(440, anchor.width())
        corner = anchor.mapToGlobal(QPoint(anchor.width() - width, anchor.height() + 4))
        self.setGeometry(QRect(corner, QSize(width, ROW * ROWS_SHOWN + 54)))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot(str)
    def _search(self, query: str) -> None:
        found = [(rank(entry, query), entry) for entry in self._entries]
        kept = [(order, entry) for order, entry in found if order is not None]
        if query.strip():
            kept.sort(key=_order)
        self.model.clear()
        for _, entry in kept:
            item = QStandardItem(entry.title)
            item.setData(entry, _ENTRY)
            item.setAccessibleText(f"{entry.title}, {entry.refusal or entry.kind}")
            item.setEditable(False)
            self.model.appendRow(item)
        if not kept:
            nothing = Entry("Nothing found", "", self.close, refusal="try another word")
            item = QStandardItem(nothing.title)
            item.setData(nothing, _ENTRY)
            self.model.appendRow(item)
        self.list.setCurrentIndex(self.model.index(0, 0))

    @Slot()
    def _run(self) -> None:
        index = self.list.currentIndex()
        entry: Entry | None = index.data(_ENTRY) if index.isValid() else None
        if entry is not None and not entry.refusal:
            self.close()
            entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the field walk the list."""
        if (
            watched is self.field
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS
        ):
            row, last = self.list.currentIndex().row(), self.model.rowCount() - 1
            step = {
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_PageUp: -ROWS_SHOWN,
                Qt.Key.Key_PageDown: ROWS_SHOWN,
            }[Qt.Key(event.key())]
            self.list.setCurrentIndex(self.model.index(min(max(row + step, 0), last), 0))
            return True
        return super().eventFilter(watched, event)


def _order(found: tuple[tuple[int, ...], Entry]) -> tuple[int, ...]:
    return found[0]
