"""The form of the selected blocks, made from their layer's declaration.

Every valid keystroke is an edit of the document; what is typed in one field, until it is left, is
one undo step.  What is impossible stays in the field, outlined, with the reason below it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnnstudio.design import Row, edits
from cnnstudio.errors import CnnStudioError, SettingError
from cnnstudio.layers import Layer
from cnnstudio.studio.document import Document
from cnnstudio.studio.numbers import count
from cnnstudio.studio.properties import fits
from cnnstudio.studio.properties.editor import Editor
from cnnstudio.studio.properties.editors import EDITORS
from cnnstudio.studio.tables.settings import extent_text
from cnnstudio.studio.theme import METRICS, label
from cnnstudio.studio.theme.typography import font_scale

LABEL_WIDTH = 84


class SettingsForm(QWidget):
    """Edits one setting of one or several blocks of the same layer at a time."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._kind: tuple[type[Layer], tuple[int, ...]] | None = None
        self._ids: tuple[str, ...] = ()
        self._editors: dict[str, Editor] = {}
        self._reasons: dict[str, QLabel] = {}
        self._refused: dict[str, str] = {}
        self._session = 0
        self._origin: dict[str, Any] = {}
        self._active = ""
        self._editing = False
        self._inside: QWidget | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)

    # what is shown

    def show_rows(self, rows: list[Row], rank: int) -> None:
        """Show the settings of blocks of one layer.

        Parameters
        ----------
        rows : list of Row
            Of the blocks; none empties the form.
        rank : int
            Number of spatial axes they read, for one box per axis.
        """
        kind = (type(rows[0].layer), _ranks(rows, rank)) if rows else None
        if kind != self._kind:
            self._build(kind)
        ids = tuple(row.block.id for row in rows)
        if ids != self._ids:
            self._ids = ids
            self._end_session()
            self._refused.clear()
            fresh = True
        else:
            fresh = False
            if not self._editing:
                self._end_session()
        for name, editor in self._editors.items():
            self._show_value(name, editor, [getattr(row.layer, name) for row in rows], fresh)
        self._show_reasons(rows)

    def _build(self, kind: tuple[type[Layer], tuple[int, ...]] | None) -> None:
        self._kind = kind
        self._editors, self._reasons, self._ids = {}, {}, ()
        if self._inside is not None:
            self._grid.removeWidget(self._inside)
            self._inside.setParent(None)  # nobody finds its fields any more
            self._inside.deleteLater()
            self._inside = None
        if kind is None or not kind[0].settings():
            return
        self._inside = QWidget(self)
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, round(LABEL_WIDTH * font_scale()))
        grid.setColumnStretch(1, 1)
        layer, ranks = kind
        for place, (name, setting) in enumerate(layer.settings().items()):
            editor = EDITORS[setting.kind](name, setting, ranks[place], self._inside)
            editor.edited.connect(self._edited)
            editor.committed.connect(self._committed)
            editor.reverted.connect(self._reverted)
            caption = label(setting.label, "label")
            caption.setBuddy(editor.fields[0])
            caption.setToolTip(setting.help)
            caption.setFixedHeight(round(METRICS.form_row * font_scale()))
            editor.row.setContentsMargins(0, 2, 0, 3)
            reason = label("", "small", "error")
            reason.setObjectName(f"reason_{name}")
            reason.setWordWrap(True)
            reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            reason.setContentsMargins(0, 0, 0, 4)
            reason.hide()
            grid.addWidget(caption, 2 * place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, 2 * place, 1)
            grid.addWidget(reason, 2 * place + 1, 1)
            self._editors[name], self._reasons[name] = editor, reason
        self._grid.addWidget(self._inside, 0, 0)
        self._inside.show()

    def _show_value(self, name: str, editor: Editor, values: list[Any], fresh: bool) -> None:
        if name == self._active and self._editing:
            return  # it says so already, in its own words
        if name in self._refused and editor.has_focus() and not fresh:
            return
        self._refused.pop(name, None)
        if len(set(values)) > 1:
            editor.show_mixed()
            return
        if fresh or not editor.has_focus() or editor.value() != values[0]:
            editor.show_value(values[0])
        if values[0] is None:
            editor.show_derived(self._derived(name))

    def _derived(self, name: str) -> Any:
        """Return what an empty setting stands for: the stride of a pooling is its kernel."""
        block = self._document.design.block_by_id(self._ids[0])
        return getattr(block.layer, "kernel", "") if block is not None else ""

    def _show_reasons(self, rows: list[Row]) -> None:
        reasons = dict(self._refused)
        if len(rows) == 1:
            field, words = fits.hint(rows[0])
            if field in self._editors:
                reasons.setdefault(field, words)
        for name, editor in self._editors.items():
            reason = self._reasons[name]
            reason.setText(reasons.get(name, ""))
            reason.setVisible(name in reasons)
            editor.set_invalid(name in reasons)

    # editing

    def _sender(self) -> Editor | None:
        """Return the editor that tells something; those of a form that is gone are not heard."""
        editor = self.sender()
        known = isinstance(editor, Editor) and self._editors.get(editor.name) is editor
        return editor if known else None

    @Slot()
    def _edited(self) -> None:
        editor = self._sender()
        if editor is None:
            return
        name = editor.name
        if name != self._active:
            self._end_session()
            self._active = name
        try:
            value = editor.setting.accept("", name, editor.value())
            design = self._document.design
            for block in self._blocks():
                design = edits.change(design, block.name, **{name: value})
        except CnnStudioError as error:
            refused = isinstance(error, SettingError)
            self._refuse(editor, _allowed(editor) if refused else str(error))
            return
        self._refused.pop(name, None)
        for block in self._blocks():
            self._origin.setdefault(block.id, getattr(block.layer, name))
        self._push(f"Set {editor.setting.label.lower()} of {self._who()} to {_said(value)}", design)
        self._show_reasons([self._document.analysis.row(block.name) for block in self._blocks()])

    def _refuse(self, editor: Editor, reason: str) -> None:
        self._refused[editor.name] = reason
        self._reasons[editor.name].setText(reason)
        self._reasons[editor.name].show()
        editor.set_invalid(True)

    def _push(self, text: str, design: Any) -> None:
        key = f"{','.join(self._ids)}.{self._active}.{self._session}"
        self._editing = True
        try:
            self._document.edit(text, design, merge_key=key)
        finally:
            self._editing = False

    @Slot()
    def _committed(self) -> None:
        """Close the undo step; a field that is left shows what holds."""
        editor = self._sender()
        if editor is None:
            return
        self._end_session()
        if not editor.has_focus():
            self._refused.pop(editor.name, None)
            self._refresh(editor)
        elif editor.name not in self._refused:
            self._refresh(editor)

    @Slot()
    def _reverted(self) -> None:
        """Take back what was typed since the field was entered."""
        editor = self._sender()
        if editor is None:
            return
        self._refused.pop(editor.name, None)
        if self._origin and self._active == editor.name:
            design = self._document.design
            for block in self._blocks():
                if block.id in self._origin:
                    value = {editor.name: self._origin[block.id]}
                    design = edits.change(design, block.name, **value)
            self._push(f"Set {editor.setting.label.lower()} of {self._who()}", design)
        self._end_session()
        self._refresh(editor)

    def _refresh(self, editor: Editor) -> None:
        """Show the document's value in its own spelling."""
        blocks = self._blocks()
        if blocks:
            values = [getattr(block.layer, editor.name) for block in blocks]
            self._show_value(editor.name, editor, values, fresh=True)
            self._show_reasons([self._document.analysis.row(block.name) for block in blocks])

    def _end_session(self) -> None:
        self._session += 1
        self._origin.clear()
        self._active = ""

    def _blocks(self) -> list[Any]:
        found = (self._document.design.block_by_id(id) for id in self._ids)
        return [block for block in found if block is not None]

    def _who(self) -> str:
        blocks = self._blocks()
        return blocks[0].name if len(blocks) == 1 else count(len(blocks), "block")


def _ranks(rows: list[Row], rank: int) -> tuple[int, ...]:
    """Return the number of axes of every setting: what is there is shown even if it cannot fit."""
    found = []
    for name, setting in rows[0].layer.settings().items():
        values = [getattr(row.layer, name) for row in rows]
        listed = [len(v) for v in values if isinstance(v, tuple) and setting.kind != "axes"]
        found.append(max(listed, default=rank))
    return tuple(found)


def _allowed(editor: Editor) -> str:
    setting = editor.setting
    if setting.kind in ("extent", "padding"):  # each box takes one number
        setting = replace(setting, kind="integer")
    bound = setting.bound
    return bound[:1].upper() + bound[1:]


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else extent_text(value)
