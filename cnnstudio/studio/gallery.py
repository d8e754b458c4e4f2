"""The gallery: the images that the network is not trained with, to look through and to pin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.studio import numbers
from cnnstudio.studio.maps.pictures import photograph
from cnnstudio.studio.observer import Verdicts
from cnnstudio.studio.probes import MOST, Probes
from cnnstudio.studio.sight import Sight
from cnnstudio.studio.theme import label, theme

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

SIDE = 44
KEPT = 512
"""Pictures kept in memory."""

LABEL_ROLE = Qt.ItemDataRole.UserRole + 1
SEEN_ROLE = Qt.ItemDataRole.UserRole + 2
PLACE_ROLE = Qt.ItemDataRole.UserRole + 3


class ImageModel(QAbstractListModel):
    """Some of the images of the pool, with label and prediction."""

    def __init__(self, probes: Probes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probes = probes
        self.places: NDArray[np.int64] = np.zeros(0, np.int64)
        self._predicted: NDArray[np.int64] | None = None
        self._pictures: dict[int, QImage] = {}

    def show_places(self, places: NDArray[np.int64], predicted: NDArray[np.int64] | None) -> None:
        """Show these images of the pool; `predicted` is about the whole pool."""
        self.beginResetModel()
        self.places, self._predicted = places, predicted
        self.endResetModel()

    def forget(self) -> None:
        """Drop the pictures: there is another data set."""
        self._pictures.clear()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Number of images."""
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Picture, label, prediction, and all of it in words."""
        place = int(self.places[index.row()])
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(place)
        if role == PLACE_ROLE:
            return place
        label_ = self._probes.pool_label(place)
        seen = None if self._predicted is None else int(self._predicted[place])
        if role == LABEL_ROLE:
            return label_
        if role == SEEN_ROLE:
            return seen
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            name = self._probes.class_name
            text = f"Image {place + 1}: {name(label_)}"
            if seen is not None:
                text += ", recognised" if seen == label_ else f", taken for {name(seen)}"
            if place in self._probes.indices:
                return f"{text}; pinned"
            return f"{text}; click to pin"
        return None

    def _picture(self, place: int) -> QImage:
        if place not in self._pictures:
            while len(self._pictures) >= KEPT:
                self._pictures.pop(next(iter(self._pictures)))
            dataset = self._probes.dataset
            transform = None if dataset is None else dataset.transform
            self._pictures[place] = photograph(self._probes.pool_image(place), transform)
        return self._pictures[place]


class ImageDelegate(QStyledItemDelegate):
    """Draws an image with its marks: pinned, right (nothing), wrong (``5→7``)."""

    def __init__(self, probes: Probes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probes = probes

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Image and mark."""
        return QSize(SIDE + 10, SIDE + 22)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one image."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        image: QImage = index.data(Qt.ItemDataRole.DecorationRole)
        left, top = option.rect.left() + 5, option.rect.top() + 4
        frame = QRectF(left, top, SIDE, SIDE)
        scale = SIDE / max(image.width(), image.height(), 1)
        shown = QRectF(0, 0, image.width() * scale, image.height() * scale)
        shown.moveCenter(frame.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(shown, image)
        pinned = index.data(PLACE_ROLE) in self._probes.indices
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if pinned or focused or hovered:
            token = "accent" if pinned else "border-strong"
            painter.setPen(QPen(theme().color(token), 2 if pinned or focused else 1.4))
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), 4, 4)
        label_, seen = index.data(LABEL_ROLE), index.data(SEEN_ROLE)
        wrong = seen is not None and seen != label_
        name = self._probes.class_name
        text = f"{name(label_)}→{name(seen)}" if wrong else name(label_)
        painter.setFont(theme().font("value-strong" if wrong else "value"))
        painter.setPen(theme().color("error" if wrong else "text-2"))
        below = QRectF(option.rect.left(), top + SIDE + 2, option.rect.width(), 14)
        text = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, option.rect.width() - 2
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


class ImageList(QListView):
    """Images in rows; a click or Enter pins one, or unpins it.

    Signals
    -------
    toggled
        Place in the pool.
    """

    toggled = Signal(int)

    def __init__(self, probes: Probes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probes = probes
        self.images = ImageModel(probes, self)
        self.setModel(self.images)
        self.setItemDelegate(ImageDelegate(probes, self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.clicked.connect(self._toggle)
        self.activated.connect(self._toggle_by_key)
        probes.changed.connect(self._repaint)

    @Slot(QModelIndex)
    def _toggle(self, index: QModelIndex) -> None:
        place = index.data(PLACE_ROLE)
        if place in self._probes.indices:
            self._probes.remove(self._probes.indices.index(place))
        else:
            self._probes.add(place)
        self.toggled.emit(place)

    @Slot(QModelIndex)
    def _toggle_by_key(self, index: QModelIndex) -> None:
        if not self.underMouse():
            self._toggle(index)

    @Slot()
    def _repaint(self) -> None:
        self.viewport().update()


class Gallery(QDialog):
    """A window beside the studio's, never in its way.

    Attributes
    ----------
    list : ImageList
    class_box, verdict_box : QComboBox
        Which class, and right or wrong only.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspector, self._probes = workbench.inspector, workbench.probes
        self.setWindowTitle("Probe images")
        self.setModal(False)
        self.resize(600, 460)
        self.list = ImageList(self._probes, self)
        self.list.setAccessibleName("Validation and test images")
        self.class_box = QComboBox(self)
        self.class_box.setAccessibleName("Class")
        self.class_box.setToolTip("Show one class only")
        self.verdict_box = QComboBox(self)
        self.verdict_box.setAccessibleName("Right or wrong")
        self.verdict_box.addItems(["Right and wrong", "Wrong only", "Right only"])
        self.count = label("", "caption")
        hint = f"Click an image to pin or unpin it; up to {MOST} probes flow through the network."
        top = QHBoxLayout()
        top.addWidget(self.class_box)
        top.addWidget(self.verdict_box)
        top.addStretch(1)
        top.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.list, 1)
        layout.addWidget(label(hint, "caption"))
        self.class_box.activated.connect(self.refresh)
        self.verdict_box.activated.connect(self.refresh)
        self._inspector.verdicts_ready.connect(self.refresh)
        workbench.dataset_changed.connect(self._another_dataset)
        workbench.training.run_changed.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self._inspector.watch(Sight(self))
        self._another_dataset()

    @Slot()
    def _another_dataset(self) -> None:
        self.list.images.forget()
        names = () if self._probes.dataset is None else self._probes.dataset.class_names
        self.class_box.clear()
        self.class_box.addItems(["All classes", *names])
        self.refresh()

    @Slot()
    def refresh(self, *_: object) -> None:
        """Filter the images."""
        found: Verdicts | None = self._inspector.verdicts
        labels = self._probes.pool_labels if self._probes.dataset else np.zeros(0, np.int64)
        predicted = found.predicted if found and len(found.predicted) == len(labels) else None
        keep = np.ones(len(labels), bool)
        if self.class_box.currentIndex() > 0:
            keep &= labels == self.class_box.currentIndex() - 1
        self.verdict_box.setEnabled(predicted is not None)
        self.verdict_box.setToolTip(
            "Show what the network gets right or wrong"
            if predicted is not None
            else "Train first: there are no predictions yet"
        )
        if predicted is not None and self.verdict_box.currentIndex():
            right = predicted == labels
            keep &= right if self.verdict_box.currentIndex() == 2 else ~right
        places = np.flatnonzero(keep)
        self.list.images.show_places(places, predicted)
        wrong = "" if predicted is None else f", {int((predicted != labels)[keep].sum())} wrong"
        self.count.setText(f"{numbers.count(len(places), 'image')}{wrong}")
