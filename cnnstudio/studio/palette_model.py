"""The layers by family, as rows that can be dragged and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from cnnstudio.layers import FAMILIES, LAYERS, Layer
from cnnstudio.studio.canvas.drop import MIME

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
