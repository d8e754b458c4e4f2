"""Editors with one number per axis or per side: extents and paddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from cnnstudio.layers.settings import Setting
from cnnstudio.studio.properties.editor import MIXED, Editor
from cnnstudio.studio.properties.fields import QuietCombo
from cnnstudio.studio.properties.numberbox import NumberBox
from cnnstudio.studio.theme import label

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class BoxRow(QWidget):
    """Boxes side by side with × between them."""

    def __init__(self, boxes: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for number, box in enumerate(boxes):
            if number:
                row.addWidget(label("×", "body", "text-2"))
            row.addWidget(box, 1)


class ExtentEditor(Editor):
    """One number per axis; while they are equal, the first box changes all of them."""

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, setting, rank, parent)
        self._boxes: list[NumberBox] = []
        for number, axis in enumerate(AXIS_NAMES[rank]):
            both = "; all axes while they are equal" if number == 0 and rank > 1 else ""
            box = self.number_box(axis + both)
            box.edited.connect(self._first_edited if number == 0 else self.edited)
            self._boxes.append(box)
        self._equal = True
        self.row.addWidget(BoxRow(self._boxes, self))

    @Slot()
    def _first_edited(self) -> None:
        if self._equal:
            for box in self._boxes[1:]:
                box.show_text(self._boxes[0].text(), box.lineEdit().placeholderText())
        self.edited.emit()

    def value(self) -> Any:
        """Return one number where all are equal, else one per axis; None when empty."""
        values = [box.value() for box in self._boxes]
        if self.setting.optional and all(value == "" for value in values):
            return None
        return values[0] if len({str(value) for value in values}) == 1 else tuple(values)

    def show_value(self, value: Any) -> None:
        """Show one number for all axes, or one per axis."""
        known = value if isinstance(value, tuple) else (value,) * self.rank
        self._equal = len(set(known)) == 1
        for box, number in zip(self._boxes, known, strict=True):
            box.show_text("" if number is None else f"{number}")

    def show_derived(self, value: Any) -> None:
        """Show in grey what an empty extent stands for."""
        known = value if isinstance(value, tuple) else (value,) * self.rank
        for box, number in zip(self._boxes, known, strict=True):
            box.lineEdit().setPlaceholderText(f"{number}")

    def show_mixed(self) -> None:
        """Leave the boxes empty."""
        self._equal = True
        for box in self._boxes:
            box.show_text("", "…")


MODES = {
    "number": "zeros",
    "axis": "per axis",
    "side": "per side",
    "same": "same",
    "valid": "valid",
}
MODE_TIPS = {
    "number": "The same number of positions on every side",
    "axis": "One number per axis, on both of its sides",
    "side": "Two numbers per axis: before and behind",
    "same": "As much as keeps ⌈n/stride⌉ positions",
    "valid": "None: windows stay inside the input",
}


class PaddingEditor(Editor):
    """A word, a number for all sides, one per axis, or one per side."""

    def __init__(
        self, name: str, setting: Setting, rank: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, setting, rank, parent)
        self._all = self.number_box("every side")
        self._mode = QuietCombo(self)
        for mode, title in MODES.items():
            if rank > 1 or mode != "axis":
                self._mode.addItem(title, mode)
                at = self._mode.count() - 1
                self._mode.setItemData(at, MODE_TIPS[mode], Qt.ItemDataRole.ToolTipRole)
        self._mode.setPlaceholderText(MIXED)
        self._mode.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._mode.activated.connect(self._switched)
        axes = AXIS_NAMES[rank]
        self._axes = [self.number_box(axis) for axis in axes]
        self._sides = [self.number_box(f"{axis}, {s}") for axis in axes for s in _SIDES]
        self._mode.setObjectName(f"field_{name}_mode")
        self._mode.setAccessibleName(f"{setting.label}: kind")
        for box in (self._all, *self._axes, *self._sides):
            box.edited.connect(self.edited)
        self._axis_row = BoxRow(self._axes, self)
        self._side_rows = self._side_grid()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self._all, 0, 0)
        grid.addWidget(self._mode, 0, 1)
        grid.addWidget(self._axis_row, 1, 0, 1, 2)
        grid.addWidget(self._side_rows, 2, 0, 1, 2)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        self._grid = grid
        self.row.addLayout(grid)
        self._arrange("number")

    def _side_grid(self) -> QWidget:
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for row, axis in enumerate(AXIS_NAMES[self.rank]):
            grid.addWidget(label(axis, "settings", "text-2"), row, 0)
            for side in range(2):
                grid.addWidget(self._sides[2 * row + side], row, 1 + side)
                grid.setColumnStretch(1 + side, 1)
        return inside

    def _arrange(self, mode: str) -> None:
        self._mode.setCurrentIndex(self._mode.findData(mode))
        alone = mode != "number"
        self._all.setVisible(not alone)
        self._grid.addWidget(self._mode, 0, 0 if alone else 1, 1, 2 if alone else 1)
        self._mode.setToolTip(MODE_TIPS.get(mode, ""))
        self._axis_row.setVisible(mode == "axis")
        self._side_rows.setVisible(mode == "side")

    @Slot(int)
    def _switched(self, index: int) -> None:
        """Keep the numbers of the old kind where the new one has a place for them."""
        mode = self._mode.currentData()
        if mode not in ("same", "valid"):
            self._fill(self._known or ((0, 0),) * self.rank)
        self._arrange(mode)
        self.edited.emit()
        self.committed.emit()

    _known: tuple[tuple[int, int], ...] = ()
    """The last numbers, for switching back from a word."""

    def _fill(self, sides: tuple[tuple[int, int], ...]) -> None:
        self._all.show_text(f"{sides[0][0]}")
        for box, (before, _) in zip(self._axes, sides, strict=True):
            box.show_text(f"{before}")
        for box, number in zip(self._sides, (n for pair in sides for n in pair), strict=True):
            box.show_text(f"{number}")

    def value(self) -> Any:
        """Return a word, a number, one per axis or a pair per axis."""
        mode = self._mode.currentData()
        if mode in ("same", "valid"):
            return mode
        if mode == "axis":
            found: Any = tuple(box.value() for box in self._axes)
        elif mode == "side":
            values = [box.value() for box in self._sides]
            found = tuple(zip(values[::2], values[1::2], strict=True))
        else:
            found = self._all.value()
            if isinstance(found, str):
                return found.lower()
        self._known = _as_sides(found, self.rank)
        return found

    def show_value(self, value: Any) -> None:
        """Show a padding in its kind."""
        if isinstance(value, str):
            self._arrange(value)
            return
        self._known = _as_sides(value, self.rank)
        self._fill(self._known)
        paired = isinstance(value, tuple) and isinstance(value[0], tuple)
        self._arrange("side" if paired else "axis" if isinstance(value, tuple) else "number")

    def show_mixed(self) -> None:
        """Leave the box empty."""
        self._arrange("number")
        self._all.show_text("", "…")


_SIDES = ("before", "behind")


def _as_sides(value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, tuple):
        return ((value, value),) * rank
    return tuple(side if isinstance(side, tuple) else (side, side) for side in value)
