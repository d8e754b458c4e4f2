"""How a cell of the table of shapes is painted: icons, share bars, old → new, error and waiting."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnstudio.studio.script import script
from cnnstudio.studio.tables.lines import Column, Line
from cnnstudio.studio.tables.model import RIGHT_ALIGNED, LinesModel
from cnnstudio.studio.theme import METRICS, theme
from cnnstudio.studio.theme.typography import font_scale

PADDING = 6
ARROW = " → "
BAR_WIDTH = 35
SHARE_ALONE = 58
"""Width of the column of shares without bars."""


_BARS_FROM = PADDING + BAR_WIDTH + 40


def row_height() -> int:
    """Height of a row at the user's font size."""
    return round(METRICS.table_row * font_scale())


class LineDelegate(QStyledItemDelegate):
    """Paints the cells; the row under the pointer is the table's `hovered`."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return a size as high as every row."""
        return QSize(40, row_height())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell with its part of the row's ground."""
        model = index.model()
        assert isinstance(model, LinesModel)
        line, column = model.lines[index.row()], index.column()
        painter.save()
        self._ground(painter, option, line, index)
        if column == Column.BLOCK:
            self._block(painter, option, line)
        elif column == Column.SHARE and line.share and option.rect.width() > _BARS_FROM:
            self._share(painter, option.rect, line)
        else:
            self._text(painter, option.rect, line, column)
        painter.restore()

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, line: Line, index: QModelIndex
    ) -> None:
        colours, rect = theme(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground, bar = "alt" if index.row() % 2 else "panel", ""
        if line.status == "total":
            ground = "panel"
        elif line.status == "error":
            ground, bar = "error-bg", "error"
        elif selected or line.status == "new":
            ground, bar = "accent-bg", "accent"
        elif getattr(option.widget, "hovered", -1) == index.row():
            ground = "hover"
        painter.fillRect(rect, colours.color(ground))
        if line.status == "error" and selected:
            painter.fillRect(rect, colours.color("error", 0.14))
        if bar and index.column() == 0:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), colours.color(bar))

    def _block(self, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> None:
        rect = option.rect
        if line.status == "total":
            self._text(painter, rect.adjusted(0, 0, 0, 0), line, Column.BLOCK)
            return
        size = METRICS.icon_table
        faint = line.status in ("waiting", "gone")
        ratio = painter.device().devicePixelRatio()
        icon = theme().pixmap(line.icon, size, "text-3" if faint else line.family, ratio)
        at = QPointF(rect.left() + PADDING, rect.top() + (rect.height() - size) // 2)
        painter.drawPixmap(at, icon)
        self._text(painter, rect.adjusted(size + 7, 0, 0, 0), line, Column.BLOCK)

    def _share(self, painter: QPainter, rect: QRect, line: Line) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(1.0, BAR_WIDTH * line.share)
        bar = QRectF(rect.left() + PADDING, rect.center().y() - 3.5, width, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("accent", 0.55))
        radius = min(METRICS.radius_bar, width / 2)
        painter.drawRoundedRect(bar, radius, radius)
        inner = QRectF(rect.adjusted(PADDING + BAR_WIDTH + 2, 0, -PADDING, 0))
        colour = self._colour(line, Column.SHARE)
        script("cell").write(painter, inner, line.texts[Column.SHARE], colour, right=True)

    def _text(self, painter: QPainter, rect: QRect, line: Line, column: int) -> None:
        text = line.texts[column]
        inner = QRectF(rect.adjusted(PADDING, 0, -PADDING, 0))
        right = column in RIGHT_ALIGNED
        role = "total" if line.status == "total" else "cell"
        if line.old[column]:
            self._change(painter, inner, role, line.old[column], text, right)
        elif text:
            strong = line.status == "error" and column == Column.OUTPUT
            struck = line.status == "gone" and column != Column.NUMBER
            cut = column != Column.BLOCK or line.status != "total"
            colour = self._colour(line, column)
            script(role, strong, struck).write(painter, inner, text, colour, right, cut)

    def _colour(self, line: Line, column: int) -> QColor:
        if line.status == "error" and column == Column.OUTPUT:
            return theme().color("error")
        if line.status in ("waiting", "gone"):
            return theme().color("text-3")
        if line.status == "total" or column == Column.BLOCK:
            return theme().color("text")
        if column in (Column.NUMBER, Column.SETTINGS):
            return theme().color("text-2")
        return theme().color("text")

    def _change(
        self, painter: QPainter, rect: QRectF, role: str, old: str, new: str, right: bool
    ) -> None:
        """Paint ~~old~~ → **new**; where there is no room, the new value alone."""
        colours = theme()
        parts = [
            (old, script(role, struck=True), colours.color("text-3")),
            (ARROW, script(role), colours.color("text-2")),
            (new, script(role, strong=True), colours.color("accent")),
        ]
        if change_width(role, old, new) > rect.width() + 1:
            parts = parts[2:]
        widths = [writing.width(text) for text, writing, _ in parts]
        x = max(rect.right() - sum(widths), rect.left()) if right else rect.left()
        for (text, writing, colour), width in zip(parts, widths, strict=True):
            room = QRectF(x, rect.top(), min(width, rect.right() - x), rect.height())
            writing.write(painter, room, text, colour)
            x += width


def change_width(role: str, old: str, new: str) -> float:
    """Width of ~~old~~ → **new**."""
    return script(role).width(old + ARROW) + script(role, strong=True).width(new)
