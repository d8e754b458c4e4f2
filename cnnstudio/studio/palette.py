"""The palette: every layer by family, to drag onto the canvas or to add with Enter."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Slot,
)
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.layers import FAMILIES, LAYERS, Layer
from cnnstudio.studio import insertion
from cnnstudio.studio.canvas.drop import MIME
from cnnstudio.studio.theme import METRICS, ROLES, mark, theme

LAYER = Qt.ItemDataRole.UserRole + 1
"""Class name of a row's layer; nothing for a family."""

WORDS = Qt.ItemDataRole.UserRole + 2
"""What the filter looks through."""


class LayerModel(QStandardItemModel):
    """Families with their layers below them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        for family, heading in FAMILIES.items():
            layers = [
                (name, cls)
                for name, cls in LAYERS.items()
                if cls.family == family and cls.arity[1] != 0
            ]
            if not layers:
                continue
            top = QStandardItem(heading)
            top.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            top.setAccessibleText(f"{heading} blocks")
            top.setToolTip(f"{heading}: {len(layers)} blocks; click to fold")
            for name, cls in layers:
                top.appendRow(_row(name, cls))
            self.appendRow(top)

    def mimeTypes(self) -> list[str]:
        """Return the type of a dragged layer."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the class name of the dragged layer."""
        data = QMimeData()
        for index in indexes:
            if name := index.data(LAYER):
                data.setData(MIME, name.encode())
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        """Return copies only: a row stays in the palette."""
        return Qt.DropAction.CopyAction


def _row(name: str, cls: type[Layer]) -> QStandardItem:
    row = QStandardItem(cls.title)
    row.setFlags(
        Qt.ItemFlag.ItemIsEnabled
        | Qt.ItemFlag.ItemIsSelectable
        | Qt.ItemFlag.ItemIsDragEnabled
        | Qt.ItemFlag.ItemNeverHasChildren
    )
    row.setData(name, LAYER)
    row.setData(f"{cls.title} {name} {cls.stem} {FAMILIES[cls.family]}".lower(), WORDS)
    row.setAccessibleText(f"{cls.title}, {FAMILIES[cls.family]} block")
    row.setToolTip(tool_tip(cls))
    return row


def tool_tip(cls: type[Layer]) -> str:
    """What a block does, its equation, and how to add it."""
    about = (cls.__doc__ or "").strip().split("\n\n")[0].replace("``", "").replace("\n", " ")
    about = " ".join(about.split())
    parts = [f"<b>{escape(cls.title)}</b>", escape(about)]
    if cls.equation and cls.equation not in about:
        parts.append(f"<i>{escape(cls.equation)}</i>")
    parts.append("Drag it onto the canvas, or press Enter to add it behind the selection.")
    return "<p style='white-space:normal'>" + "<br>".join(parts) + "</p>"


class RowDelegate(QStyledItemDelegate):
    """Paints rows as in the design: families as captions, layers with coloured icons."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the height of a row."""
        scale = option.fontMetrics.height() / 15
        family = not index.data(LAYER)
        extra = 8 if family and index.row() > 0 else 0
        return QSize(60, round(METRICS.palette_row * max(scale, 1.0)) + extra)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw a row over the whole width of the view."""
        colors, name = theme(), index.data(LAYER)
        view: QTreeView = option.widget
        rect = QRect(0, option.rect.top(), view.viewport().width(), option.rect.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = selected and view.hasFocus()
        pill = rect.adjusted(6, 1, -6, -1)
        if not name and index.row() > 0:
            pill.setTop(pill.top() + 8)
        if selected and (name or focused):
            painter.setPen(colors.color("accent") if focused else Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("accent-bg"))
            painter.drawRoundedRect(pill, 5, 5)
        elif hovered and name:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("hover"))
            painter.drawRoundedRect(pill, 5, 5)
        middle = pill.center().y() + 1
        ratio = painter.device().devicePixelRatio()
        if name:
            cls = LAYERS[name]
            size = METRICS.icon_palette
            icon = colors.pixmap(cls.icon, size, cls.family, ratio)
            painter.drawPixmap(pill.left() + 18, round(middle - size / 2), icon)
            role, token, left = "body", "text", pill.left() + 42
        else:
            shape = "chevron-down" if view.isExpanded(index) else "chevron-right"
            icon = colors.pixmap(shape, 11, "text-3", ratio)
            painter.drawPixmap(pill.left() + 2, round(middle - 5.5), icon)
            role, token, left = "section", ROLES["section"].colour, pill.left() + 18
        painter.setFont(colors.font(role))
        painter.setPen(colors.color(token))
        place = QRect(left, pill.top(), pill.right() - left - 4, pill.height())
        text = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideRight, place.width()
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


class LayerTree(QTreeView):
    """The rows; a drag shows a small label of what is dragged."""

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex) -> None:
        """Draw nothing: the rows draw their arrows."""

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the current row."""
        index = self.currentIndex()
        if not index.data(LAYER):
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        drag.setPixmap(self._label(index))
        drag.setHotSpot(self._label(index).rect().center() / self.devicePixelRatioF() * 0)
        drag.exec(Qt.DropAction.CopyAction)

    def _label(self, index: QModelIndex) -> QPixmap:
        colors, ratio = theme(), self.devicePixelRatioF()
        cls = LAYERS[index.data(LAYER)]
        width = self.fontMetrics().horizontalAdvance(cls.title) + 44
        pixmap = QPixmap(round(width * ratio), round(26 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.color("accent"))
        painter.setBrush(colors.color("card"))
        painter.drawRoundedRect(1, 1, width - 2, 24, 6, 6)
        painter.drawPixmap(9, 5, colors.pixmap(cls.icon, 15, cls.family, ratio))
        painter.setFont(colors.font("body"))
        painter.setPen(colors.color("text"))
        painter.drawText(QRect(31, 1, width - 34, 24), Qt.AlignmentFlag.AlignVCenter, cls.title)
        painter.end()
        return pixmap


class Palette(QWidget):
    """The Blocks tab: a filter over the layers."""

    def __init__(self, workbench: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = workbench.document
        mark(self, surface="panel")
        self.field = QLineEdit()
        self.field.setObjectName("palette_filter")
        self.field.setPlaceholderText("Filter blocks")
        self.field.setAccessibleName("Filter blocks")
        self.field.setToolTip("Show the blocks whose name contains this (/)")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self._key = QLabel("/", self.field)
        mark(self._key, keycap=True)
        self._search = self.field.addAction(
            theme().icon("search", "text-3"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._model = LayerModel(self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._model)
        self._found.setFilterRole(WORDS)
        self._found.setRecursiveFilteringEnabled(True)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tree = LayerTree()
        self.tree.setObjectName("palette")
        self.tree.setAccessibleName("Blocks")
        self.tree.setModel(self._found)
        self.tree.setItemDelegate(RowDelegate(self.tree))
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(0)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setMouseTracking(True)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree.expandAll()
        self.tree.clicked.connect(self._fold)
        self.tree.doubleClicked.connect(self._add)
        self.tree.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        inner = QVBoxLayout()
        inner.setContentsMargins(10, 0, 10, 0)
        inner.addWidget(self.field)
        column.addLayout(inner)
        column.addWidget(self.tree, 1)
        theme().changed.connect(self._tint)

    @Slot()
    def focus_filter(self) -> None:
        """Bring the keyboard to the filter."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def index_of(self, name: str) -> QModelIndex:
        """The row of a layer by class name; invalid while it is filtered out."""
        for place in range(self._found.rowCount()):
            family = self._found.index(place, 0)
            for row in range(self._found.rowCount(family)):
                index = self._found.index(row, 0, family)
                if index.data(LAYER) == name:
                    return index
        return QModelIndex()

    @Slot()
    def _tint(self) -> None:
        self._search.setIcon(theme().icon("search", "text-3"))
        self.tree.viewport().update()

    @Slot(str)
    def _filter(self, text: str) -> None:
        self._key.setVisible(not text)
        self._found.setFilterFixedString(text.strip().lower())
        if text.strip():
            self.tree.expandAll()
            self._choose_first()
        else:
            self.tree.expandAll()

    def _choose_first(self) -> None:
        for place in range(self._found.rowCount()):
            family = self._found.index(place, 0)
            if self._found.rowCount(family):
                self.tree.setCurrentIndex(self._found.index(0, 0, family))
                return

    @Slot(QModelIndex)
    def _fold(self, index: QModelIndex) -> None:
        if not index.data(LAYER):
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    @Slot(QModelIndex)
    def _add(self, index: QModelIndex) -> None:
        name = index.data(LAYER)
        if name:
            insertion.insert(self._document, LAYERS[name]())

    def resizeEvent(self, event: Any) -> None:
        """Keep the key of the filter at its right end."""
        super().resizeEvent(event)
        self._place_key()

    def showEvent(self, event: Any) -> None:
        """Keep the key of the filter at its right end."""
        super().showEvent(event)
        self._place_key()

    def _place_key(self) -> None:
        size = self._key.sizeHint()
        field = self.field
        self._key.setGeometry(
            field.width() - size.width() - 7,
            (field.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter adds; Down goes from the filter to the rows; Esc clears the filter."""
        if event.type() == QEvent.Type.Resize and watched is self.field:
            self._place_key()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            index = self.tree.currentIndex()
            if index.data(LAYER):
                self._add(index)
            elif index.isValid() and watched is self.tree:
                self._fold(index)
            return True
        if watched is self.field:
            if key == Qt.Key.Key_Down:
                if not self.tree.currentIndex().data(LAYER):
                    self._choose_first()
                self.tree.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if key == Qt.Key.Key_Escape and self.field.text():
                self.field.clear()
                return True
        return super().eventFilter(watched, event)
