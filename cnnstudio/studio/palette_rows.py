"""How the rows of the palette look, also while one is dragged."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QDrag, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from cnnstudio.layers import LAYERS
from cnnstudio.studio.palette_model import LAYER
from cnnstudio.studio.theme import METRICS, ROLES, theme


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
