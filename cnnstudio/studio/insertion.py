"""Adding a block behind the selection, as the palette, quick-add and the command search do."""

from __future__ import annotations

from cnnstudio.design import edits
from cnnstudio.layers import Layer
from cnnstudio.studio.document import Document


def behind_selection(document: Document) -> str:
    """Name of the block that something new comes behind: the last selected one, or the last."""
    return document.selection[-1] if document.selection else document.design.names[-1]


def insert(
    document: Document, layer: Layer, after: str | None = None, before: str | None = None
) -> str:
    """Splice a layer in as one step and select it; returns the new block's name.

    Parameters
    ----------
    document : Document
    layer : Layer
    after : str, optional
        Block it comes behind; else the last selected one, else the last.
    before : str, optional
        Reader, where it goes into a skip connection.
    """
    place = behind_selection(document) if after is None else after
    made = edits.insert(document.design, layer, place, before=before)
    new = next(block.name for block in made if document.design.block_by_id(block.id) is None)
    document.edit(f"Insert {layer.title}", made, select=(new,))
    return new
