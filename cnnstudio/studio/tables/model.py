"""The table of shapes as a flat Qt model that tells exactly what changed."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from cnnstudio.studio.tables.lines import EXPLANATIONS, HEADINGS, Column, Line

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
RIGHT_ALIGNED = frozenset(
    {Column.PARAMETERS, Column.STATE, Column.MULTIPLY_ADDS, Column.FIELD, Column.BYTES}
)


class LinesModel(QAbstractTableModel):
    """Lines of the table; `show` replaces them and announces the difference only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        """Show other lines: rows in the middle come and go, cells change in place."""
        old, new = [line.id for line in self.lines], [line.id for line in lines]
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        behind = 0
        while behind < min(len(old), len(new)) - first and old[-1 - behind] == new[-1 - behind]:
            behind += 1
        if len(old) > first + behind:
            self.beginRemoveRows(QModelIndex(), first, len(old) - behind - 1)
            del self.lines[first : len(old) - behind]
            self.endRemoveRows()
        if len(new) > first + behind:
            self.beginInsertRows(QModelIndex(), first, len(new) - behind - 1)
            self.lines[first:first] = lines[first : len(new) - behind]
            self.endInsertRows()
        changed = [row for row, line in enumerate(lines) if self.lines[row] != line]
        self.lines = lines
        if changed:
            last = len(Column) - 1
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of lines; cells have no children."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns; cells have no children."""
        return 0 if parent is not None and parent.isValid() else len(Column)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, alignment, tool tip or name for screen readers."""
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return line.texts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in RIGHT_ALIGNED else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            changes = line.old[column] and f"{line.old[column]} → {line.texts[column]}"
            return line.remark or changes or line.texts[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[column]}: {line.texts[column]}"
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return headings and what they mean."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return EXPLANATIONS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in RIGHT_ALIGNED else _LEFT
        return None
