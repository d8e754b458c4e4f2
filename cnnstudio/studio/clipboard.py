"""Blocks on the system clipboard: as JSON text, so that they can be mailed and pasted anywhere."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from cnnstudio.design import Design, edits, fragments
from cnnstudio.errors import DesignError
from cnnstudio.studio.document import Document
from cnnstudio.studio.numbers import count

MIME = "application/x-cnnstudio-blocks+json"
"""Type of the clipboard's data; the same text is there as plain text."""


def copy(document: Document) -> None:
    """Put the selected blocks on the clipboard; Input stays out.

    Raises
    ------
    DesignError
        If nothing, or nothing but Input, is selected.
    """
    data = QMimeData()
    text = fragments.copy(document.design, _selected(document))
    data.setData(MIME, text.encode())
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def cut(document: Document) -> None:
    """Put the selected blocks on the clipboard and take them out; raises as `copy` does."""
    copy(document)
    names = document.selection
    document.edit(f"Cut {_listed(names)}", edits.remove(document.design, names))


def can_paste() -> bool:
    """Whether the clipboard holds blocks, or text that looks like them."""
    data = QGuiApplication.clipboard().mimeData()
    return data is not None and (
        data.hasFormat(MIME) or (data.hasText() and fragments.FORMAT in data.text()[:200])
    )


def paste(document: Document, after: str | None = None) -> None:
    """Splice the clipboard's blocks in and select them.

    Parameters
    ----------
    document : Document
    after : str, optional
        Block to put them behind; else the last selected one, else the last of the design.

    Raises
    ------
    DesignError
        If the clipboard holds no blocks.
    """
    data = QGuiApplication.clipboard().mimeData()
    if not can_paste():
        raise DesignError("the clipboard holds no blocks", remedy="copy some first")
    text = bytes(data.data(MIME).data()).decode() if data.hasFormat(MIME) else data.text()
    if after is None and document.selection:
        after = document.selection[-1]
    _add("Paste", document, fragments.paste(document.design, text, after))


def duplicate(document: Document) -> None:
    """Put copies of the selected blocks behind them and select the copies; raises as `copy`."""
    _add("Duplicate", document, fragments.duplicate(document.design, _selected(document)))


def _add(verb: str, document: Document, design: Design) -> None:
    new = [block.name for block in design if document.design.block_by_id(block.id) is None]
    document.edit(f"{verb} {_listed(new)}", design, select=new)


def _selected(document: Document) -> tuple[str, ...]:
    if not document.selection:
        raise DesignError("no block is selected")
    return document.selection


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return names[0] if len(names) == 1 else count(len(names), "block")
