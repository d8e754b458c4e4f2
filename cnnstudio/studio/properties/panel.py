"""The panel *Properties*: the selected blocks, their settings, their sums, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.design import Row, edits
from cnnstudio.errors import DesignError
from cnnstudio.layers import FAMILIES
from cnnstudio.studio import numbers
from cnnstudio.studio.properties import fits
from cnnstudio.studio.properties.arithmetic import SumsView, TotalsView, sums, totals
from cnnstudio.studio.properties.form import SettingsForm
from cnnstudio.studio.properties.header import Header
from cnnstudio.studio.theme import label

if TYPE_CHECKING:
    from cnnstudio.studio.workbench import Workbench

PADDING = 12


class PropertiesPanel(QWidget):
    """Shows and edits what is selected; the design itself while nothing is."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("properties")
        self.setAccessibleName("Properties")
        self._document = workbench.document
        self.header = Header(self)
        self.form = SettingsForm(self._document, self)
        self.sentence = _text("body", "error")
        self.sums = SumsView(self)
        self.totals = TotalsView(self)
        self.after = TotalsView(self)
        self._equation = _text("body", "text-2")
        self._source = _text("settings", "text-3")
        self._input = label("", "caption")
        self._input.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build()
        self.header.name.committed.connect(self._rename)
        self.header.name.reverted.connect(self._forget_name)
        self.header.name.textEdited.connect(self._check_name)
        self._document.changed.connect(self.refresh)
        self._document.selection_changed.connect(self.refresh)
        self._document.preview_changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(label("Arithmetic", "strong"))
        head.addStretch(1)
        head.addWidget(self._input)
        self._form_part = _section([self.sentence, self.form], first=True)
        self._sums_part = _section([head, self.sums])
        self._totals_part = _section([self.totals])
        self._help_part = _section([self._equation, self._source])
        for part in (self._form_part, self._sums_part, self._totals_part, self._help_part):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._scroll, 1)
        # Nobody can scroll while dragging: what a change would do is always in sight.
        self._after_part = _section([self.after])
        layout.addWidget(self._after_part)

    # what is shown

    @Slot()
    def refresh(self) -> None:
        """Show the selection as it is now."""
        dropped = self._dropped()
        rows = [dropped] if dropped else self._selected()
        self._show_header(rows, dropped is not None)
        one = rows[0] if len(rows) == 1 else None
        alike = rows if len({type(row.layer) for row in rows}) == 1 else []
        self.form.setEnabled(dropped is None)
        self.form.show_rows(alike, _rank(alike))
        sentence = one.fault.sentence if one and one.fault and not fits.hint(one)[0] else ""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self._form_part.setVisible(bool(sentence or (alike and alike[0].layer.settings())))
        self._show_sums(one)
        self._show_totals(rows)
        self._show_help(alike)

    def _selected(self) -> list[Row]:
        analysis = self._document.analysis
        return [analysis.row(name) for name in self._document.selection]

    def _dropped(self) -> Row | None:
        """Return the one block that a preview adds, unless somebody is typing in this panel."""
        after = self._document.preview_analysis
        if after is None or self.isAncestorOf(QApplication.focusWidget() or self.parentWidget()):
            return None
        design = self._document.design
        new = [row for row in after if design.block_by_id(row.block.id) is None]
        return new[0] if len(new) == 1 else None

    def _show_header(self, rows: list[Row], dropped: bool) -> None:
        header, design = self.header, self._document.design
        if not rows:
            name, icon, family = design.name, "cnnstudio", "data"
            caption = f"Design · {numbers.count(len(design), 'block')}"
        elif len(rows) == 1:
            layer, name = rows[0].layer, rows[0].name
            icon, family = layer.icon, layer.family
            last = len(design) - 1
            place = "not inserted yet" if dropped else f"block {design.index(name)} of {last}"
            caption = f"{_title(rows[0])} · {place}"
        else:
            alike = len({type(row.layer) for row in rows}) == 1
            icon, family = rows[0].layer.icon if alike else "settings", rows[0].layer.family
            name = numbers.count(len(rows), "block")
            caption = f"{_title(rows[0])} · edited together" if alike else "Several kinds"
        header.tile.show_icon(icon if rows else "chip", family if rows else "data")
        header.caption.setText(caption)
        header.name.setReadOnly(len(rows) > 1 or dropped)
        header.name.setAccessibleName("Name of the block" if rows else "Name of the design")
        header.name.setToolTip(
            "" if len(rows) > 1 else "Name: letters, digits and _" if rows else "Name of the design"
        )
        subject = tuple(row.block.id for row in rows)
        typing = header.name.hasFocus() and header.name.isModified()
        if subject != self._subject or not typing:
            self._show_name(name)
        self._subject = subject

    _subject: tuple[str, ...] = ()
    """Ids of the blocks the name stands for; none for the design."""

    def _show_name(self, name: str) -> None:
        if self.header.name.text() != name:
            self.header.name.setText(name)
        self.header.name.setModified(False)
        self.header.show_reason("")

    def _show_sums(self, row: Row | None) -> None:
        found = sums(row) if row is not None else []
        self._sums_part.setVisible(bool(found))
        self.sums.show_sums(found)
        shapes = " and ".join(map(numbers.shape, row.input_shapes)) if row is not None else ""
        self._input.setText(f"input {shapes}" if shapes else "")

    def _show_totals(self, rows: list[Row]) -> None:
        now, after = self._document.analysis, self._document.preview_analysis
        self._after_part.setVisible(after is not None)
        if after is not None:
            self.after.show_totals("Whole design", "now → after", totals(now), totals(after))
        self._totals_part.setVisible(len(rows) > 1 or (after is None and not rows))
        if len(rows) > 1:
            added = (
                sum(row.parameters for row in rows),
                sum(row.state for row in rows),
                sum(row.multiply_adds for row in rows),
                sum(row.activation_bytes for row in rows),
            )
            self.totals.show_totals("Together", numbers.count(len(rows), "block"), added)
        else:
            known = "" if now.ok else "known so far"
            self.totals.show_totals("Whole design", known, totals(now))

    def _show_help(self, alike: list[Row]) -> None:
        layer = alike[0].layer if alike else None
        self._help_part.setVisible(bool(layer and layer.equation))
        if layer is not None:
            self._equation.setText(layer.equation)
            self._source.setText(layer.source)

    # the name

    def _renamed(self) -> object:
        """Return the design with the name as it is typed; raises DesignError."""
        document, name = self._document, self.header.name.text().strip()
        if document.selection:
            return edits.rename(document.design, document.selection[0], name)
        return edits.set_name(document.design, name)

    @Slot()
    def _check_name(self) -> None:
        try:
            self._renamed()
        except DesignError as error:
            self.header.show_reason(_sentence(error))
        else:
            self.header.show_reason("")

    @Slot()
    def _rename(self) -> None:
        """Give the block or the design the name; a refused one is forgotten on leaving."""
        field, document = self.header.name, self._document
        if field.isReadOnly() or not field.isModified():
            return
        try:
            design = self._renamed()
        except DesignError as error:
            if field.hasFocus():
                self.header.show_reason(_sentence(error))
            else:
                self._forget_name()
            return
        field.setModified(False)
        name = field.text().strip()
        old = document.selection[0] if document.selection else "design"
        document.edit(f"Rename {old} to {name}", design)

    @Slot()
    def _forget_name(self) -> None:
        self.header.name.setModified(False)
        self._show_header(self._selected(), dropped=False)

    def rename(self) -> None:
        """Put the cursor into the name; the action *Rename* comes here."""
        self.header.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.name.selectAll()

    def text(self) -> str:
        """Return sums and totals as plain text."""
        shown = [
            view.text()
            for view, part in (
                (self.sums, self._sums_part),
                (self.totals, self._totals_part),
                (self.after, self._after_part),
            )
            if not part.isHidden()
        ]
        return "\n".join(shown)


def _rank(rows: list[Row]) -> int:
    """Return how many spatial axes the blocks read, 2 where it is not known."""
    shape = rows[0].input_shape if rows else None
    return len(shape) - 1 if shape is not None and 1 <= len(shape) - 1 <= 3 else 2


def _title(row: Row) -> str:
    """Return ``Convolution``, ``Max pooling``, ``Batch normalization``, ``ReLU``."""
    family = FAMILIES[row.layer.family]
    short = row.layer.family in ("pooling", "normalization")
    return f"{row.layer.title} {family.lower()}" if short else row.layer.title


def _sentence(error: DesignError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def _text(role: str, tone: str) -> QLabel:
    made = label("", role, tone)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _section(parts: list[QWidget | QHBoxLayout], first: bool = False) -> QWidget:
    """Return parts below each other, with a line above them unless they are the first."""
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    if not first:
        line = QFrame(section)
        line.setProperty("divider", True)
        column.addWidget(line)
    inner = QVBoxLayout()
    inner.setContentsMargins(PADDING, 2 if first else 9, PADDING, 8)
    inner.setSpacing(5)
    for part in parts:
        if isinstance(part, QWidget):
            inner.addWidget(part)
        else:
            inner.addLayout(part)
    column.addLayout(inner)
    return section
