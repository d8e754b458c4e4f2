"""The palette: every layer by family, to drag onto the canvas or to add with Enter."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSortFilterProxyModel, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QVBoxLayout, QWidget

from cnnstudio.layers import LAYERS
from cnnstudio.studio import insertion
from cnnstudio.studio.palette_model import LAYER, WORDS, LayerModel
from cnnstudio.studio.palette_rows import LayerTree, RowDelegate
from cnnstudio.studio.theme import mark, theme


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
