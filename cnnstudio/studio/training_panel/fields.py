"""Editors of the plan's settings, made from their declarations."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QSpinBox,
    QWidget,
)

from cnnstudio.layers.settings import Setting
from cnnstudio.studio.theme import inset

MOST = 2**31 - 1
"""What a QSpinBox holds."""


class RealField(QDoubleSpinBox):
    """A real number of any size, written as short as possible; ``1e-4`` is understood too."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.setDecimals(12)
        low = 0.0 if setting.minimum is None else float(setting.minimum)
        high = 1e9 if setting.maximum is None else float(setting.maximum)
        self.setRange(1e-12 if setting.exclusive and low == 0 else low, high)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        inset(self)

    def textFromValue(self, value: float) -> str:
        """Write a value."""
        return f"{value:.10g}"

    def valueFromText(self, text: str) -> float:
        """Read a value."""
        try:
            return float(text)
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept what Python reads as a number within the bounds."""
        state = QValidator.State.Acceptable
        try:
            inside = self.minimum() <= float(text) <= self.maximum()
            state = state if inside else QValidator.State.Intermediate
        except ValueError:
            rest = set(text.lower()) - set("0123456789.e+-")
            state = QValidator.State.Invalid if rest else QValidator.State.Intermediate
        return state, text, position


class LargeField(QAbstractSpinBox):
    """A whole number beyond what a QSpinBox holds, such as a seed of 63 bits."""

    valueChanged = Signal(object)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = int(setting.minimum or 0), int(setting.maximum or 0)
        self._value = self._low
        self.editingFinished.connect(self._typed)
        inset(self)
        self.setValue(self._low)

    def value(self) -> int:
        """The number."""
        return self._value

    def setValue(self, value: int) -> None:
        """Show a number, the nearest within the bounds."""
        value = max(self._low, min(int(value), self._high))
        self.lineEdit().setText(str(value))
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    @Slot()
    def _typed(self) -> None:
        text = self.text()
        self.setValue(int(text) if text.isdecimal() else self._value)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept digits that stay within the bounds."""
        if not text:
            return QValidator.State.Intermediate, text, position
        inside = text.isdecimal() and self._low <= int(text) <= self._high
        state = QValidator.State.Acceptable if inside else QValidator.State.Invalid
        return state, text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Both arrows, but for the one that leads out of the bounds."""
        flags = QAbstractSpinBox.StepEnabledFlag
        up = flags.StepUpEnabled if self._value < self._high else flags.StepNone
        down = flags.StepDownEnabled if self._value > self._low else flags.StepNone
        return up | down

    def stepBy(self, steps: int) -> None:
        """Go up or down."""
        self._typed()
        self.setValue(self._value + steps)
        self.selectAll()


class ChoiceField(QComboBox):
    """One word out of a few, shown as a title."""

    valueChanged = Signal(object)

    def __init__(self, titles: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for name, title in titles.items():
            self.addItem(title, name)
        self.currentIndexChanged.connect(self._chosen)

    def value(self) -> str:
        """The word."""
        return self.currentData()

    def setValue(self, name: str) -> None:
        """Choose a word."""
        self.setCurrentIndex(max(self.findData(name), 0))

    def _chosen(self, place: int) -> None:
        self.valueChanged.emit(self.itemData(place))


class FlagField(QCheckBox):
    """Yes or no."""

    valueChanged = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(self.valueChanged)

    def value(self) -> bool:
        """Whether it is ticked."""
        return self.isChecked()

    def setValue(self, value: bool) -> None:
        """Tick it or not."""
        self.setChecked(value)


def field_for(name: str, setting: Setting, parent: QWidget) -> Any:
    """Make the editor of a setting: ``field_<name>`` with value, setValue and valueChanged."""
    if setting.kind == "real":
        made: Any = RealField(setting, parent)
    elif setting.kind == "choice":
        titles = {word: word.replace("_", " ").capitalize() for word in setting.choices}
        made = ChoiceField({word: _TITLES.get(word, titles[word]) for word in titles}, parent)
    elif setting.kind == "flag":
        made = FlagField(parent)
    elif (setting.maximum or MOST) > MOST:
        made = LargeField(setting, parent)
    else:
        made = QSpinBox(parent)
        made.setKeyboardTracking(False)
        made.setRange(int(setting.minimum or 0), int(setting.maximum or MOST))
        inset(made)
    dress(made, name, setting)
    return made


def dress(made: QWidget, name: str, setting: Setting) -> None:
    """Give an editor its name for programs, screen readers and people."""
    made.setObjectName(f"field_{name}")
    made.setAccessibleName(setting.label)
    bound = "" if setting.kind in ("flag", "choice") else f"; {setting.bound}"
    made.setToolTip(f"{setting.help}{bound}")


_TITLES = {"cross_entropy": "Cross-entropy", "mean_squared_error": "Squared error"}
