"""Edits: pure functions from a design to the next one.

Every result is a legal design; whether its shapes fit is the analysis' business.  What an edit
cannot do it refuses with a `DesignError` that says why.

A block that is put behind another takes over its reader: the next block in order if that one reads
it, otherwise all its readers.  Skip connections past that place stay as they are, unless the edit
names the link.  A removed block leaves its readers to what it read first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cnnstudio.design.model import Block, Design, check_name, next_id, unused_name
from cnnstudio.design.wiring import Wiring
from cnnstudio.errors import DesignError
from cnnstudio.layers import Input, Layer


def insert(
    design: Design,
    layer: Layer,
    after: str | None = None,
    *,
    before: str | None = None,
    name: str | None = None,
) -> Design:
    """Splice a layer into the pipeline.

    Parameters
    ----------
    after : str or None
        The block it reads; None is the last one.
    before : str or None
        Splice into the link from `after` to this block, which may be a skip connection; the new
        block then stands right before it.  None takes over the reader of `after`.
    name : str or None
        Name of the new block; None makes one from the layer's stem.

    Raises
    ------
    DesignError
        If the layer is an Input, a block or link does not exist, or the name is malformed or taken.
    """
    if isinstance(layer, Input):
        raise DesignError("Input is always the first block and cannot be inserted")
    source = design.blocks[-1] if after is None else design.block(after)
    block = Block(
        unused_name(layer.stem, design.names) if name is None else _free_name(design, name),
        layer,
        id=str(next_id(design)),
    )
    wiring = Wiring(design)
    if before is None:
        readers = wiring.followers(source.id)
        place = wiring.place(source.id) + 1
    else:
        reader = design.block(before)
        if source not in design.sources(reader):
            raise DesignError(f"{before} does not read {source.name}")
        readers = [reader.id]
        place = wiring.place(reader.id)
    wiring.redirect(readers, source.id, block.id)
    wiring.sources[block.id] = [source.id]
    wiring.blocks.insert(place, block)
    return wiring.design()


def remove(design: Design, names: Iterable[str]) -> Design:
    """Take blocks out and heal the pipeline; an Input among them stays.

    Raises
    ------
    DesignError
        If there is nothing else to remove, or no block would be left.
    """
    gone = [design.block(name) for name in names]
    first = design.blocks[0]
    if gone and all(block is first and _is_input(block) for block in gone):
        raise DesignError("Input is always the first block and cannot be removed")
    ids = {block.id for block in gone if not (block is first and _is_input(block))}
    if len(ids) == len(design):
        raise DesignError("a design needs at least one block")
    wiring = Wiring(design)
    wiring.remove(ids)
    return wiring.design()


def move(design: Design, names: Iterable[str], after: str) -> Design:
    """Put blocks behind another one, in their present order.

    Links among them stay, the first link from outside comes from `after`, and further sources that
    still come before stay.

    Raises
    ------
    DesignError
        If Input is among them, or they would come before it.
    """
    wanted = {design.block(name).id for name in names}
    moved = [block for block in design if block.id in wanted]
    if any(block is design.blocks[0] for block in moved) and _is_input(design.blocks[0]):
        raise DesignError("Input is always the first block and cannot be moved")
    anchors = [block for block in design.blocks[: design.index(after) + 1] if block not in moved]
    if not anchors:
        raise DesignError(f"{after} cannot be moved behind itself")
    anchor = anchors[-1]
    wiring = Wiring(design)
    inner = contract(design, moved)
    outer = {block.id: wiring.sources[block.id][1:] for block in moved}
    wiring.remove(wanted)
    place = wiring.place(anchor.id) + 1
    order = wiring.blocks[:place] + moved + wiring.blocks[place:]
    if order == list(design.blocks):
        return design
    if moved:
        wiring.redirect(wiring.followers(anchor.id), anchor.id, moved[-1].id)
    for block in moved:
        first, *rest = inner[block.id] or [None]
        kept = [id for id in outer[block.id] if id not in wanted]
        wiring.sources[block.id] = [first or anchor.id, *filter(None, rest), *kept]
    wiring.blocks = order
    return wiring.design()


def contract(design: Design, blocks: Iterable[Block]) -> dict[str, list[str | None]]:
    """Return what each of some blocks reads when the others are taken out.

    Entries are ids of blocks among them; None stands for whatever comes before all of them.
    """
    chosen = {block.id for block in blocks}

    def nearest(block: Block) -> str | None:
        while block.id not in chosen:
            sources = design.sources(block)
            if not sources:
                return None
            block = sources[0]
        return block.id

    return {
        block.id: list(dict.fromkeys(nearest(source) for source in design.sources(block)))
        for block in design
        if block.id in chosen
    }


def replace_layer(design: Design, name: str, layer: Layer) -> Design:
    """Give a block another layer; one that takes fewer inputs keeps the first ones.

    Raises
    ------
    DesignError
        If an Input would become something else, or something else an Input.
    """
    block = design.block(name)
    if isinstance(layer, Input) != _is_input(block):
        raise DesignError(
            "Input stays Input" if _is_input(block) else "only the first block can be Input", name
        )
    wiring = Wiring(design)
    wiring.blocks[design.index(name)] = replace(block, layer=layer)
    wiring.sources[block.id] = wiring.sources[block.id][: layer.arity[1]]
    return wiring.design()


def change(design: Design, name: str, **settings: Any) -> Design:
    """Change settings of a block's layer.

    Raises
    ------
    DesignError
        If the layer has no such setting.
    SettingError
        If a value is outside its bounds.
    """
    layer = design.block(name).layer
    unknown = sorted(settings.keys() - layer.settings().keys())
    if unknown:
        raise DesignError(f"{type(layer).__name__} has no setting {unknown[0]!r}", name)
    return replace_layer(design, name, replace(layer, **settings))


def rename(design: Design, name: str, new: str) -> Design:
    """Rename a block.

    Raises
    ------
    DesignError
        If the new name is malformed or taken.
    """
    block = design.block(name)
    if new == name:
        return design
    renamed = replace(block, name=_free_name(design, new))
    return Design(design.name, [renamed if b is block else b for b in design])


def set_name(design: Design, name: str) -> Design:
    """Rename the design; raises DesignError unless the name is one line of text."""
    return Design(name.strip(), design.blocks)


def connect(design: Design, source: str, target: str) -> Design:
    """Add an input to an Add or Concat block: a skip connection.

    Raises
    ------
    DesignError
        With the reason of `connection_refusal`.
    """
    refusal = connection_refusal(design, source, target)
    if refusal:
        raise DesignError(refusal)
    wiring = Wiring(design)
    wiring.sources[design.block(target).id].append(design.block(source).id)
    return wiring.design()


def connection_refusal(design: Design, source: str, target: str) -> str:
    """Return why a block cannot become a further input of another one; empty when it can."""
    giver, taker = design.block(source), design.block(target)
    most = taker.layer.arity[1]
    sources = design.sources(taker)
    if giver in sources:
        return f"{target} already reads {source}"
    if most == 0:
        return f"{target} takes no input"
    if most == 1:
        return f"{target} takes one input; connect into Add or Concatenate"
    if most is not None and len(sources) >= most:
        return f"{target} takes at most {most} inputs"
    if design.index(source) >= design.index(target):
        return f"{source} does not come before {target}, and a block reads only earlier blocks"
    return ""


def disconnect(design: Design, source: str, target: str) -> Design:
    """Take an input away from a block that has several.

    Raises
    ------
    DesignError
        If the block does not read the source, or reads nothing else.
    """
    giver, taker = design.block(source), design.block(target)
    sources = design.sources(taker)
    if giver not in sources:
        raise DesignError(f"{target} does not read {source}")
    if len(sources) == 1:
        raise DesignError(f"{source} is the only input of {target}")
    return set_inputs(design, target, [s.name for s in sources if s is not giver])


def set_inputs(design: Design, target: str, sources: Iterable[str]) -> Design:
    """Let a block read these blocks, in this order.

    Raises
    ------
    DesignError
        If there is none, one does not come before the block, or the block takes no input.
    """
    place = design.index(target)
    inputs = tuple(design.block(source).id for source in sources)
    if not inputs or place == 0 or _is_input(design.blocks[place]):
        raise DesignError("must read at least one block before it", f"block {target}")
    blocks = list(design.blocks)
    blocks[place] = replace(blocks[place], inputs=inputs)
    return Design(design.name, blocks)


def _is_input(block: Block) -> bool:
    return isinstance(block.layer, Input)


def _free_name(design: Design, name: str) -> str:
    if check_name(name) in design:
        raise DesignError(f"there is already a block named {name!r}")
    return name
