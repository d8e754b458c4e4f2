"""The head of the panel: what is selected, with its icon, its name to edit, and its place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.studio.properties.textfield import TextField
from cnnstudio.studio.theme import METRICS, label, theme
from cnnstudio.studio.theme.typography import font_scale

_SIDE = 32


class IconTile(QWidget):
    """An icon on a trace of its family's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._family = "", "data"
        side = round(_SIDE * font_scale())
        self.setFixedSize(QSize(side, side))
        theme().changed.connect(self.update)

    def show_icon(self, icon: str, family: str) -> None:
        """Show another icon."""
        self._icon, self._family = icon, family
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint tile and icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().header_tint(self._family))
        radius = METRICS.radius_card
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if self._icon:
            size = 18
            colour = theme().header_icon(self._family)
            icon = theme().pixmap(self._icon, size, colour, self.devicePixelRatioF())
            at = (self.width() - size) // 2
            painter.drawPixmap(at, at, icon)
        painter.end()


class NameField(TextField):
    """A heading that can be edited; the border appears when it is touched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme().font("title"))
        self.setStyleSheet(
            "QLineEdit { padding: 0 4px } QLineEdit:read-only,"
            "QLineEdit:!focus:!hover { background: transparent; border-color: transparent }"
        )


class Header(QWidget):
    """Icon, name, and a line below the name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tile = IconTile(self)
        self.name = NameField(self)
        self.caption = label("", "caption", "text-2")
        self.caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caption.setContentsMargins(5, 0, 0, 0)
        self.reason = label("", "small", "error")
        self.reason.setWordWrap(True)
        self.reason.setContentsMargins(5, 2, 0, 0)
        self.reason.hide()
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        for part in (self.name, self.caption, self.reason):
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 6)
        row.setSpacing(5)
        row.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_reason(self, reason: str) -> None:
        """Say why a name is refused; nothing when it is not."""
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        invalid = bool(reason)
        if bool(self.name.property("invalid")) != invalid:
            self.name.setProperty("invalid", invalid)
            self.name.style().unpolish(self.name)
            self.name.style().polish(self.name)
