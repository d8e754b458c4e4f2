"""What all editors of settings share: names, tool tips, outlines, signals."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QWidget,
)

from cnnstudio.layers.settings import Setting
from cnnstudio.studio.properties.numberbox import NumberBox
from cnnstudio.studio.theme import mark

MIXED = "several values"


class Editor(QWidget):
    """Edits one setting; knows neither document nor bounds.

    The first field that takes the focus is called ``field_<setting>``, further ones get a number.

    Signals
    -------
    edited
        `value` is another one.
    committed
        The edit is complete.
    reverted
        The edit shall be forgotten.
    """

    edited = Signal()
    committed = Signal()
    reverted = Signal()

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name, self.setting, self.rank = name, setting, rank
        self.fields: list[QWidget] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.row = row

    def value(self) -> Any:
        """Return what is entered; a text where it makes no sense."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def show_mixed(self) -> None:
        """Show that the selected blocks differ."""
        raise NotImplementedError

    def show_derived(self, value: Any) -> None:
        """Show what an empty optional setting stands for."""

    def set_invalid(self, invalid: bool) -> None:
        """Outline the fields in the error colour."""
        for field in self.fields:
            if bool(field.property("invalid")) != invalid:
                mark(field, invalid=invalid)

    def has_focus(self) -> bool:
        """Whether one of the fields has the focus."""
        return any(field.hasFocus() for field in self.fields)

    def adopt(self, field: QWidget, tip: str = "") -> None:
        """Name a field and explain it."""
        number = len(self.fields) + 1
        field.setObjectName(f"field_{self.name}" + (f"_{number}" if number > 1 else ""))
        unit = f", in {self.setting.unit}" if self.setting.unit else ""
        about = f" ({tip})" if tip else ""
        field.setAccessibleName(f"{self.setting.label}{about}")
        field.setToolTip(f"{self.setting.help}{about}{unit}")
        self.fields.append(field)

    def number_box(self, tip: str = "", whole: bool = True) -> NumberBox:
        """Return a named box for a number, connected."""
        box = NumberBox(whole, self.setting.minimum, self.setting.maximum, self)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.committed.connect(self.committed)
        box.reverted.connect(self.reverted)
        self.adopt(box, tip)
        return box
