"""Problems as rows: what they say, and how a row is painted."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.design import Analysis, Diagnostic
from cnnstudio.studio import numbers
from cnnstudio.studio.theme import METRICS, theme
from cnnstudio.studio.theme.typography import font_scale

PLURALS = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
"""Severities in order, with the words on the filter chips."""

HEADINGS = ("Severity", "Problem", "Block")
_COLOURS = {"error": "error", "warning": "warning", "note": "text-2"}


@dataclass(frozen=True)
class Problem:
    """One row: the diagnostic, its block's name, and where that block is."""

    diagnostic: Diagnostic
    name: str
    place: str

    @property
    def texts(self) -> tuple[str, str, str]:
        """Severity, sentence, block."""
        return self.diagnostic.severity, self.diagnostic.sentence, self.name


def problem(diagnostic: Diagnostic, analysis: Analysis) -> Problem:
    """Return a row: ``"conv3 · block 7 · input 16×5×5 from pool2"``."""
    design, name = analysis.design, diagnostic.name
    if name not in design:
        return Problem(diagnostic, name, name)
    words = [name, f"block {design.index(name)}"]
    shapes = analysis.row(name).input_shapes
    if shapes:
        behind = " and ".join(source.name for source in design.sources(name))
        words.append(f"input {' and '.join(map(numbers.shape, shapes))} from {behind}")
    return Problem(diagnostic, name, " · ".join(words))


class ProblemsModel(QAbstractTableModel):
    """Problems as a flat table: severity, sentence, block."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.problems: list[Problem] = []

    def show(self, problems: list[Problem]) -> None:
        """Show other problems; the same ones change nothing."""
        if problems == self.problems:
            self.problems = problems  # their repairs are those of the new design
            return
        old, new = len(self.problems), len(problems)
        if new < old:
            self.beginRemoveRows(QModelIndex(), new, old - 1)
            del self.problems[new:]
            self.endRemoveRows()
        elif new > old:
            self.beginInsertRows(QModelIndex(), old, new - 1)
            self.problems = [*self.problems, *problems[old:]]
            self.endInsertRows()
        self.problems = problems
        if problems:
            self.dataChanged.emit(self.index(0, 0), self.index(new - 1, 2))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of problems."""
        return 0 if parent is not None and parent.isValid() else len(self.problems)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return three."""
        return 0 if parent is not None and parent.isValid() else len(HEADINGS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return texts; the place of the block as tool tip."""
        if not index.isValid() or index.row() >= len(self.problems):
            return None
        entry = self.problems[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.texts[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.diagnostic.sentence}\n{entry.place}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.diagnostic.severity}: {entry.diagnostic.sentence}, {entry.place}"
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return the headings."""
        shown = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return HEADINGS[section] if shown else None

    def text(self) -> str:
        """Return all problems as text with tabs."""
        return "\n".join(
            "\t".join(cells) for cells in [HEADINGS, *(p.texts for p in self.problems)]
        )


def row_height() -> int:
    """Height of a row: a sentence and a line below it."""
    return round(44 * font_scale())


class ProblemDelegate(QStyledItemDelegate):
    """Paints a problem: icon, sentence, and where it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return a size as high as every row."""
        return QSize(40, row_height())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the icon or the two lines of text."""
        model = index.model()
        assert isinstance(model, ProblemsModel)
        entry, rect = model.problems[index.row()], option.rect
        painter.save()
        self._ground(painter, option, index)
        if index.column() == 0:
            severity, size = entry.diagnostic.severity, METRICS.icon_tool
            ratio = painter.device().devicePixelRatio()
            icon = theme().pixmap(severity, size, _COLOURS[severity], ratio)
            painter.drawPixmap(QPointF(rect.left() + 14, rect.top() + 7 * font_scale()), icon)
        else:
            self._words(painter, rect, entry)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        rect, low = QRect(option.rect), option.rect.bottom()
        painter.fillRect(rect, theme().color("panel"))
        rect.setHeight(row_height())  # its repairs are below
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = getattr(option.widget, "hovered", -1) == index.row()
        ground = "accent-bg" if selected else "hover" if hovered else "panel"
        painter.fillRect(rect, theme().color(ground))
        painter.fillRect(QRect(rect.left(), low, rect.width(), 1), theme().color("line"))
        if selected and index.column() == 0:
            bar = QRect(rect.left(), rect.top(), 3, rect.height())
            painter.fillRect(bar, theme().color("accent"))

    def _words(self, painter: QPainter, rect: QRect, entry: Problem) -> None:
        scale = font_scale()
        lines = (
            (entry.diagnostic.sentence, "strong", "text", 5, 17),
            (entry.place, "caption", "text-2", 22, 16),
        )
        for text, role, colour, top, height in lines:
            font = theme().font(role)
            if entry.diagnostic.severity == "note" and role == "strong":
                font.setWeight(QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(theme().color(colour))
            room = QRectF(rect.left(), rect.top() + top * scale, rect.width() - 12, height * scale)
            elided = Qt.TextElideMode.ElideRight
            shown = QFontMetricsF(font).elidedText(text, elided, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
