"""Editors with a single field: numbers, choices, flags, lists of numbers."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from cnnstudio.layers.settings import Setting
from cnnstudio.studio.properties.editor import MIXED, Editor
from cnnstudio.studio.properties.textfield import TextField


class NumberEditor(Editor):
    """A whole or a real number."""

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, setting, rank, parent)
        self._box = self.number_box(whole=setting.kind == "integer")
        self._box.edited.connect(self.edited)
        self.row.addWidget(self._box)

    def value(self) -> int | float | str:
        """Return the number."""
        return self._box.value()

    def show_value(self, value: float) -> None:
        """Show the number."""
        self._box.show_text(f"{value}" if isinstance(value, int) else f"{value:g}")

    def show_mixed(self) -> None:
        """Leave the box empty."""
        self._box.show_text("", MIXED)


class QuietCombo(QComboBox):
    """A combo box that the wheel does not change in passing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the panel unless the field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEditor(Editor):
    """One word out of a few."""

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, setting, rank, parent)
        self._combo = QuietCombo(self)
        for word in setting.choices:
            self._combo.addItem(worded(word), word)
        self._combo.setPlaceholderText(MIXED)
        self._combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._combo.activated.connect(self._picked)
        self.adopt(self._combo)
        self.row.addWidget(self._combo)

    @Slot(int)
    def _picked(self, index: int) -> None:
        self.edited.emit()
        self.committed.emit()

    def value(self) -> Any:
        """Return the word."""
        return self._combo.currentData()

    def show_value(self, value: str) -> None:
        """Show the word."""
        self._combo.setCurrentIndex(self._combo.findData(value))

    def show_mixed(self) -> None:
        """Choose nothing."""
        self._combo.setCurrentIndex(-1)


def worded(word: str) -> str:
    """Return a choice as people write it: ``he_uniform`` → ``He, uniform``."""
    names = {"lecun": "LeCun"}
    first, *rest = word.split("_")
    return ", ".join([names.get(first, first.capitalize()), *rest])


class _Caption(QLabel):
    """A caption that may wrap and toggles its check box."""

    def __init__(self, text: str, box: QCheckBox) -> None:
        super().__init__(text)
        self._box = box
        self.setWordWrap(True)
        # Its first line is as high as the box.
        self.setContentsMargins(0, 1, 0, 1)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Toggle."""
        if self.rect().contains(event.position().toPoint()) and self._box.isEnabled():
            self._box.click()


class FlagEditor(Editor):
    """A yes or no."""

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, setting, rank, parent)
        self._box = QCheckBox(self)
        self._box.clicked.connect(self._clicked)
        self.adopt(self._box)
        # As low as the text of a field beside its caption.
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(_Caption(setting.help, self._box), 1)
        self.row.addLayout(line)

    @Slot()
    def _clicked(self) -> None:
        self._box.setTristate(False)
        self.edited.emit()
        self.committed.emit()

    def value(self) -> bool:
        """Return whether it is ticked."""
        return self._box.isChecked()

    def show_value(self, value: bool) -> None:
        """Show yes or no."""
        self._box.setTristate(False)
        self._box.setChecked(value)

    def show_mixed(self) -> None:
        """Show neither."""
        self._box.setTristate(True)
        self._box.setCheckState(Qt.CheckState.PartiallyChecked)


class AxesEditor(Editor):
    """Numbers joined by ×; none for a vector."""

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, setting, rank, parent)
        self._line = TextField(self)
        self._line.textEdited.connect(self.edited)
        self._line.committed.connect(self.committed)
        self._line.reverted.connect(self.reverted)
        self._line.setPlaceholderText("a vector has none")
        self.adopt(self._line, "height × width, such as 28×28")
        self.row.addWidget(self._line)

    def value(self) -> Any:
        """Return the numbers."""
        text = self._line.text().strip(" ()")
        parts = [part for part in re.split(r"[\s×xX*,;]+", text) if part]
        return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else text

    def show_value(self, value: tuple[int, ...]) -> None:
        """Show the numbers."""
        self._line.setText("×".join(map(str, value)))

    def show_mixed(self) -> None:
        """Leave the line empty."""
        self._line.clear()
