"""Pieces of a design on the clipboard: copy, paste, duplicate.

A fragment is JSON like a design file.  Its blocks read each other by name; ``"*"`` stands for the
block behind which the fragment is pasted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from cnnstudio.design import files
from cnnstudio.design.edits import contract
from cnnstudio.design.model import Block, Design, check_name, next_id, unused_name
from cnnstudio.design.wiring import Wiring
from cnnstudio.errors import DesignError
from cnnstudio.layers import Input

FORMAT = "cnnstudio-blocks"
PLACE = "*"

_STEM_LENGTH = 50


def copy(design: Design, names: Iterable[str]) -> str:
    """Return blocks as text; Input is left out, blocks between them are bridged.

    Raises
    ------
    DesignError
        If there is nothing but Input to copy.
    """
    wanted = {design.block(name).id for name in names}
    blocks = [b for b in design if b.id in wanted and not isinstance(b.layer, Input)]
    if not blocks:
        raise DesignError("Input is always the first block and cannot be copied")
    inner = contract(design, blocks)
    name_of = {block.id: block.name for block in blocks}
    entries = [
        files.block_entry(block, [name_of[id] if id else PLACE for id in inner[block.id]])
        for block in blocks
    ]
    lines = ",\n    ".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{\n  "format": "{FORMAT}",\n  "blocks": [\n    {lines}\n  ]\n}}\n'


def paste(design: Design, text: str, after: str | None = None) -> Design:
    """Splice a fragment in behind a block (the last one when None).

    Names that are taken get the next free number.

    Raises
    ------
    DesignError
        If the text is no fragment.
    """
    anchor = design.blocks[-1] if after is None else design.block(after)
    wiring = Wiring(design)
    names = set(design.names)
    ids = {PLACE: anchor.id}
    pasted: list[Block] = []
    number = next_id(design)
    for entry in files.entries(files.parse(text, FORMAT)):
        name, layer, inputs = files.read_entry(entry)
        if isinstance(layer, Input) or check_name(name) in ids:
            raise DesignError("cannot be pasted", f"block {name}")
        sources = [pasted[-1].id if pasted else anchor.id]
        if inputs is not None:
            if not set(inputs) <= ids.keys():
                raise DesignError("reads a block that does not come before it", f"block {name}")
            sources = [ids[source] for source in inputs]
        block = Block(_free_name(name, names), layer, id=str(number))
        number += 1
        names.add(block.name)
        ids[name] = block.id
        wiring.sources[block.id] = sources
        pasted.append(block)
    wiring.redirect(wiring.followers(anchor.id), anchor.id, pasted[-1].id)
    place = wiring.place(anchor.id) + 1
    wiring.blocks[place:place] = pasted
    return wiring.design()


def duplicate(design: Design, names: Iterable[str]) -> Design:
    """Put copies of blocks behind the last of them; raises as `copy` does."""
    listed = sorted(names, key=design.index)
    return paste(design, copy(design, listed), listed[-1] if listed else None)


def _free_name(name: str, names: set[str]) -> str:
    stem = re.sub(r"\d+$", "", name)[:_STEM_LENGTH]
    return unused_name(stem, names) if name in names else name
