"""The strip of probe images below the canvas: choose one, see what the network makes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QWidget

from cnnstudio.studio.maps.pictures import photograph
from cnnstudio.studio.probes import MOST, Probes
from cnnstudio.studio.theme import label, theme

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

SIDE = 36
BADGE = 14


class ProbeButton(QAbstractButton):
    """One probe image with a badge: the prediction, ``5→7`` in red when it is wrong."""

    def __init__(self, probes: Probes, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probes, self.place = probes, place
        self._image = QImage()
        self.setObjectName(f"probe_{place + 1}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self._probes.select(self.place)
        self.setChecked(self._probes.current == self.place)

    def show_image(self) -> None:
        """Take the image from the probes."""
        dataset = self._probes.dataset
        transform = None if dataset is None else dataset.transform
        self._image = photograph(self._probes.images[self.place], transform)
        self.describe()

    @property
    def badge(self) -> tuple[str, bool]:
        """Text of the badge, and whether the prediction is wrong."""
        found = self._probes.predictions
        if found is None:
            return "", False
        label_, seen = int(self._probes.labels[self.place]), found[self.place]
        name = self._probes.class_name
        return (name(seen), False) if seen == label_ else (f"{name(label_)}→{name(seen)}", True)

    def describe(self) -> None:
        """Say in words what is shown."""
        name = self._probes.class_name(int(self._probes.labels[self.place]))
        text, wrong = self.badge
        seen = "not classified yet"
        if text:
            seen = "taken for " + text.split("→")[-1] if wrong else "recognised"
        self.setAccessibleName(f"Probe {self.place + 1}: {name}, {seen}")
        self.setToolTip(f"Probe {self.place + 1} shows {name}, {seen}")
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the image, its outline and its badge."""
        return QSize(SIDE + 12, SIDE + 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along the strip."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self._probes.select(self._probes.current + step)
        elif event.key() == Qt.Key.Key_Delete:
            self._probes.remove(self.place)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to unpin the image."""
        menu = QMenu(self)
        action = menu.addAction("Unpin this image")
        action.setEnabled(len(self._probes) > 1)
        if menu.exec(event.globalPos()) is action:
            self._probes.remove(self.place)
        menu.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw image, outline and badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(4, 4, SIDE, SIDE)
        width, height = max(self._image.width(), 1), max(self._image.height(), 1)
        scale = SIDE / max(width, height)
        shown = QRectF(0, 0, width * scale, height * scale)
        shown.moveCenter(frame.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(shown, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked() or self.hasFocus():
            painter.setPen(QPen(theme().color("accent", 0.25), 3))
            if self.hasFocus():
                painter.drawRoundedRect(frame.adjusted(-2.5, -2.5, 2.5, 2.5), 5, 5)
            painter.setPen(QPen(theme().color("accent" if self.isChecked() else "border"), 2))
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), 4, 4)
        elif self.underMouse():
            painter.setPen(QPen(theme().color("border-strong"), 1.5))
            painter.drawRoundedRect(frame.adjusted(-1.5, -1.5, 1.5, 1.5), 4, 4)
        text, wrong = self.badge
        if text:
            self._paint_badge(painter, text, wrong)

    def _paint_badge(self, painter: QPainter, text: str, wrong: bool) -> None:
        font = theme().font("value-strong" if wrong else "value")
        painter.setFont(font)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, SIDE + 2)
        width = max(metrics.horizontalAdvance(text) + 8, BADGE)
        pill = QRectF(self.width() - width - 1, self.height() - BADGE - 1, width, BADGE)
        painter.setPen(QPen(theme().color("error" if wrong else "border-strong"), 1))
        painter.setBrush(theme().color("error" if wrong else "card"))
        painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), BADGE / 2, BADGE / 2)
        painter.setPen(theme().color("on-accent" if wrong else "text"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


class PlusButton(QAbstractButton):
    """Opens the gallery to pin more images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probe_add")
        self.setAccessibleName("Pin probe images")
        self.setToolTip("Choose probe images from the data")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """As large as a probe."""
        return QSize(SIDE + 12, SIDE + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a dashed frame with a plus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(4.5, 4.5, SIDE - 1, SIDE - 1)
        bright = self.underMouse() or self.hasFocus()
        pen = QPen(theme().color("accent" if bright else "border-strong"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, 6, 6)
        drawn = theme().pixmap("plus", 16, "text-2", self.devicePixelRatioF())
        painter.drawPixmap(round(frame.center().x() - 8), round(frame.center().y() - 8), drawn)


class ProbeStrip(QWidget):
    """All probe images in a row.

    Attributes
    ----------
    buttons : list of ProbeButton
    plus : PlusButton
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._probes = workbench, workbench.probes
        self._gallery: QWidget | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 12, 3)
        layout.setSpacing(2)
        layout.addStretch(1)
        layout.addWidget(label("Probe images", "label"))
        layout.addSpacing(8)
        self.buttons = [ProbeButton(self._probes, place, self) for place in range(MOST)]
        for button in self.buttons:
            layout.addWidget(button)
        self.plus = PlusButton(self)
        self.plus.clicked.connect(self.open_gallery)
        layout.addWidget(self.plus)
        self._probes.changed.connect(self._refill)
        self._probes.current_changed.connect(self._mark)
        self._probes.predictions_changed.connect(self._badges)
        theme().changed.connect(self._badges)
        self._refill()

    @Slot()
    def _refill(self) -> None:
        count = len(self._probes)
        for button in self.buttons:
            button.setVisible(button.place < count)
            if button.place < count:
                button.show_image()
        self.plus.setEnabled(self._probes.dataset is not None)
        self._mark()

    @Slot()
    def _mark(self) -> None:
        for button in self.buttons:
            button.setChecked(button.place == self._probes.current)

    @Slot()
    def _badges(self) -> None:
        for button in self.buttons[: len(self._probes)]:
            button.describe()
        self.plus.update()

    @Slot()
    def open_gallery(self) -> None:
        """Show the images of the data beside the window."""
        from cnnstudio.studio.gallery import Gallery

        if self._gallery is None:
            self._gallery = Gallery(self._workbench, self.window())
        if self._gallery.isVisible():
            self._gallery.activateWindow()
        self._gallery.show()
